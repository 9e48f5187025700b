/* SPDX-License-Identifier: Apache-2.0
 *
 * Requests whose token is pending: they hold a connection and some bytes, and no worker waits with them.
 */
#include "ngx_http_mxauth.h"

/* So many requests go on in one turn of the event loop: others are not held up when thousands waited for one answer. */
#define BATCH 32
/* Exchanges that are told apart in one pass; issuer.max_exchanges is 64 by default. */
#define KNOWN_EXCHANGES 64

static void
leave_queue(ngx_http_mxauth_waiter_t *waiter)
{
    if (waiter->queued) {
        ngx_queue_remove(&waiter->queue);
        waiter->queued = 0;
    }
    if (waiter->timer.timer_set) {
        ngx_del_timer(&waiter->timer);
    }
}

/* The request is gone: answered, or its client has left. */
static void
forget(void *waiter)
{
    leave_queue(waiter);
}

static void
go_on(ngx_http_mxauth_waiter_t *waiter)
{
    ngx_http_request_t *r = waiter->request;
    ngx_connection_t *connection = r->connection;
    leave_queue(waiter);
    ngx_http_set_log_request(connection->log, r);
    r->read_event_handler = ngx_http_block_reading;
    r->write_event_handler = ngx_http_core_run_phases;
    /* It may be finished, and its memory gone, when this returns. */
    ngx_http_core_run_phases(r);
    ngx_http_run_posted_requests(connection);
}

static void
time_is_over(ngx_event_t *event)
{
    go_on(event->data);
}

static ngx_http_mxauth_waiter_t *
make_waiter(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location)
{
    ngx_http_mxauth_waiter_t *waiter = ngx_pcalloc(r->pool, sizeof(ngx_http_mxauth_waiter_t));
    ngx_http_cleanup_t *cleanup = ngx_http_cleanup_add(r, 0);
    if (waiter == NULL || cleanup == NULL) {
        return NULL;
    }
    cleanup->handler = forget;
    cleanup->data = waiter;
    waiter->request = r;
    waiter->validator = location->validator;
    waiter->deadline = ngx_current_msec + location->timeout;
    waiter->timer.handler = time_is_over;
    waiter->timer.data = waiter;
    waiter->timer.log = r->connection->log;
    return waiter;
}

ngx_int_t
ngx_http_mxauth_suspend(ngx_http_request_t *r, ngx_http_mxauth_ctx_t *ctx, ngx_http_mxauth_loc_conf_t *location,
    const ngx_str_t *token, uint64_t exchange)
{
    if (ctx->waiter == NULL) {
        ctx->waiter = make_waiter(r, location);
        ctx->token.data = ngx_pnalloc(r->pool, token->len);
        if (ctx->waiter == NULL || ctx->token.data == NULL) {
            return NGX_ERROR;
        }
        ctx->token.len = token->len;
        ngx_memcpy(ctx->token.data, token->data, token->len);
    }
    ngx_http_mxauth_waiter_t *waiter = ctx->waiter;
    ngx_msec_int_t left = (ngx_msec_int_t) (waiter->deadline - ngx_current_msec);
    if (left <= 0) {
        return NGX_DECLINED;
    }
    waiter->exchange = exchange;
    ngx_queue_insert_tail(&waiter->validator->waiting, &waiter->queue);
    waiter->queued = 1;
    ngx_add_timer(&waiter->timer, (ngx_msec_t) left);
    /* A client that leaves meanwhile is noticed, and its request finished with 499. */
    r->read_event_handler = ngx_http_test_reading;
    r->write_event_handler = ngx_http_request_empty_handler;
    ngx_event_t *read = r->connection->read;
    if (read->ready) {
        ngx_post_event(read, &ngx_posted_events);
    } else if (ngx_handle_read_event(read, 0) != NGX_OK) {
        return NGX_ERROR;
    }
    return NGX_AGAIN;
}

typedef struct {
    uint64_t exchange;
    ngx_uint_t is_pending;
} known_exchange_t;

static known_exchange_t *
find(known_exchange_t *known, ngx_uint_t count, uint64_t exchange)
{
    for (ngx_uint_t i = 0; i < count; i++) {
        if (known[i].exchange == exchange) {
            return &known[i];
        }
    }
    return NULL;
}

/* Asks the library about one request of each exchange: the others of it fare the same. */
static ngx_uint_t
is_pending(ngx_http_mxauth_waiter_t *waiter, known_exchange_t *known, ngx_uint_t *count)
{
    known_exchange_t *seen = find(known, *count, waiter->exchange);
    if (seen != NULL) {
        return seen->is_pending;
    }
    ngx_http_mxauth_ctx_t *ctx = ngx_http_get_module_ctx(waiter->request, ngx_http_mxauth_module);
    mxauth_verdict verdict;
    verdict.struct_size = sizeof(mxauth_verdict);
    ngx_uint_t pending = mxauth_validate(
        waiter->validator->validator, (const char *) ctx->token.data, ctx->token.len, &verdict, NULL) == MXAUTH_PENDING;
    /* One exchange may lead to another, as metadata lead to a key set. */
    if (pending) {
        waiter->exchange = verdict.exchange;
    }
    if (*count < KNOWN_EXCHANGES && find(known, *count, waiter->exchange) == NULL) {
        known[*count].exchange = waiter->exchange;
        known[*count].is_pending = pending;
        (*count)++;
    }
    return pending;
}

void
ngx_http_mxauth_wake(ngx_event_t *event)
{
    ngx_connection_t *connection = event->data;
    ngx_http_mxauth_validator_t *validator = connection->data;
    known_exchange_t known[KNOWN_EXCHANGES];
    ngx_uint_t count = 0;
    /* Before anything is looked at: what happens from now on makes the descriptor readable again. */
    mxauth_clear_events(validator->validator);
    ngx_queue_t *next, *queue = ngx_queue_head(&validator->waiting);
    for (; queue != ngx_queue_sentinel(&validator->waiting); queue = next) {
        next = ngx_queue_next(queue);
        ngx_http_mxauth_waiter_t *waiter = ngx_queue_data(queue, ngx_http_mxauth_waiter_t, queue);
        if (!is_pending(waiter, known, &count)) {
            ngx_queue_remove(queue);
            ngx_queue_insert_tail(&validator->ready, queue);
        }
    }
    if (!ngx_queue_empty(&validator->ready) && !validator->resume.posted) {
        ngx_post_event(&validator->resume, &ngx_posted_events);
    }
}

void
ngx_http_mxauth_resume(ngx_event_t *event)
{
    ngx_http_mxauth_validator_t *validator = event->data;
    for (ngx_uint_t i = 0; i < BATCH && !ngx_queue_empty(&validator->ready); i++) {
        go_on(ngx_queue_data(ngx_queue_head(&validator->ready), ngx_http_mxauth_waiter_t, queue));
    }
    if (!ngx_queue_empty(&validator->ready)) {
        ngx_post_event(&validator->resume, &ngx_posted_next_events);
    }
}
