/* SPDX-License-Identifier: Apache-2.0
 *
 * The directives with values of their own: each is checked where it stands, so that nginx can say in which line.
 */
#include "ngx_http_mxauth.h"

static void
free_config(void *config)
{
    mxauth_config_free(config);
}

/* The first option of a level begins a configuration of its own. */
static char *
begin_config(ngx_conf_t *cf, ngx_http_mxauth_srv_conf_t *server)
{
    ngx_pool_cleanup_t *cleanup = ngx_pool_cleanup_add(cf->pool, 0);
    if (cleanup == NULL) {
        return NGX_CONF_ERROR;
    }
    server->options = ngx_array_create(cf->pool, 8, sizeof(ngx_keyval_t));
    server->config = mxauth_config_new();
    if (server->options == NULL || server->config == NULL) {
        return NGX_CONF_ERROR;
    }
    cleanup->handler = free_config;
    cleanup->data = server->config;
    server->place.file = cf->conf_file->file.name;
    server->place.line = cf->conf_file->line;
    return NGX_CONF_OK;
}

static ngx_uint_t
ends_with(ngx_str_t *text, const char *end)
{
    size_t length = ngx_strlen(end);
    return text->len >= length && ngx_memcmp(text->data + text->len - length, end, length) == 0;
}

static char *
set(ngx_conf_t *cf, ngx_str_t *directive, ngx_http_mxauth_srv_conf_t *server, ngx_str_t name, ngx_str_t value)
{
    if (server->config == NULL && begin_config(cf, server) != NGX_CONF_OK) {
        return NGX_CONF_ERROR;
    }
    /* As everywhere in nginx, paths begin at the folder of the configuration file. */
    if ((ends_with(&name, "_file") || ends_with(&name, "_dir"))
        && ngx_conf_full_name(cf->cycle, &value, 1) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }
    mxauth_error error = MXAUTH_ERROR_INIT;
    if (mxauth_config_set(server->config, (const char *) name.data, (const char *) value.data, &error) != MXAUTH_OK) {
        /* The library's message shows what may be shown of the value: some are secrets. */
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" for \"%V\": %s", directive, &name, error.message);
        return NGX_CONF_ERROR;
    }
    if (error.message[0] != '\0') {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0, "\"%V\" for \"%V\": %s", directive, &name, error.message);
    }
    ngx_keyval_t *option = ngx_array_push(server->options);
    if (option == NULL) {
        return NGX_CONF_ERROR;
    }
    option->key = name;
    option->value = value;
    return NGX_CONF_OK;
}

char *
ngx_http_mxauth_issuer(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_str_t *words = cf->args->elts, name = ngx_string("issuer");
    return set(cf, &words[0], conf, name, words[1]);
}

char *
ngx_http_mxauth_option(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_str_t *words = cf->args->elts;
    return set(cf, &words[0], conf, words[1], words[2]);
}

char *
ngx_http_mxauth_mode(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    static const char *names[] = {
        [NGX_HTTP_MXAUTH_OFF] = "off", [NGX_HTTP_MXAUTH_ON] = "on", [NGX_HTTP_MXAUTH_OPTIONAL] = "optional"};
    ngx_http_mxauth_loc_conf_t *location = conf;
    ngx_str_t *words = cf->args->elts;
    if (location->mode != NGX_CONF_UNSET_UINT) {
        return "is duplicate";
    }
    for (ngx_uint_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (ngx_strcmp(words[1].data, names[i]) == 0) {
            location->mode = i;
            return NGX_CONF_OK;
        }
    }
    ngx_conf_log_error(
        NGX_LOG_EMERG, cf, 0, "\"mxauth\" takes \"on\", \"off\" or \"optional\", not \"%V\"", &words[1]);
    return NGX_CONF_ERROR;
}

char *
ngx_http_mxauth_timeout(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_http_mxauth_loc_conf_t *location = conf;
    ngx_str_t *words = cf->args->elts;
    if (location->timeout != NGX_CONF_UNSET_MSEC) {
        return "is duplicate";
    }
    ngx_int_t time = ngx_parse_time(&words[1], 0);
    if (time == NGX_ERROR || time == 0) {
        ngx_conf_log_error(
            NGX_LOG_EMERG, cf, 0, "\"mxauth_timeout\" takes a time such as \"500ms\" or \"10s\", not \"%V\"", &words[1]);
        return NGX_CONF_ERROR;
    }
    location->timeout = (ngx_msec_t) time;
    return NGX_CONF_OK;
}

char *
ngx_http_mxauth_require_scope(ngx_conf_t *cf, ngx_command_t *command, void *conf)
{
    ngx_http_mxauth_loc_conf_t *location = conf;
    if (location->scopes == NULL) {
        location->scopes = ngx_array_create(cf->pool, cf->args->nelts, sizeof(ngx_str_t));
        if (location->scopes == NULL) {
            return NGX_CONF_ERROR;
        }
        location->scopes_place.file = cf->conf_file->file.name;
        location->scopes_place.line = cf->conf_file->line;
    }
    ngx_str_t *words = cf->args->elts;
    for (ngx_uint_t i = 1; i < cf->args->nelts; i++) {
        ngx_str_t *scope = ngx_array_push(location->scopes);
        if (scope == NULL) {
            return NGX_CONF_ERROR;
        }
        *scope = words[i];
    }
    return NGX_CONF_OK;
}
