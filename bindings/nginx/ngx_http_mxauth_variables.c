/* SPDX-License-Identifier: Apache-2.0
 *
 * What is known about a request, for headers to upstreams, logs and maps. A variable without a value makes proxy_set_header
 * leave the header out, the client's own one included.
 */
#include "ngx_http_mxauth.h"

/* Subrequests are not judged; they are their request's. */
static ngx_http_mxauth_ctx_t *
judged(ngx_http_request_t *r)
{
    ngx_http_mxauth_ctx_t *ctx = ngx_http_get_module_ctx(r->main, ngx_http_mxauth_module);
    return ctx != NULL && ctx->judged ? ctx : NULL;
}

static ngx_int_t
give(ngx_http_variable_value_t *value, u_char *data, size_t length)
{
    value->valid = length > 0;
    value->not_found = length == 0;
    value->no_cacheable = 0;
    value->data = data;
    value->len = (unsigned) length;
    return NGX_OK;
}

static ngx_int_t
text(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t offset)
{
    ngx_http_mxauth_ctx_t *ctx = judged(r);
    if (ctx == NULL) {
        return give(value, NULL, 0);
    }
    ngx_str_t *kept = (ngx_str_t *) ((u_char *) ctx + offset);
    return give(value, kept->data, kept->len);
}

static ngx_int_t
status_name(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t unused)
{
    ngx_http_mxauth_ctx_t *ctx = judged(r);
    if (ctx == NULL) {
        return give(value, NULL, 0);
    }
    const char *name = mxauth_status_name(ctx->status);
    return give(value, (u_char *) name, ngx_strlen(name));
}

static ngx_int_t
grants(ngx_http_request_t *r, ngx_http_variable_value_t *value, uintptr_t unused)
{
    ngx_http_mxauth_ctx_t *ctx = judged(r);
    if (ctx == NULL || ctx->status != MXAUTH_OK) {
        return give(value, NULL, 0);
    }
    u_char *digits = ngx_pnalloc(r->pool, NGX_INT64_LEN + 1);
    if (digits == NULL) {
        return NGX_ERROR;
    }
    u_char *end = ngx_sprintf(digits, "%uL", ctx->grants);
    return give(value, digits, (size_t) (end - digits));
}

#define TEXT(field) text, offsetof(ngx_http_mxauth_ctx_t, field)

ngx_int_t
ngx_http_mxauth_add_variables(ngx_conf_t *cf)
{
    static const struct {
        ngx_str_t name;
        ngx_http_get_variable_pt handler;
        uintptr_t data;
    } variables[] = {
        {ngx_string("mxauth_user_id"), TEXT(user_id)},
        {ngx_string("mxauth_device_id"), TEXT(device_id)},
        {ngx_string("mxauth_client_id"), TEXT(client_id)},
        {ngx_string("mxauth_status"), status_name, 0},
        {ngx_string("mxauth_grants"), grants, 0},
    };
    for (ngx_uint_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++) {
        ngx_str_t name = variables[i].name;
        /* Something may ask for it before the token has been judged. */
        ngx_http_variable_t *variable = ngx_http_add_variable(cf, &name, NGX_HTTP_VAR_NOCACHEABLE);
        if (variable == NULL) {
            return NGX_ERROR;
        }
        variable->get_handler = variables[i].handler;
        variable->data = variables[i].data;
    }
    return NGX_OK;
}
