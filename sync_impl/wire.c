/*
 * sync_impl/wire.c - the head from civetweb's lists, the body by reading it.
 */
#include "wire.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "civet.h"
#include "conns.h"
#include "request.h"
#include "server.h"
#include "tap.h"

static struct http_text text_of(const char *text)
{
    return (struct http_text){text, text ? strlen(text) : 0};
}

bool wire_asks_head(void) /* REQUEST THREAD */
{
    const char *at = civet_first_line();

    return at && memcmp(at, "HEAD", 4) == 0 && (at[4] == ' ' || at[4] == '\0');
}

void wire_head(const struct mg_request_info *info, struct http_head *head)
{
    const char *end = civet_head_end(info);

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
    head->broken = !end && (!civet_is_at_beginning(info) ||
                            head->field_count < HTTP_MAX_FIELDS);
    tap_head_end(end ? (size_t)(end - civet_buffer()) : 0);
}

/* Reads the body from civetweb, which takes the chunks off it. Gives what
 * mg_read said last. */
static int read_body(struct request *rq, size_t size) /* REQUEST THREAD */
{
    struct conn *conn = rq->conn;
    const struct http_meaning *meaning = &rq->in.meaning;
    int n = 0;

    if (rq->in.expects_continue) /* WAITS: client */
        (void)mg_write(conn->civetweb, "HTTP/1.1 100 Continue\r\n\r\n", 25);
    conn_expect(conn, rq->server->config->body_timeout_ms, SHUT_RD);
    while (rq->body_len < size) { /* WAITS: client */
        n = mg_read(conn->civetweb, rq->body + rq->body_len,
                    size - rq->body_len);
        if (n > 0)
            rq->body_len += (size_t)n;
        else if (n < 0 || meaning->chunked || conn_is_gone(conn))
            break; /* else civetweb's patience ended before ours */
    }
    conn_expect_nothing(conn);
    return n;
}

/* A body of known length: is there as much? */
static enum todo_err read_plain(struct request *rq) /* REQUEST THREAD */
{
    size_t size = (size_t)rq->in.meaning.content_length;

    (void)read_body(rq, size);
    tap_body(size);
    return rq->body_len == size ? TODO_OK : TODO_ERR_MALFORMED;
}

/* A body in chunks: to civetweb, its end and the end of all bytes may look
 * alike, so the bytes themselves are judged. */
static enum todo_err read_chunks(struct request *rq) /* REQUEST THREAD */
{
    const struct mg_request_info *info =
        mg_get_request_info(rq->conn->civetweb);
    struct http_chunks chunks = {0};
    int n = -1;

    if (!tap_chunks_begin(&chunks, civet_head_end(info)))
        return TODO_ERR_LENGTH_REQUIRED;
    if (!chunks.err)
        n = read_body(rq, HTTP_MAX_BODY + 1);
    tap_chunks_end();
    if (chunks.err)
        return chunks.err;
    if (n != 0 || !http_chunks_are_whole(&chunks) ||
        rq->body_len != chunks.body_len)
        return TODO_ERR_MALFORMED;
    return TODO_OK;
}

enum todo_err wire_body(struct request *rq) /* REQUEST THREAD */
{
    const struct http_meaning *meaning = &rq->in.meaning;
    enum todo_err err;

    rq->body = malloc(meaning->chunked ? HTTP_MAX_BODY + 1
                                       : (size_t)meaning->content_length);
    if (!rq->body)
        err = TODO_ERR_INTERNAL;
    else
        err = meaning->chunked ? read_chunks(rq) : read_plain(rq);
    if (err == TODO_ERR_MALFORMED && atomic_load(&rq->conn->late))
        err = TODO_ERR_BODY_TIMEOUT;
    return err ? http_request_cut(err, &rq->reply) : TODO_OK;
}
