/*
 * sync_impl/wire.c - the head from civetweb's lists, the body by reading it.
 */
#include "wire.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "conns.h"
#include "request.h"
#include "server.h"

static struct http_text text_of(const char *text)
{
    return (struct http_text){text, text ? strlen(text) : 0};
}

/* civetweb is generous: it takes a bare LF for the end of a line and blanks
 * before a colon, and a line that begins with a blank or a colon ends the head
 * for it: what follows, be it a Content-Length, it does not tell. Others read
 * the same bytes otherwise, so we refuse them. They show in the NULs that it
 * writes into the head where it cuts: one over the colon, two over the end of a
 * line, one over the last byte, behind the CR of the empty line. */
static bool is_cut_cleanly(const struct mg_request_info *info)
{
    const char *end = info->http_version + strlen(info->http_version);

    for (int i = 0; i < info->num_headers; i++) {
        const char *name = info->http_headers[i].name;
        const char *value = info->http_headers[i].value;
        const char *colon = name + strlen(name);

        if (name != end + 2 || (colon[1] == '\0' && value != colon + 1))
            return false;
        end = value + strlen(value);
    }
    if (end - info->request_method > HTTP_MAX_HEAD)
        return true; /* too large, however it ends; its end may lie at the
                        end of the buffer */
    return (end[2] == '\r' || info->num_headers == 0) && end[3] == '\0';
}

/* It skips empty lines before a request, but then mistakes where the request
 * ends, and reads a part of it as the next one. Each thread has one buffer, in
 * which requests begin where malloc(3) lets it begin. */
static bool is_at_the_beginning(const struct mg_request_info *info)
{
    static _Thread_local uintptr_t beginning;
    uintptr_t at = (uintptr_t)info->request_method;

    if (beginning == 0 || at < beginning)
        beginning = at - at % _Alignof(max_align_t);
    return at == beginning;
}

void wire_head(const struct mg_request_info *info, struct http_head *head)
{
    head->method = info->request_method;
    head->path = text_of(info->request_uri);
    head->query = text_of(info->query_string);
    head->major = 1; /* civetweb refuses all but 1.0 and 1.1 */
    head->minor = strcmp(info->http_version, "1.1") == 0;
    head->field_count = (size_t)info->num_headers;
    for (int i = 0; i < info->num_headers; i++) {
        head->fields[i].name = text_of(info->http_headers[i].name);
        head->fields[i].value =
            http_text_trim(text_of(info->http_headers[i].value));
    }
    if (head->field_count < HTTP_MAX_FIELDS &&
        !(is_at_the_beginning(info) && is_cut_cleanly(info)))
        head->fields[head->field_count++] = (struct http_field){0};
}

enum todo_err wire_body(struct request *rq) /* REQUEST THREAD */
{
    struct conn *conn = rq->conn;
    const struct http_meaning *meaning = &rq->in.meaning;
    size_t size =
        meaning->chunked ? HTTP_MAX_BODY + 1 : (size_t)meaning->content_length;
    int n = 0;

    rq->body = malloc(size);
    if (!rq->body) {
        rq->reply.keep_alive = false;
        return TODO_ERR_INTERNAL;
    }
    if (rq->in.expects_continue) /* WAITS: client */
        (void)mg_write(conn->civetweb, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    conns_expect(conn, rq->server->config->body_timeout_ms, SHUT_RD);
    while (rq->body_len < size) { /* WAITS: client */
        n = mg_read(conn->civetweb, rq->body + rq->body_len,
                    size - rq->body_len);
        if (n > 0)
            rq->body_len += (size_t)n;
        else if (n < 0 || meaning->chunked || conns_is_gone(conn))
            break; /* else civetweb's patience ended before ours */
    }
    conns_expect_nothing(conn);
    if (rq->body_len > HTTP_MAX_BODY)
        return TODO_ERR_BODY_TOO_LARGE;
    if (meaning->chunked ? n == 0 : rq->body_len == size)
        return TODO_OK;
    if (atomic_load(&conn->late))
        return TODO_ERR_BODY_TIMEOUT;
    rq->reply.problem.detail =
        "The body ended early, or its chunks are broken.";
    return TODO_ERR_MALFORMED;
}
