/*
 * sync_impl/wire.c - the head from civetweb's lists, the body by reading it.
 */
#include "wire.h"

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

/* civetweb takes a line that begins with a colon, a blank or a lone CR for the
 * end of the head, and tells nothing of what follows, be it a Content-Length.
 * So we look at what stands behind the last field: civetweb has written NULs
 * over the end of its line, and one over the last byte of the head. Between
 * them the CR of the empty line may stand, and nothing else. */
static bool has_hidden_line(const struct mg_request_info *info)
{
    const char *at = info->num_headers > 0
                         ? info->http_headers[info->num_headers - 1].value
                         : info->http_version;

    at += strlen(at);
    for (int i = 0; i < 2 && *at == '\0'; i++)
        at++;
    return (at[0] != '\r' && at[0] != '\0') || at[1] != '\0';
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
    if (head->field_count < HTTP_MAX_FIELDS && has_hidden_line(info))
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
    if (!rq->body)
        return TODO_ERR_INTERNAL;
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
