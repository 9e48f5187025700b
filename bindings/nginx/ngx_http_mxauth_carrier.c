/* SPDX-License-Identifier: Apache-2.0
 *
 * Who carries the exchanges with issuers: in each worker the library's transport, on a thread of its own, so that neither
 * name look-ups nor TLS ever hold up the event loop; in the master, once and for a moment, the same, so that workers begin
 * with the keys.
 */
#include "ngx_http_mxauth.h"

#include <poll.h>

/* How long a start or reload waits for issuers. Whatever is not there by then, each worker fetches for itself. */
#define HEAD_START_MS 2000

ngx_connection_t *
ngx_http_mxauth_watch(int descriptor, void *data, ngx_event_handler_pt handler)
{
    ngx_connection_t *connection = ngx_get_connection(descriptor, ngx_cycle->log);
    if (connection == NULL) {
        return NULL;
    }
    connection->data = data;
    connection->read->handler = handler;
    connection->read->log = ngx_cycle->log;
    connection->write->log = ngx_cycle->log;
    /* Not a client's connection: no reason to complain about it when the worker ends. */
    connection->read->channel = 1;
    connection->write->channel = 1;
    if (ngx_add_event(connection->read, NGX_READ_EVENT, 0) != NGX_OK) {
        ngx_free_connection(connection);
        return NULL;
    }
    return connection;
}

void
ngx_http_mxauth_unwatch(ngx_connection_t *connection)
{
    if (connection->read->posted) {
        ngx_delete_posted_event(connection->read);
    }
    ngx_del_event(connection->read, NGX_READ_EVENT, 0);
    connection->fd = (ngx_socket_t) -1;
    ngx_free_connection(connection);
}

static ngx_int_t
start_transport(ngx_http_mxauth_validator_t *validator, ngx_log_t *log)
{
    mxauth_error error = MXAUTH_ERROR_INIT;
    if (mxauth_transport_start(validator->validator, &error) == MXAUTH_OK) {
        return NGX_OK;
    }
    ngx_log_error(NGX_LOG_ALERT, log, 0, "mxauth: no issuer can be asked: %s", error.message);
    return NGX_ERROR;
}

static ngx_int_t
carry(ngx_http_mxauth_validator_t *validator)
{
    int descriptor = mxauth_event_fd(validator->validator);
    if (descriptor < 0 || ngx_http_mxauth_watch_log() != NGX_OK) {
        ngx_log_error(NGX_LOG_ALERT, ngx_cycle->log, 0, "mxauth: no descriptor left for events");
        return NGX_ERROR;
    }
    validator->events = ngx_http_mxauth_watch(descriptor, validator, ngx_http_mxauth_wake);
    if (validator->events == NULL) {
        return NGX_ERROR;
    }
    /* Without it, tokens that need nobody asked are judged all the same, and the others end with mxauth_timeout. */
    (void) start_transport(validator, ngx_cycle->log);
    ngx_http_mxauth_start_publishing(validator);
    return NGX_OK;
}

void
ngx_http_mxauth_stop_carrying(ngx_http_mxauth_validator_t *validator)
{
    if (validator->events == NULL) {
        return;
    }
    ngx_http_mxauth_stop_publishing(validator);
    if (validator->resume.posted) {
        ngx_delete_posted_event(&validator->resume);
    }
    mxauth_transport_stop(validator->validator);
    ngx_http_mxauth_unwatch(validator->events);
    validator->events = NULL;
}

static ngx_array_t *
validators_of(ngx_cycle_t *cycle)
{
    ngx_http_mxauth_main_conf_t *conf = ngx_http_cycle_get_module_main_conf(cycle, ngx_http_mxauth_module);
    return conf != NULL && conf->validators.nelts > 0 ? &conf->validators : NULL;
}

/* Issuers whose tokens are JWTs: those whose keys are worth waiting for. */
static ngx_uint_t
signing_issuers(ngx_http_mxauth_validator_t *validator)
{
    ngx_keyval_t *option = validator->options->elts;
    ngx_uint_t count = 0, counts = 0;
    for (ngx_uint_t i = 0; i < validator->options->nelts; i++) {
        if (ngx_strcmp(option[i].key.data, "issuer") == 0) {
            count += counts;
            counts = 1;
        } else if (ngx_strcmp(option[i].key.data, "issuer.tokens") == 0) {
            counts = ngx_strstr(option[i].value.data, "jwt") != NULL;
        }
    }
    return count + counts;
}

/* Those whose key set could not be had, by the metric that is 0 for all others. */
static ngx_uint_t
failing_issuers(ngx_http_mxauth_validator_t *validator)
{
    static const char name[] = "\nmxauth_key_set_failures{";
    size_t needed = 0;
    (void) mxauth_metrics(validator->validator, NULL, 0, &needed, NULL);
    char *text = ngx_alloc(2 * needed, ngx_cycle->log);
    ngx_uint_t count = 0;
    if (text != NULL && mxauth_metrics(validator->validator, text, 2 * needed, &needed, NULL) == MXAUTH_OK) {
        for (char *at = text; (at = ngx_strstr(at, name)) != NULL; at++) {
            char *end = ngx_strchr(at + 1, '\n');
            count += end != NULL && !(end[-1] == '0' && end[-2] == ' ');
        }
    }
    ngx_free(text);
    return count;
}

static ngx_uint_t
has_keys(ngx_http_mxauth_validator_t *validator)
{
    mxauth_stats stats = MXAUTH_STATS_INIT;
    (void) mxauth_statistics(validator->validator, &stats);
    ngx_uint_t wanted = signing_issuers(validator);
    return stats.key_sets >= wanted || stats.key_sets + failing_issuers(validator) >= wanted;
}

static ngx_int_t
begin_head_start(ngx_http_mxauth_validator_t **validators, struct pollfd *waits, ngx_uint_t count, ngx_log_t *log)
{
    for (ngx_uint_t i = 0; i < count; i++) {
        waits[i].fd = -1;
        waits[i].events = POLLIN;
        if (has_keys(validators[i])) {
            continue;
        }
        waits[i].fd = mxauth_event_fd(validators[i]->validator);
        if (waits[i].fd < 0 || start_transport(validators[i], log) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

static void
await_keys(ngx_http_mxauth_validator_t **validators, struct pollfd *waits, ngx_uint_t count)
{
    ngx_time_update();
    ngx_msec_t end = ngx_current_msec + HEAD_START_MS;
    for (;;) {
        ngx_uint_t open = 0;
        for (ngx_uint_t i = 0; i < count; i++) {
            if (waits[i].fd >= 0) {
                mxauth_clear_events(validators[i]->validator);
                if (has_keys(validators[i])) {
                    waits[i].fd = -1;
                } else {
                    open++;
                }
            }
        }
        ngx_msec_int_t left = (ngx_msec_int_t) (end - ngx_current_msec);
        if (open == 0 || left <= 0) {
            return;
        }
        /* A signal ends the wait early, and the loop looks again. */
        (void) poll(waits, (nfds_t) count, (int) left);
        ngx_time_update();
    }
}

/* In the master, before it forks, while ngx_cycle is still the one before; of "nginx -t" nobody wants traffic. */
ngx_int_t
ngx_http_mxauth_init_module(ngx_cycle_t *cycle)
{
    ngx_array_t *all = validators_of(cycle);
    if (all == NULL || ngx_test_config) {
        return NGX_OK;
    }
    ngx_http_mxauth_validator_t **validators = all->elts;
    for (ngx_uint_t i = 0; i < all->nelts; i++) {
        if (ngx_http_mxauth_make_board(cycle, validators[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    struct pollfd *waits = ngx_pcalloc(cycle->pool, all->nelts * sizeof(struct pollfd));
    if (waits == NULL) {
        return NGX_ERROR;
    }
    if (begin_head_start(validators, waits, all->nelts, cycle->log) == NGX_OK) {
        await_keys(validators, waits, all->nelts);
    }
    for (ngx_uint_t i = 0; i < all->nelts; i++) {
        mxauth_transport_stop(validators[i]->validator);
    }
    ngx_http_mxauth_drain_log(cycle->log);
    return NGX_OK;
}

ngx_int_t
ngx_http_mxauth_init_process(ngx_cycle_t *cycle)
{
    ngx_array_t *all = validators_of(cycle);
    /* The processes that look after caches serve no requests. */
    if (all == NULL || ngx_process == NGX_PROCESS_HELPER) {
        return NGX_OK;
    }
    ngx_http_mxauth_validator_t **validators = all->elts;
    for (ngx_uint_t i = 0; i < all->nelts; i++) {
        if (carry(validators[i]) != NGX_OK) {
            return NGX_ERROR;
        }
    }
    return NGX_OK;
}

void
ngx_http_mxauth_exit_process(ngx_cycle_t *cycle)
{
    ngx_array_t *all = validators_of(cycle);
    if (all == NULL) {
        return;
    }
    ngx_http_mxauth_validator_t **validators = all->elts;
    for (ngx_uint_t i = 0; i < all->nelts; i++) {
        ngx_http_mxauth_stop_carrying(validators[i]);
    }
    ngx_http_mxauth_unwatch_log();
}
