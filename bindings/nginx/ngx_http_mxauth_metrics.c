/* SPDX-License-Identifier: Apache-2.0
 *
 * mxauth_metrics: every worker keeps its figures on a board in shared memory, and whichever is asked reads all of them out.
 */
#include "ngx_http_mxauth.h"

#define PUBLISH_MS 1000
/* A text grows with its figures and with statuses that occur for the first time. */
#define SPARE 16384

/** One worker's text. `turn` is odd while it is being written; a worker that is killed then leaves a text that nobody
 * reads, but no lock. */
typedef struct {
    ngx_atomic_t turn;
    ngx_atomic_t length;
    u_char text[];
} slot_t;

struct ngx_http_mxauth_board_s {
    ngx_shm_t memory;
    ngx_uint_t slots;
    size_t room;                 /* for a slot's text */
    u_char *reading;             /* this process's, for the others' texts */
    ngx_event_t timer;
};

static slot_t *
slot(ngx_http_mxauth_board_t *board, ngx_uint_t number)
{
    return (slot_t *) (board->memory.addr + number * (sizeof(slot_t) + board->room));
}

ngx_int_t
ngx_http_mxauth_want_board(ngx_conf_t *cf, ngx_http_mxauth_validator_t *validator)
{
    if (validator->board == NULL) {
        validator->board = ngx_pcalloc(cf->pool, sizeof(ngx_http_mxauth_board_t));
    }
    return validator->board != NULL ? NGX_OK : NGX_ERROR;
}

static void
free_board(void *board)
{
    ngx_shm_free(&((ngx_http_mxauth_board_t *) board)->memory);
}

ngx_int_t
ngx_http_mxauth_make_board(ngx_cycle_t *cycle, ngx_http_mxauth_validator_t *validator)
{
    ngx_http_mxauth_board_t *board = validator->board;
    if (board == NULL) {
        return NGX_OK;
    }
    ngx_core_conf_t *core = (ngx_core_conf_t *) ngx_get_conf(cycle->conf_ctx, ngx_core_module);
    size_t needed = 0;
    (void) mxauth_metrics(validator->validator, NULL, 0, &needed, NULL);
    board->slots = core->worker_processes > 0 ? (ngx_uint_t) core->worker_processes : 1;
    board->room = ngx_align(2 * needed + SPARE, NGX_ALIGNMENT);
    board->memory.size = board->slots * (sizeof(slot_t) + board->room);
    board->memory.log = cycle->log;
    ngx_str_set(&board->memory.name, "mxauth_metrics");
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cycle->pool, 0);
    board->reading = ngx_pnalloc(cycle->pool, board->slots * board->room);
    if (cleanup == NULL || board->reading == NULL || ngx_shm_alloc(&board->memory) != NGX_OK) {
        return NGX_ERROR;
    }
    cleanup->handler = free_board;
    cleanup->data = board;
    return NGX_OK;
}

void
ngx_http_mxauth_publish(ngx_http_mxauth_validator_t *validator)
{
    ngx_http_mxauth_board_t *board = validator->board;
    if (ngx_worker >= board->slots) {
        return;
    }
    slot_t *own = slot(board, ngx_worker);
    size_t needed = 0;
    own->turn |= 1;
    ngx_memory_barrier();
    mxauth_status status = mxauth_metrics(validator->validator, (char *) own->text, board->room, &needed, NULL);
    own->length = status == MXAUTH_OK ? needed - 1 : 0;
    ngx_memory_barrier();
    own->turn++;
}

static void
publish_again(ngx_event_t *timer)
{
    ngx_http_mxauth_validator_t *validator = timer->data;
    ngx_http_mxauth_publish(validator);
    ngx_add_timer(timer, PUBLISH_MS);
}

void
ngx_http_mxauth_start_publishing(ngx_http_mxauth_validator_t *validator)
{
    ngx_http_mxauth_board_t *board = validator->board;
    if (board == NULL) {
        return;
    }
    board->timer.handler = publish_again;
    board->timer.data = validator;
    board->timer.log = ngx_cycle->log;
    /* It does not keep a worker that wants to end. */
    board->timer.cancelable = 1;
    publish_again(&board->timer);
}

void
ngx_http_mxauth_stop_publishing(ngx_http_mxauth_validator_t *validator)
{
    if (validator->board != NULL && validator->board->timer.timer_set) {
        ngx_del_timer(&validator->board->timer);
    }
}

/* Empty if the worker has written nothing yet, or is writing now. */
static ngx_str_t
read_slot(ngx_http_mxauth_board_t *board, ngx_uint_t number)
{
    slot_t *from = slot(board, number);
    ngx_str_t text = {0, board->reading + number * board->room};
    for (ngx_uint_t attempt = 0; attempt < 100; attempt++) {
        ngx_atomic_uint_t turn = from->turn;
        ngx_memory_barrier();
        size_t length = from->length;
        if (turn % 2 == 0 && length <= board->room) {
            ngx_memcpy(text.data, from->text, length);
            ngx_memory_barrier();
            if (from->turn == turn) {
                text.len = length;
                return text;
            }
        }
        ngx_cpu_pause();
    }
    return text;
}

static ngx_int_t
report(ngx_http_request_t *r)
{
    ngx_http_mxauth_loc_conf_t *location = ngx_http_get_module_loc_conf(r, ngx_http_mxauth_module);
    ngx_http_mxauth_board_t *board = location->validator->board;
    if (!(r->method & (NGX_HTTP_GET | NGX_HTTP_HEAD))) {
        return NGX_HTTP_NOT_ALLOWED;
    }
    ngx_http_mxauth_publish(location->validator);
    ngx_str_t *texts = ngx_pcalloc(r->pool, board->slots * sizeof(ngx_str_t));
    if (texts == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    for (ngx_uint_t i = 0; i < board->slots; i++) {
        texts[i] = read_slot(board, i);
    }
    ngx_http_complex_value_t body;
    ngx_memzero(&body, sizeof(body));
    body.value.data = ngx_pnalloc(r->pool, ngx_http_mxauth_merged_size(texts, board->slots));
    if (body.value.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    body.value.len = (size_t) (ngx_http_mxauth_merge(body.value.data, texts, board->slots) - body.value.data);
    ngx_str_t type = ngx_string("text/plain; version=0.0.4; charset=utf-8");
    return ngx_http_send_response(r, NGX_HTTP_OK, &type, &body);
}

char *
ngx_http_mxauth_metrics(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_http_mxauth_loc_conf_t *location = conf;
    ngx_http_core_loc_conf_t *core = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    if (location->metrics) {
        return "is duplicate";
    }
    location->metrics = 1;
    core->handler = report;
    return NGX_CONF_OK;
}
