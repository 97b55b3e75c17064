/*
 * common/http/reply.c - status line, fields, body: one buffer, one write.
 */
#include "common/http/reply.h"

#include <string.h>

#include "common/base/clock.h"
#include "common/base/url.h"
#include "common/todo/route.h"
#include "common/todo/token.h"

static const char JSON[] = "application/json";

/* What a PATCH may be (RFC 5789 section 3.1). */
static const char PATCHES[] = "application/merge-patch+json, application/json";

static void put_field(struct buf *out, const char *name, const char *value)
{
    buf_puts(out, name);
    buf_put(out, ": ", 2);
    buf_puts(out, value);
    buf_put(out, "\r\n", 2);
}

/* The status line and the fields that every answer has. `caching` is what
 * caches may do with it (RFC 9111 section 5.2.2). */
static void begin_head_for(struct reply *reply, int status, const char *caching)
{
    struct buf *out = &reply->out;
    char date[CLOCK_HTTP_SIZE];

    reply->status = status;
    buf_clear(out);
    buf_puts(out, "HTTP/1.1 ");
    buf_put_int(out, status);
    buf_put(out, " ", 1);
    buf_puts(out, error_reason(status));
    buf_put(out, "\r\n", 2);
    put_field(out, "Server", reply->server);
    clock_format_http(clock_wall_ms(), date);
    put_field(out, "Date", date);
    put_field(out, "X-Request-Id", reply->id);
    put_field(out, "Cache-Control", caching);
    if (!reply->keep_alive)
        put_field(out, "Connection", "close");
    else if (reply->http_1_0)
        put_field(out, "Connection", "keep-alive");
    if (reply->cors_varies)
        put_field(out, "Vary", "Origin");
    if (reply->cors) {
        put_field(out, "Access-Control-Allow-Origin", reply->cors);
        put_field(out, "Access-Control-Expose-Headers",
                  "ETag, Link, Location, Retry-After");
    }
}

/* Without a word from us a cache may guess how long an answer holds, a 404 as
 * well as a todo (RFC 9111 section 4.2.2), and show what is not so any more. */
static void begin_head(struct reply *reply, int status)
{
    begin_head_for(reply, status, "no-cache"); /* may keep it, but must ask */
}

static void put_allow(struct reply *reply, const char *name)
{
    buf_puts(&reply->out, name);
    buf_puts(&reply->out, ": ");
    route_write_allow(reply->path, &reply->out);
    buf_puts(&reply->out, "\r\n");
}

static void put_etag(struct reply *reply, const struct todo *todo)
{
    char etag[TODO_ETAG_SIZE];

    todo_etag(todo, etag);
    put_field(&reply->out, "ETag", etag);
}

/* Browsers are not to look for another type in what others have written. */
static void put_type(struct buf *out, const char *content_type)
{
    put_field(out, "Content-Type", content_type);
    put_field(out, "X-Content-Type-Options", "nosniff");
}

/* Ends the head and, unless the request was HEAD, adds the body. */
static enum todo_err end_with(struct reply *reply, const char *content_type,
                              const char *body, size_t len)
{
    struct buf *out = &reply->out;

    put_type(out, content_type);
    buf_puts(out, "Content-Length: ");
    buf_put_int(out, (int64_t)len);
    buf_put(out, "\r\n\r\n", 4);
    if (!reply->head_only)
        buf_put(out, body, len);
    return out->failed ? TODO_ERR_INTERNAL : TODO_OK;
}

static enum todo_err end_without_body(struct reply *reply)
{
    buf_put(&reply->out, "\r\n", 2);
    return reply->out.failed ? TODO_ERR_INTERNAL : TODO_OK;
}

/* Ends the head and adds the scratch body. */
static enum todo_err end_with_scratch(struct reply *reply,
                                      const char *content_type)
{
    if (reply->body.failed)
        return TODO_ERR_INTERNAL;
    return end_with(reply, content_type, reply->body.data, reply->body.len);
}

enum todo_err reply_todo(struct reply *reply, const struct todo *todo)
{
    buf_clear(&reply->body);
    todo_write_json(todo, reply->base, &reply->body);
    begin_head(reply, 200);
    put_etag(reply, todo);
    return end_with_scratch(reply, JSON);
}

enum todo_err reply_created(struct reply *reply, const struct todo *todo)
{
    buf_clear(&reply->body);
    todo_write_json(todo, reply->base, &reply->body);
    begin_head(reply, 201);
    buf_puts(&reply->out, "Location: ");
    route_write_url(reply->base, OP_READ_TODO, todo->id, &reply->out);
    buf_puts(&reply->out, "\r\n");
    put_etag(reply, todo);
    return end_with_scratch(reply, JSON);
}

enum todo_err reply_user(struct reply *reply, const char *name,
                         int64_t created_at)
{
    struct buf *body = &reply->body;
    char time[CLOCK_RFC3339_SIZE];

    clock_format_rfc3339(created_at, time);
    buf_clear(body);
    buf_puts(body, "{\"name\":");
    buf_put_json(body, name, strlen(name));
    buf_printf(body, ",\"created_at\":\"%s\"}", time);
    begin_head(reply, 201);
    return end_with_scratch(reply, JSON);
}

/* No cache may keep it, not even that of a browser (RFC 6749 section 5.1). */
enum todo_err reply_token(struct reply *reply, const char *token)
{
    buf_clear(&reply->body);
    buf_printf(&reply->body,
               "{\"access_token\":\"%s\",\"token_type\":\"bearer\","
               "\"expires_in\":%d}",
               token, TOKEN_LASTS_S);
    begin_head_for(reply, 200, "no-store");
    return end_with_scratch(reply, JSON);
}

enum todo_err reply_not_modified(struct reply *reply, const struct todo *todo)
{
    begin_head(reply, 304);
    put_etag(reply, todo);
    return end_without_body(reply);
}

enum todo_err reply_page(struct reply *reply, const struct buf *todos,
                         const struct list_query *query,
                         const struct list_place *next)
{
    begin_head(reply, 200);
    if (next) {
        buf_puts(&reply->out, "Link: <");
        route_write_url(reply->base, OP_LIST_TODOS, 0, &reply->out);
        buf_puts(&reply->out, "?");
        list_query_write_next(query, next, &reply->out);
        buf_puts(&reply->out, ">; rel=\"next\"\r\n");
    }
    return end_with(reply, JSON, todos->data, todos->len);
}

enum todo_err reply_stats(struct reply *reply, const struct todo_stats *stats)
{
    struct buf *body = &reply->body;

    buf_clear(body);
    buf_puts(body, "{\"total\":");
    buf_put_int(body, stats->total);
    buf_puts(body, ",\"open\":");
    buf_put_int(body, stats->open);
    buf_puts(body, ",\"completed\":");
    buf_put_int(body, stats->completed);
    buf_puts(body, ",\"overdue\":");
    buf_put_int(body, stats->overdue);
    buf_puts(body, "}");
    begin_head(reply, 200);
    return end_with_scratch(reply, JSON);
}

enum todo_err reply_no_content(struct reply *reply)
{
    begin_head(reply, 204);
    return end_without_body(reply);
}

enum todo_err reply_options(struct reply *reply, bool preflight)
{
    begin_head(reply, 204);
    put_allow(reply, "Allow");
    if (route_takes(reply->path, "PATCH"))
        put_field(&reply->out, "Accept-Patch", PATCHES);
    if (preflight && reply->cors) {
        put_allow(reply, "Access-Control-Allow-Methods");
        put_field(&reply->out, "Access-Control-Allow-Headers",
                  "Authorization, Content-Type, If-Match, If-None-Match, "
                  "Last-Event-ID");
        put_field(&reply->out, "Access-Control-Max-Age", "600");
    }
    return end_without_body(reply);
}

enum todo_err reply_text(struct reply *reply, const char *content_type,
                         const char *text, size_t len)
{
    begin_head(reply, 200);
    return end_with(reply, content_type, text, len);
}

enum todo_err reply_stream(struct reply *reply, const char *content_type)
{
    reply->chunked = !reply->http_1_0;
    reply->until_close = reply->http_1_0 && !reply->head_only;
    if (reply->until_close)
        reply->keep_alive = false;
    begin_head_for(reply, 200, "no-cache, no-store"); /* it has no end */
    put_type(&reply->out, content_type);
    put_field(&reply->out, "X-Accel-Buffering", "no");
    if (reply->chunked)
        put_field(&reply->out, "Transfer-Encoding", "chunked");
    return end_without_body(reply);
}

void reply_put_chunk(struct buf *out, bool chunked, const char *bytes,
                     size_t len)
{
    if (len == 0) /* an empty chunk would be the end */
        return;
    if (chunked)
        buf_printf(out, "%zx\r\n", len);
    buf_put(out, bytes, len);
    if (chunked)
        buf_put(out, "\r\n", 2);
}

enum todo_err reply_add_piece(struct reply *reply, const char *bytes,
                              size_t len)
{
    reply_put_chunk(&reply->out, reply->chunked, bytes, len);
    return reply->out.failed ? TODO_ERR_INTERNAL : TODO_OK;
}

enum todo_err reply_piece(struct reply *reply, const char *bytes, size_t len)
{
    buf_clear(&reply->out);
    return reply_add_piece(reply, bytes, len);
}

enum todo_err reply_stream_end(struct reply *reply)
{
    if (reply->chunked && !reply->head_only)
        buf_puts(&reply->out, "0\r\n\r\n");
    return reply->out.failed ? TODO_ERR_INTERNAL : TODO_OK;
}

static void put_member(struct buf *body, const char *name, const char *text)
{
    buf_puts(body, ",\"");
    buf_puts(body, name);
    buf_puts(body, "\":");
    buf_put_json(body, text, strlen(text));
}

static void write_problem(struct reply *reply, enum todo_err err)
{
    const struct error_info *info = error_info(err);
    const char *detail = reply->problem.detail;
    const struct buf *faults = &reply->problem.faults;
    struct buf *body = &reply->body;

    buf_clear(body);
    buf_puts(body, "{\"type\":\"");
    route_write_problem(url_path(reply->base), info, body);
    buf_puts(body, "\"");
    put_member(body, "title", info->title);
    buf_puts(body, ",\"status\":");
    buf_put_int(body, info->status);
    put_member(body, "detail", detail ? detail : info->detail);
    put_member(body, "request_id", reply->id);
    if (err == TODO_ERR_INVALID) {
        buf_puts(body, ",\"errors\":[");
        buf_put(body, faults->data, faults->len);
        buf_puts(body, "]");
    }
    buf_puts(body, "}");
    body->failed = body->failed || faults->failed;
}

void reply_error(struct reply *reply, enum todo_err err)
{
    const struct error_info *info = error_info(err);

    write_problem(reply, err);
    if (info->closes || reply->body.failed)
        reply->keep_alive = false;
    begin_head(reply, info->status);
    if (err == TODO_ERR_METHOD)
        put_allow(reply, "Allow");
    if (info->status == 415 && reply->patch)
        put_field(&reply->out, "Accept-Patch", PATCHES);
    if (err == TODO_ERR_CODING) /* and with no other 415: RFC 9110 12.5.3 */
        put_field(&reply->out, "Accept-Encoding", "identity");
    if (info->status == 401) /* RFC 6750 section 3 */
        put_field(&reply->out, "WWW-Authenticate",
                  err == TODO_ERR_BAD_TOKEN ? "Bearer error=\"invalid_token\""
                                            : "Bearer");
    /* A client over its limit has room again within a second (limits.h). */
    if (info->status == 503 || info->status == 429)
        put_field(&reply->out, "Retry-After", "1");
    if (reply->body.failed ||
        end_with_scratch(reply, "application/problem+json"))
        buf_release(&reply->out);
}

void reply_release(struct reply *reply)
{
    problem_release(&reply->problem);
    buf_release(&reply->body);
    buf_release(&reply->out);
}
