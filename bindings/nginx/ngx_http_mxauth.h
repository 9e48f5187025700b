/* SPDX-License-Identifier: Apache-2.0
 *
 * What the parts of the module share. Everything runs on the worker's one thread, except what ngx_http_mxauth_log.c says.
 */
#ifndef NGX_HTTP_MXAUTH_H
#define NGX_HTTP_MXAUTH_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include <mxauth.h>

extern ngx_module_t ngx_http_mxauth_module;

#define NGX_HTTP_MXAUTH_OFF 0
#define NGX_HTTP_MXAUTH_ON 1
#define NGX_HTTP_MXAUTH_OPTIONAL 2

/** Where a directive stands, for errors that are found only when all of the configuration is known. */
typedef struct {
    ngx_str_t file;
    ngx_uint_t line;
} ngx_http_mxauth_place_t;

/** What workers tell each other about one validator: ngx_http_mxauth_metrics.c. */
typedef struct ngx_http_mxauth_board_s ngx_http_mxauth_board_t;

/** A validator of the library with what this process does for it: one for each distinct list of options. */
typedef struct {
    mxauth_validator *validator;
    ngx_array_t *options;         /* of ngx_keyval_t */
    ngx_connection_t *events;     /* watches mxauth_event_fd; NULL while nobody carries its exchanges here */
    ngx_queue_t waiting;          /* requests whose token is pending */
    ngx_queue_t ready;            /* requests that can go on */
    ngx_event_t resume;           /* lets a batch of them go on */
    ngx_http_mxauth_board_t *board; /* NULL without a location that reports it */
} ngx_http_mxauth_validator_t;

typedef struct {
    ngx_array_t validators;       /* of ngx_http_mxauth_validator_t * */
} ngx_http_mxauth_main_conf_t;

typedef struct {
    mxauth_config *config;        /* NULL: no options at this level or above */
    ngx_array_t *options;         /* of ngx_keyval_t: what is in config */
    ngx_http_mxauth_place_t place; /* of the first of them */
    ngx_http_mxauth_validator_t *validator;
} ngx_http_mxauth_srv_conf_t;

typedef struct {
    ngx_uint_t mode;              /* NGX_HTTP_MXAUTH_… */
    ngx_flag_t authorize_endpoint;
    ngx_flag_t query_token;
    ngx_msec_t timeout;
    ngx_array_t *scopes;          /* of ngx_str_t */
    ngx_http_mxauth_place_t scopes_place;
    uint64_t required;            /* the grants of all scopes */
    const char *scope;            /* their names, as a refusal gives them */
    ngx_flag_t metrics;           /* of this location only */
    ngx_http_mxauth_validator_t *validator;
} ngx_http_mxauth_loc_conf_t;

/** A request that waits for the issuer. */
typedef struct {
    ngx_queue_t queue;
    ngx_http_request_t *request;
    ngx_http_mxauth_validator_t *validator;
    uint64_t exchange;
    ngx_event_t timer;
    ngx_msec_t deadline;
    unsigned queued:1;
} ngx_http_mxauth_waiter_t;

/** What is known about a request. */
typedef struct {
    mxauth_status status;
    unsigned judged:1;            /* status and what follows are meant */
    uint64_t grants;
    ngx_str_t user_id;
    ngx_str_t device_id;
    ngx_str_t client_id;
    ngx_str_t token;              /* of a request that waits, or has waited */
    ngx_http_mxauth_waiter_t *waiter;
} ngx_http_mxauth_ctx_t;

/* Configuration: ngx_http_mxauth_options.c, ngx_http_mxauth_validators.c */
char *ngx_http_mxauth_issuer(ngx_conf_t *cf, ngx_command_t *command, void *conf);
char *ngx_http_mxauth_option(ngx_conf_t *cf, ngx_command_t *command, void *conf);
char *ngx_http_mxauth_mode(ngx_conf_t *cf, ngx_command_t *command, void *conf);
char *ngx_http_mxauth_timeout(ngx_conf_t *cf, ngx_command_t *command, void *conf);
char *ngx_http_mxauth_require_scope(ngx_conf_t *cf, ngx_command_t *command, void *conf);
/** The validator of a server; NULL after an error has been logged. */
ngx_http_mxauth_validator_t *ngx_http_mxauth_validator_of(ngx_conf_t *cf, ngx_http_mxauth_srv_conf_t *server);
ngx_int_t ngx_http_mxauth_resolve_scopes(ngx_conf_t *cf, ngx_http_mxauth_loc_conf_t *location);

/* Requests: ngx_http_mxauth_access.c, ngx_http_mxauth_request.c, ngx_http_mxauth_reply.c, ngx_http_mxauth_variables.c */
ngx_int_t ngx_http_mxauth_access(ngx_http_request_t *r);
/** The token, in the `size` bytes at `scratch` or, if they are too few, in the request's pool. Returns what
 * mxauth_bearer_extract does. */
mxauth_status ngx_http_mxauth_find_token(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, u_char *scratch,
    size_t size, ngx_str_t *token, mxauth_error *error);
/** The path that an upstream sees, which is the one to be asked about; its length is 0 if nobody should see it. */
ngx_int_t ngx_http_mxauth_path(ngx_http_request_t *r, ngx_str_t *path);
/** Refuses the request: what the access handler has to return. */
ngx_int_t ngx_http_mxauth_refuse(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, mxauth_status status,
    const mxauth_error *error, const char *scope);
ngx_int_t ngx_http_mxauth_add_variables(ngx_conf_t *cf);

/* Waiting: ngx_http_mxauth_wait.c */
/** Suspends the request, of which it keeps the token. Returns NGX_AGAIN, NGX_DECLINED if its time is over, or NGX_ERROR. */
ngx_int_t ngx_http_mxauth_suspend(ngx_http_request_t *r, ngx_http_mxauth_ctx_t *ctx,
    ngx_http_mxauth_loc_conf_t *location, const ngx_str_t *token, uint64_t exchange);
void ngx_http_mxauth_wake(ngx_event_t *event);
void ngx_http_mxauth_resume(ngx_event_t *event);

/* This process's part: ngx_http_mxauth_carrier.c, ngx_http_mxauth_log.c, ngx_http_mxauth_metrics.c */
ngx_int_t ngx_http_mxauth_init_module(ngx_cycle_t *cycle);
ngx_int_t ngx_http_mxauth_init_process(ngx_cycle_t *cycle);
void ngx_http_mxauth_exit_process(ngx_cycle_t *cycle);
void ngx_http_mxauth_stop_carrying(ngx_http_mxauth_validator_t *validator);
/** To be called on nginx's thread, before any message comes. */
void ngx_http_mxauth_begin_log(void);
/** The library's log callback; any thread. */
void ngx_http_mxauth_log(void *user, uint32_t level, const char *message);
/** Writes what other threads have left to the error log. */
void ngx_http_mxauth_drain_log(ngx_log_t *log);
ngx_int_t ngx_http_mxauth_watch_log(void);
void ngx_http_mxauth_unwatch_log(void);
/** A read event on a descriptor that somebody else owns. */
ngx_connection_t *ngx_http_mxauth_watch(int descriptor, void *data, ngx_event_handler_pt handler);
void ngx_http_mxauth_unwatch(ngx_connection_t *connection);
char *ngx_http_mxauth_metrics(ngx_conf_t *cf, ngx_command_t *command, void *conf);
ngx_int_t ngx_http_mxauth_want_board(ngx_conf_t *cf, ngx_http_mxauth_validator_t *validator);
ngx_int_t ngx_http_mxauth_make_board(ngx_cycle_t *cycle, ngx_http_mxauth_validator_t *validator);
void ngx_http_mxauth_publish(ngx_http_mxauth_validator_t *validator);
void ngx_http_mxauth_start_publishing(ngx_http_mxauth_validator_t *validator);
void ngx_http_mxauth_stop_publishing(ngx_http_mxauth_validator_t *validator);
/** Merges `count` texts of the library into one with the label worker; returns its end. Needs
 * ngx_http_mxauth_merged_size bytes. */
u_char *ngx_http_mxauth_merge(u_char *out, ngx_str_t *texts, ngx_uint_t count);
size_t ngx_http_mxauth_merged_size(ngx_str_t *texts, ngx_uint_t count);

#endif
