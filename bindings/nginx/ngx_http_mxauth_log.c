/* SPDX-License-Identifier: Apache-2.0
 *
 * The library's log in nginx's. Most messages come from the transport's thread, and nginx's log is not for other threads
 * (one that goes to syslog least of all): they are left here, and the worker's own thread writes them.
 */
#include "ngx_http_mxauth.h"

#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* At most 60 messages a minute come from each validator. */
#define ROOM 32
#define MESSAGE_SIZE 512

typedef struct {
    uint32_t level;
    char text[MESSAGE_SIZE];
} message_t;

static struct {
    pthread_mutex_t lock;
    message_t messages[ROOM];
    ngx_uint_t count;
    ngx_uint_t lost;
    int bell;                /* an eventfd; -1 while nobody watches it */
    ngx_connection_t *watch;
    pthread_t nginx_thread;
} desk = {.lock = PTHREAD_MUTEX_INITIALIZER, .bell = -1};

static ngx_uint_t
nginx_level(uint32_t level)
{
    switch (level) {
    case MXAUTH_LOG_ERROR: return NGX_LOG_ERR;
    case MXAUTH_LOG_WARNING: return NGX_LOG_WARN;
    case MXAUTH_LOG_INFO: return NGX_LOG_INFO;
    default: return NGX_LOG_DEBUG;
    }
}

static void
write_line(ngx_log_t *log, uint32_t level, const char *text)
{
    ngx_log_error(nginx_level(level), log, 0, "mxauth: %s", text);
}

void
ngx_http_mxauth_begin_log(void)
{
    desk.nginx_thread = pthread_self();
}

void
ngx_http_mxauth_log(void *user, uint32_t level, const char *message)
{
    if (pthread_equal(pthread_self(), desk.nginx_thread)) {
        write_line(ngx_cycle->log, level, message);
        return;
    }
    pthread_mutex_lock(&desk.lock);
    if (desk.count < ROOM) {
        message_t *place = &desk.messages[desk.count++];
        place->level = level;
        (void) ngx_cpystrn((u_char *) place->text, (u_char *) message, MESSAGE_SIZE);
    } else {
        desk.lost++;
    }
    if (desk.bell >= 0) {
        uint64_t one = 1;
        /* It can only fail because it has rung already. */
        ssize_t written = write(desk.bell, &one, sizeof(one));
        (void) written;
    }
    pthread_mutex_unlock(&desk.lock);
}

void
ngx_http_mxauth_drain_log(ngx_log_t *log)
{
    message_t taken[ROOM];
    pthread_mutex_lock(&desk.lock);
    ngx_uint_t count = desk.count, lost = desk.lost;
    ngx_memcpy(taken, desk.messages, count * sizeof(message_t));
    desk.count = 0;
    desk.lost = 0;
    pthread_mutex_unlock(&desk.lock);
    for (ngx_uint_t i = 0; i < count; i++) {
        write_line(log, taken[i].level, taken[i].text);
    }
    if (lost > 0) {
        ngx_log_error(NGX_LOG_WARN, log, 0, "mxauth: %ui more messages at once than there is room for", lost);
    }
}

static void
rung(ngx_event_t *event)
{
    uint64_t times;
    ssize_t got = read(desk.bell, &times, sizeof(times));
    (void) got;
    ngx_http_mxauth_drain_log(ngx_cycle->log);
}

ngx_int_t
ngx_http_mxauth_watch_log(void)
{
    if (desk.watch != NULL) {
        return NGX_OK;
    }
    int bell = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (bell < 0) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, ngx_errno, "mxauth: eventfd() failed");
        return NGX_ERROR;
    }
    desk.watch = ngx_http_mxauth_watch(bell, NULL, rung);
    if (desk.watch == NULL) {
        close(bell);
        return NGX_ERROR;
    }
    pthread_mutex_lock(&desk.lock);
    desk.bell = bell;
    pthread_mutex_unlock(&desk.lock);
    return NGX_OK;
}

void
ngx_http_mxauth_unwatch_log(void)
{
    if (desk.watch == NULL) {
        return;
    }
    ngx_http_mxauth_unwatch(desk.watch);
    desk.watch = NULL;
    pthread_mutex_lock(&desk.lock);
    close(desk.bell);
    desk.bell = -1;
    pthread_mutex_unlock(&desk.lock);
    ngx_http_mxauth_drain_log(ngx_cycle->log);
}
