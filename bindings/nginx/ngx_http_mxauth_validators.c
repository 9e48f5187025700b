/* SPDX-License-Identifier: Apache-2.0
 *
 * Servers with the same options share one validator, made in the master: workers have copies of it, with everything that
 * was fetched before the fork.
 */
#include "ngx_http_mxauth.h"

static ngx_uint_t
is_same(ngx_str_t *one, ngx_str_t *other)
{
    return one->len == other->len && ngx_memcmp(one->data, other->data, one->len) == 0;
}

static ngx_uint_t
are_same(ngx_array_t *some, ngx_array_t *others)
{
    if (some->nelts != others->nelts) {
        return 0;
    }
    ngx_keyval_t *one = some->elts, *other = others->elts;
    for (ngx_uint_t i = 0; i < some->nelts; i++) {
        if (!is_same(&one[i].key, &other[i].key) || !is_same(&one[i].value, &other[i].value)) {
            return 0;
        }
    }
    return 1;
}

static void
free_validator(void *validator)
{
    ngx_http_mxauth_validator_t *made = validator;
    ngx_http_mxauth_stop_carrying(made);
    mxauth_validator_free(made->validator);
}

static ngx_http_mxauth_validator_t *
make_validator(ngx_conf_t *cf, ngx_http_mxauth_srv_conf_t *server)
{
    ngx_http_mxauth_validator_t *made = ngx_pcalloc(cf->pool, sizeof(ngx_http_mxauth_validator_t));
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (made == NULL || cleanup == NULL) {
        return NULL;
    }
    mxauth_error error = MXAUTH_ERROR_INIT;
    ngx_http_mxauth_begin_log();
    mxauth_config_set_log(server->config, ngx_http_mxauth_log, NULL);
    if (mxauth_validator_new(server->config, &made->validator, &error) != MXAUTH_OK) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0, "the \"mxauth_issuer\" and \"mxauth_option\" directives from %V:%ui on: %s: %s",
            &server->place.file, server->place.line, error.subject, error.message);
        return NULL;
    }
    cleanup->handler = free_validator;
    cleanup->data = made;
    made->options = server->options;
    ngx_queue_init(&made->waiting);
    ngx_queue_init(&made->ready);
    made->resume.handler = ngx_http_mxauth_resume;
    made->resume.data = made;
    made->resume.log = &cf->cycle->new_log;
    return made;
}

ngx_http_mxauth_validator_t *
ngx_http_mxauth_validator_of(ngx_conf_t *cf, ngx_http_mxauth_srv_conf_t *server)
{
    if (server->validator != NULL) {
        return server->validator;
    }
    if (server->config == NULL) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0, "\"mxauth\" or \"mxauth_metrics\" is used in a server without \"mxauth_issuer\"");
        return NULL;
    }
    ngx_http_mxauth_main_conf_t *all = ngx_http_conf_get_module_main_conf(cf, ngx_http_mxauth_module);
    ngx_http_mxauth_validator_t **known = all->validators.elts;
    for (ngx_uint_t i = 0; i < all->validators.nelts; i++) {
        if (are_same(known[i]->options, server->options)) {
            return server->validator = known[i];
        }
    }
    ngx_http_mxauth_validator_t **place = ngx_array_push(&all->validators);
    if (place == NULL) {
        return NULL;
    }
    *place = make_validator(cf, server);
    if (*place == NULL) {
        all->validators.nelts--;
        return NULL;
    }
    return server->validator = *place;
}

/* Names one after the other, as RFC 6749 section 3.3 has them. */
static char *
join(ngx_pool_t *pool, ngx_array_t *scopes)
{
    ngx_str_t *scope = scopes->elts;
    size_t length = 1;
    for (ngx_uint_t i = 0; i < scopes->nelts; i++) {
        length += scope[i].len + 1;
    }
    u_char *text = ngx_pnalloc(pool, length), *end = text;
    if (text == NULL) {
        return NULL;
    }
    for (ngx_uint_t i = 0; i < scopes->nelts; i++) {
        if (i > 0) {
            *end++ = ' ';
        }
        end = ngx_cpymem(end, scope[i].data, scope[i].len);
    }
    *end = '\0';
    return (char *) text;
}

ngx_int_t
ngx_http_mxauth_resolve_scopes(ngx_conf_t *cf, ngx_http_mxauth_loc_conf_t *location)
{
    location->required = 0;
    location->scope = NULL;
    if (location->scopes == NULL || location->mode == NGX_HTTP_MXAUTH_OFF) {
        return NGX_OK;
    }
    ngx_str_t *scope = location->scopes->elts;
    for (ngx_uint_t i = 0; i < location->scopes->nelts; i++) {
        mxauth_error error = MXAUTH_ERROR_INIT;
        uint64_t grants = 0;
        mxauth_status status = mxauth_scope_grants(
            location->validator->validator, (const char *) scope[i].data, scope[i].len, &grants, &error);
        if (status != MXAUTH_OK || grants == 0) {
            ngx_conf_log_error(
                NGX_LOG_EMERG, cf, 0, "\"mxauth_require_scope\" at %V:%ui: \"%V\" %s", &location->scopes_place.file,
                location->scopes_place.line, &scope[i],
                status != MXAUTH_OK ? error.message
                    : "grants nothing, so that no token could ever pass. Give it a meaning with "
                      "\"mxauth_option scope_rule\", or correct its spelling.");
            return NGX_ERROR;
        }
        location->required |= grants;
    }
    location->scope = join(cf->pool, location->scopes);
    if (location->scope == NULL) {
        return NGX_ERROR;
    }
    /* The challenge has room for 511 bytes. */
    if (ngx_strlen(location->scope) > 511) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0, "\"mxauth_require_scope\" at %V:%ui: more than 511 bytes of scopes",
            &location->scopes_place.file, location->scopes_place.line);
        return NGX_ERROR;
    }
    return NGX_OK;
}
