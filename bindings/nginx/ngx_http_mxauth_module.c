/* SPDX-License-Identifier: Apache-2.0
 *
 * The module: its directives, where they may stand and how they are inherited. docs/nginx.md is for users.
 */
#include "ngx_http_mxauth.h"

#define ANYWHERE (NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_HTTP_LOC_CONF | NGX_HTTP_LMT_CONF)
#define LOCATION(field) NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_http_mxauth_loc_conf_t, field)

static ngx_command_t commands[] = {
    {ngx_string("mxauth_issuer"), NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_CONF_TAKE1, ngx_http_mxauth_issuer,
     NGX_HTTP_SRV_CONF_OFFSET, 0, NULL},
    {ngx_string("mxauth_option"), NGX_HTTP_MAIN_CONF | NGX_HTTP_SRV_CONF | NGX_CONF_TAKE2, ngx_http_mxauth_option,
     NGX_HTTP_SRV_CONF_OFFSET, 0, NULL},
    {ngx_string("mxauth"), ANYWHERE | NGX_CONF_TAKE1, ngx_http_mxauth_mode, LOCATION(mode), NULL},
    {ngx_string("mxauth_require_scope"), ANYWHERE | NGX_CONF_1MORE, ngx_http_mxauth_require_scope, LOCATION(scopes),
     NULL},
    {ngx_string("mxauth_authorize_endpoint"), ANYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot,
     LOCATION(authorize_endpoint), NULL},
    {ngx_string("mxauth_query_token"), ANYWHERE | NGX_CONF_FLAG, ngx_conf_set_flag_slot, LOCATION(query_token), NULL},
    {ngx_string("mxauth_timeout"), ANYWHERE | NGX_CONF_TAKE1, ngx_http_mxauth_timeout, LOCATION(timeout), NULL},
    {ngx_string("mxauth_metrics"), NGX_HTTP_LOC_CONF | NGX_CONF_NOARGS, ngx_http_mxauth_metrics, LOCATION(metrics),
     NULL},
    ngx_null_command,
};

static void *
create_main_conf(ngx_conf_t *cf)
{
    ngx_http_mxauth_main_conf_t *conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_mxauth_main_conf_t));
    if (conf == NULL
        || ngx_array_init(&conf->validators, cf->pool, 1, sizeof(ngx_http_mxauth_validator_t *)) != NGX_OK)
    {
        return NULL;
    }
    return conf;
}

static void *
create_srv_conf(ngx_conf_t *cf)
{
    return ngx_pcalloc(cf->pool, sizeof(ngx_http_mxauth_srv_conf_t));
}

/* A level's own options stand instead of the inherited ones, as with proxy_set_header. */
static char *
merge_srv_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_mxauth_srv_conf_t *outer = parent, *inner = child;
    if (inner->config == NULL) {
        *inner = *outer;
    }
    return NGX_CONF_OK;
}

static void *
create_loc_conf(ngx_conf_t *cf)
{
    ngx_http_mxauth_loc_conf_t *conf = ngx_pcalloc(cf->pool, sizeof(ngx_http_mxauth_loc_conf_t));
    if (conf == NULL) {
        return NULL;
    }
    conf->mode = NGX_CONF_UNSET_UINT;
    conf->authorize_endpoint = NGX_CONF_UNSET;
    conf->query_token = NGX_CONF_UNSET;
    conf->timeout = NGX_CONF_UNSET_MSEC;
    return conf;
}

static char *
merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_http_mxauth_loc_conf_t *outer = parent, *inner = child;
    ngx_conf_merge_uint_value(inner->mode, outer->mode, NGX_HTTP_MXAUTH_OFF);
    ngx_conf_merge_value(inner->authorize_endpoint, outer->authorize_endpoint, 0);
    ngx_conf_merge_value(inner->query_token, outer->query_token, 0);
    ngx_conf_merge_msec_value(inner->timeout, outer->timeout, 10000);
    if (inner->scopes == NULL) {
        inner->scopes = outer->scopes;
        inner->scopes_place = outer->scopes_place;
    }
    if (inner->mode == NGX_HTTP_MXAUTH_OFF && !inner->metrics) {
        return NGX_CONF_OK;
    }
    inner->validator = ngx_http_mxauth_validator_of(
        cf, ngx_http_conf_get_module_srv_conf(cf, ngx_http_mxauth_module));
    if (inner->validator == NULL || ngx_http_mxauth_resolve_scopes(cf, inner) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    if (inner->metrics && ngx_http_mxauth_want_board(cf, inner->validator) != NGX_OK) {
        return NGX_CONF_ERROR;
    }
    return NGX_CONF_OK;
}

static ngx_int_t
add_access_handler(ngx_conf_t *cf)
{
    ngx_http_core_main_conf_t *core = ngx_http_conf_get_module_main_conf(cf, ngx_http_core_module);
    ngx_http_handler_pt *handler = ngx_array_push(&core->phases[NGX_HTTP_ACCESS_PHASE].handlers);
    if (handler == NULL) {
        return NGX_ERROR;
    }
    *handler = ngx_http_mxauth_access;
    return NGX_OK;
}

static ngx_http_module_t contexts = {
    .preconfiguration = ngx_http_mxauth_add_variables,
    .postconfiguration = add_access_handler,
    .create_main_conf = create_main_conf,
    .create_srv_conf = create_srv_conf,
    .merge_srv_conf = merge_srv_conf,
    .create_loc_conf = create_loc_conf,
    .merge_loc_conf = merge_loc_conf,
};

ngx_module_t ngx_http_mxauth_module = {
    NGX_MODULE_V1,
    &contexts,
    commands,
    NGX_HTTP_MODULE,
    NULL, /* init_master: nginx never calls it */
    ngx_http_mxauth_init_module,
    ngx_http_mxauth_init_process,
    NULL,
    NULL,
    ngx_http_mxauth_exit_process,
    NULL,
    NGX_MODULE_V1_PADDING,
};
