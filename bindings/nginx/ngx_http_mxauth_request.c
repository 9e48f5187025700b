/* SPDX-License-Identifier: Apache-2.0
 *
 * What is read from a request: its token, and the path that its upstream will see.
 */
#include "ngx_http_mxauth.h"

mxauth_status
ngx_http_mxauth_find_token(ngx_http_request_t *r, ngx_http_mxauth_loc_conf_t *location, u_char *scratch, size_t size,
    ngx_str_t *token, mxauth_error *error)
{
    ngx_table_elt_t *header = r->headers_in.authorization;
    ngx_str_t value = ngx_null_string, query = ngx_null_string;
    if (header != NULL) {
        value = header->value;
    }
    if (location->query_token) {
        query = r->args;
    }
    /* A token is never longer than the text that it is in. Two such headers do not get here: nginx refuses them. */
    size_t capacity = ngx_max(value.len, query.len) + 1, needed = 0;
    u_char *buffer = capacity <= size ? scratch : ngx_pnalloc(r->pool, capacity);
    if (buffer == NULL) {
        return MXAUTH_INTERNAL;
    }
    /* NULL and empty differ: an empty header is malformed, and an empty query is a query. */
    const char *query_text = !location->query_token ? NULL : query.data != NULL ? (const char *) query.data : "";
    mxauth_status status = mxauth_bearer_extract(
        header != NULL ? (const char *) value.data : NULL, value.len, query_text, query.len, 0, (char *) buffer,
        capacity, &needed, error);
    if (status == MXAUTH_OK) {
        token->data = buffer;
        token->len = needed - 1;
    }
    return status;
}

ngx_int_t
ngx_http_mxauth_path(ngx_http_request_t *r, ngx_str_t *path)
{
    /* proxy_pass without a URI sends what the client has sent, as long as nothing has rewritten it. */
    if (r->valid_unparsed_uri) {
        *path = r->unparsed_uri;
        return NGX_OK;
    }
    /* Otherwise it encodes the rewritten path in this way. */
    uintptr_t escaped = ngx_escape_uri(NULL, r->uri.data, r->uri.len, NGX_ESCAPE_URI);
    path->len = r->uri.len + 2 * escaped;
    path->data = ngx_pnalloc(r->pool, path->len);
    if (path->data == NULL) {
        return NGX_ERROR;
    }
    (void) ngx_escape_uri(path->data, r->uri.data, r->uri.len, NGX_ESCAPE_URI);
    return NGX_OK;
}
