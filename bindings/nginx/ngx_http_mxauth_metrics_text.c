/* SPDX-License-Identifier: Apache-2.0
 *
 * The Prometheus texts of several workers as one, in which each sample says whose it is. All are of the same library, so
 * their families come in the same order.
 */
#include "ngx_http_mxauth.h"

/* worker="4294967295", with braces */
#define LABEL_SIZE 24

static u_char *
line_end(u_char *at, u_char *end)
{
    u_char *found = memchr(at, '\n', (size_t) (end - at));
    return found == NULL ? end : found + 1;
}

static u_char *
copy(u_char *out, const u_char *from, const u_char *to)
{
    return ngx_cpymem(out, from, (size_t) (to - from));
}

/* name{labels} value, or name value */
static u_char *
write_sample(u_char *out, u_char *line, u_char *end, ngx_uint_t worker)
{
    u_char *name = line;
    while (name < end && *name != '{' && *name != ' ') {
        name++;
    }
    out = copy(out, line, name);
    if (name < end && *name == '{') {
        out = ngx_sprintf(out, "{worker=\"%ui\",", worker);
        return copy(out, name + 1, end);
    }
    out = ngx_sprintf(out, "{worker=\"%ui\"}", worker);
    return copy(out, name, end);
}

static ngx_uint_t
is_comment(ngx_str_t *rest)
{
    return rest->len > 0 && rest->data[0] == '#';
}

static void
skip_to(ngx_str_t *rest, u_char *at)
{
    rest->len -= (size_t) (at - rest->data);
    rest->data = at;
}

/* Up to the next family. */
static u_char *
take_samples(u_char *out, ngx_str_t *rest, ngx_uint_t worker)
{
    while (rest->len > 0 && !is_comment(rest)) {
        u_char *next = line_end(rest->data, rest->data + rest->len);
        out = write_sample(out, rest->data, next, worker);
        skip_to(rest, next);
    }
    return out;
}

/* A family begins with two comments: HELP and TYPE. */
static u_char *
take_head(u_char *out, ngx_str_t *rest, ngx_uint_t wanted)
{
    for (ngx_uint_t i = 0; i < 2 && is_comment(rest); i++) {
        u_char *next = line_end(rest->data, rest->data + rest->len);
        if (wanted) {
            out = copy(out, rest->data, next);
        }
        skip_to(rest, next);
    }
    return out;
}

size_t
ngx_http_mxauth_merged_size(ngx_str_t *texts, ngx_uint_t count)
{
    size_t size = 0;
    for (ngx_uint_t i = 0; i < count; i++) {
        size += texts[i].len;
        for (size_t at = 0; at < texts[i].len; at++) {
            size += texts[i].data[at] == '\n' ? LABEL_SIZE : 0;
        }
    }
    return size;
}

u_char *
ngx_http_mxauth_merge(u_char *out, ngx_str_t *texts, ngx_uint_t count)
{
    for (;;) {
        ngx_uint_t is_first = 1;
        for (ngx_uint_t i = 0; i < count; i++) {
            if (texts[i].len > 0) {
                out = take_head(out, &texts[i], is_first);
                is_first = 0;
            }
        }
        if (is_first) {
            return out;
        }
        for (ngx_uint_t i = 0; i < count; i++) {
            out = take_samples(out, &texts[i], i);
        }
    }
}
