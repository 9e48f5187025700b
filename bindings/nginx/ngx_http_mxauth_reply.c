/* SPDX-License-Identifier: Apache-2.0
 *
 * Refusals: the Matrix error body and the challenge that the library words, and a line in the error log.
 */
#include "ngx_http_mxauth.h"

static void
log_refusal(ngx_http_request_t *r, mxauth_status status, uint32_t http_status, const mxauth_error *error)
{
    /* Clients send bad tokens all day; what is 5xx is for the operator to mend. */
    ngx_uint_t level = http_status >= 500 ? NGX_LOG_ERR : NGX_LOG_INFO;
    /* After waiting in vain the error still tells of the waiting. */
    const char *message = status == MXAUTH_TIMED_OUT ? "mxauth_timeout is over" : error->message;
    ngx_log_error(
        level, r->connection->log, 0, "mxauth: refused with %ui: %s%s%s", (ngx_uint_t) http_status,
        mxauth_status_name(status), message[0] != '\0' ? ": " : "", message);
}

static ngx_int_t
add_challenge(ngx_http_request_t *r, const mxauth_reply *reply)
{
    ngx_table_elt_t *header = ngx_list_push(&r->headers_out.headers);
    u_char *value = ngx_pnalloc(r->pool, reply->challenge_length);
    if (header == NULL || value == NULL) {
        return NGX_ERROR;
    }
    /* The page of an error_page that needs a token itself is refused as well. */
    if (r->error_page && r->headers_out.www_authenticate != NULL) {
        r->headers_out.www_authenticate->hash = 0;
    }
    ngx_memcpy(value, reply->www_authenticate, reply->challenge_length);
    ngx_memzero(header, sizeof(ngx_table_elt_t));
    header->hash = 1;
    ngx_str_set(&header->key, "WWW-Authenticate");
    header->value.data = value;
    header->value.len = reply->challenge_length;
    r->headers_out.www_authenticate = header;
    return NGX_OK;
}

/* The operator's page, if error_page names one for this status. Not from within such a page, as nginx has it. */
static ngx_uint_t
has_error_page(ngx_http_request_t *r, ngx_http_core_loc_conf_t *core, ngx_uint_t status)
{
    if (core->error_pages == NULL || (r->error_page && !core->recursive_error_pages)) {
        return 0;
    }
    ngx_http_err_page_t *page = core->error_pages->elts;
    for (ngx_uint_t i = 0; i < core->error_pages->nelts; i++) {
        if ((ngx_uint_t) page[i].status == status) {
            return 1;
        }
    }
    return 0;
}

ngx_int_t
ngx_http_mxauth_refuse(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, mxauth_status status,
    const mxauth_error *error, const char *scope)
{
    ngx_http_mxauth_ctx_t *ctx = ngx_http_get_module_ctx(r, ngx_http_mxauth_module);
    ctx->status = status;
    ctx->judged = 1;
    mxauth_reply reply = MXAUTH_REPLY_INIT;
    if (mxauth_error_response(location->validator->validator, status, scope, &reply) != MXAUTH_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    log_refusal(r, status, reply.http_status, error);
    if (reply.challenge_length > 0 && add_challenge(r, &reply) != NGX_OK) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_http_core_loc_conf_t *core = ngx_http_get_module_loc_conf(r, ngx_http_core_module);
    /* With "satisfy any" nginx has to know that this was one refusal of perhaps several. */
    if (core->satisfy == NGX_HTTP_SATISFY_ANY || has_error_page(r, core, reply.http_status)) {
        return (ngx_int_t) reply.http_status;
    }
    ngx_str_t type = ngx_string("application/json");
    ngx_http_complex_value_t body;
    ngx_memzero(&body, sizeof(body));
    body.value.len = reply.body_length;
    body.value.data = ngx_pnalloc(r->pool, reply.body_length);
    if (body.value.data == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    ngx_memcpy(body.value.data, reply.body, reply.body_length);
    ngx_http_finalize_request(r, ngx_http_send_response(r, reply.http_status, &type, &body));
    return NGX_DONE;
}
