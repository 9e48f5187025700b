/* SPDX-License-Identifier: Apache-2.0
 *
 * The access phase: one decision for each request, taken again from the start when a request that waited goes on.
 */
#include "ngx_http_mxauth.h"

/* A header value made of these must not reach an upstream: device IDs of introspected tokens may hold anything. */
static ngx_uint_t
has_control_characters(const mxauth_text *text)
{
    for (ngx_uint_t i = 0; i < text->length; i++) {
        u_char byte = (u_char) text->bytes[i];
        if (byte < 0x20 || byte == 0x7F) {
            return 1;
        }
    }
    return 0;
}

static mxauth_status
check_texts(const mxauth_verdict *verdict)
{
    if (has_control_characters(&verdict->user_id)) {
        return MXAUTH_USER_INVALID;
    }
    if (has_control_characters(&verdict->device_id)) {
        return MXAUTH_DEVICE_INVALID;
    }
    return has_control_characters(&verdict->client_id) ? MXAUTH_CLAIM_INVALID : MXAUTH_OK;
}

static u_char *
keep(u_char *place, ngx_str_t *kept, const mxauth_text *text)
{
    kept->data = place;
    kept->len = text->length;
    return ngx_cpymem(place, text->bytes, text->length);
}

static ngx_int_t
remember(ngx_http_request_t *r, ngx_http_mxauth_ctx_t *ctx, const mxauth_verdict *verdict)
{
    u_char *place = ngx_pnalloc(
        r->pool, (size_t) verdict->user_id.length + verdict->device_id.length + verdict->client_id.length);
    if (place == NULL) {
        return NGX_ERROR;
    }
    place = keep(place, &ctx->user_id, &verdict->user_id);
    place = keep(place, &ctx->device_id, &verdict->device_id);
    (void) keep(place, &ctx->client_id, &verdict->client_id);
    ctx->grants = verdict->grants;
    ctx->status = MXAUTH_OK;
    ctx->judged = 1;
    return NGX_OK;
}

static mxauth_status
authorize(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, const mxauth_verdict *verdict,
    const ngx_str_t *path, mxauth_error *error)
{
    return mxauth_authorize(
        location->validator->validator, verdict, (const char *) r->method_name.data, r->method_name.len,
        (const char *) path->data, path->len, error);
}

static ngx_int_t
refuse_endpoint(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, mxauth_status status,
    const ngx_str_t *path, const mxauth_error *error)
{
    char scope[512];
    if (status != MXAUTH_SCOPE_INSUFFICIENT
        || mxauth_required_scope(
               location->validator->validator, (const char *) r->method_name.data, r->method_name.len,
               (const char *) path->data, path->len, scope, sizeof(scope), NULL, NULL) != MXAUTH_OK)
    {
        return ngx_http_mxauth_refuse(r, location, status, error, NULL);
    }
    return ngx_http_mxauth_refuse(r, location, status, error, scope);
}

/* Whether the table wants to see a token at all, before anything is done about one: a verdict that is pending comes back
 * from endpoints that do, as MXAUTH_PENDING. */
static mxauth_status
look_up(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, const ngx_str_t *path, mxauth_error *error)
{
    static const mxauth_verdict undecided = {.struct_size = sizeof(mxauth_verdict), .status = MXAUTH_PENDING};
    /* Nobody reads what is said of a verdict that is pending, as nearly all are: words only for the others. */
    mxauth_status status = authorize(r, location, &undecided, path, NULL);
    return status == MXAUTH_OK || status == MXAUTH_PENDING ? status : authorize(r, location, &undecided, path, error);
}

static ngx_int_t
without_token(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, const ngx_str_t *path, mxauth_error *error)
{
    if (location->authorize_endpoint) {
        mxauth_status status = authorize(r, location, NULL, path, error);
        if (status != MXAUTH_OK) {
            return ngx_http_mxauth_refuse(r, location, status, error, NULL);
        }
    } else if (location->mode == NGX_HTTP_MXAUTH_ON) {
        return ngx_http_mxauth_refuse(r, location, MXAUTH_TOKEN_MISSING, error, NULL);
    }
    ngx_http_mxauth_ctx_t *ctx = ngx_http_get_module_ctx(r, ngx_http_mxauth_module);
    ctx->status = MXAUTH_TOKEN_MISSING;
    ctx->judged = 1;
    /* Not NGX_OK: "satisfy any" would take that for a reason to let everybody in. */
    return NGX_DECLINED;
}

static ngx_int_t
with_token(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, ngx_http_mxauth_ctx_t *ctx,
    const ngx_str_t *token, const ngx_str_t *path, mxauth_error *error)
{
    mxauth_verdict verdict;
    verdict.struct_size = sizeof(mxauth_verdict);
    mxauth_status status = mxauth_validate(
        location->validator->validator, (const char *) token->data, token->len, &verdict, error);
    if (status == MXAUTH_PENDING) {
        ngx_int_t rc = ngx_http_mxauth_suspend(r, ctx, location, token, verdict.exchange);
        if (rc != NGX_DECLINED) {
            return rc == NGX_ERROR ? NGX_HTTP_INTERNAL_SERVER_ERROR : rc;
        }
        status = MXAUTH_TIMED_OUT;
    }
    if (status == MXAUTH_OK) {
        status = check_texts(&verdict);
    }
    if (status != MXAUTH_OK) {
        return ngx_http_mxauth_refuse(r, location, status, error, NULL);
    }
    if (location->authorize_endpoint) {
        status = authorize(r, location, &verdict, path, error);
        if (status != MXAUTH_OK) {
            return refuse_endpoint(r, location, status, path, error);
        }
    }
    if ((verdict.grants & location->required) != location->required) {
        return ngx_http_mxauth_refuse(r, location, MXAUTH_SCOPE_INSUFFICIENT, error, location->scope);
    }
    return remember(r, ctx, &verdict) == NGX_OK ? NGX_OK : NGX_HTTP_INTERNAL_SERVER_ERROR;
}

static ngx_http_mxauth_ctx_t *
context(ngx_http_request_t *r)
{
    ngx_http_mxauth_ctx_t *ctx = ngx_http_get_module_ctx(r, ngx_http_mxauth_module);
    if (ctx == NULL) {
        ctx = ngx_pcalloc(r->pool, sizeof(ngx_http_mxauth_ctx_t));
        if (ctx != NULL) {
            ngx_http_set_ctx(r, ctx, ngx_http_mxauth_module);
        }
    }
    return ctx;
}

ngx_int_t
ngx_http_mxauth_access(ngx_http_request_t *r)
{
    ngx_http_mxauth_loc_conf_t *location = ngx_http_get_module_loc_conf(r, ngx_http_mxauth_module);
    /* Browsers ask before they send a token (Matrix specification, web browser clients). */
    if (location->mode == NGX_HTTP_MXAUTH_OFF || r->method == NGX_HTTP_OPTIONS) {
        return NGX_DECLINED;
    }
    ngx_http_mxauth_ctx_t *ctx = context(r);
    if (ctx == NULL) {
        return NGX_HTTP_INTERNAL_SERVER_ERROR;
    }
    mxauth_error error;
    error.struct_size = sizeof(mxauth_error);
    error.message[0] = '\0';
    ngx_str_t path = ngx_null_string;
    if (location->authorize_endpoint) {
        if (ngx_http_mxauth_path(r, &path) != NGX_OK) {
            return NGX_HTTP_INTERNAL_SERVER_ERROR;
        }
        mxauth_status status = look_up(r, location, &path, &error);
        if (status == MXAUTH_OK) {
            return NGX_DECLINED;
        }
        if (status != MXAUTH_PENDING) {
            return ngx_http_mxauth_refuse(r, location, status, &error, NULL);
        }
    }
    u_char scratch[2048];
    ngx_str_t token = ctx->token;
    if (token.data == NULL) {
        mxauth_status status = ngx_http_mxauth_find_token(r, location, scratch, sizeof(scratch), &token, &error);
        if (status == MXAUTH_TOKEN_MISSING) {
            return without_token(r, location, &path, &error);
        }
        if (status != MXAUTH_OK) {
            return ngx_http_mxauth_refuse(r, location, status, &error, NULL);
        }
    }
    return with_token(r, location, ctx, &token, &path, &error);
}
