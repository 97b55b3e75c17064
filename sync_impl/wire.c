/*
 * sync_impl/wire.c - the head from civetweb's lists, the body by reading it.
 */
#include "wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "conns.h"
#include "request.h"
#include "server.h"
#include "tap.h"

static struct http_text text_of(const char *text)
{
    return (struct http_text){text, text ? strlen(text) : 0};
}

/* Where the buffer of this thread begins; NULL until it is primed. */
static _Thread_local const char *beginning;

bool wire_secret(char secret[WIRE_SECRET_SIZE]) /* MAIN THREAD */
{
    unsigned char bytes[(WIRE_SECRET_SIZE - 1) / 2];

    if (getentropy(bytes, sizeof bytes) != 0)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(secret + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* A connection to this server with a request on it; -1 when there is none. */
static int knock(const struct server *server) /* MAIN THREAD */
{
    int64_t patience_ms = 2 * server->config->head_timeout_ms;
    struct timeval patience = {.tv_sec = patience_ms / 1000,
                               .tv_usec = patience_ms % 1000 * 1000};
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port =
                                   htons((uint16_t)server->config->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char request[64];
    int len = snprintf(request, sizeof request, "GET /%s HTTP/1.1\r\n\r\n",
                       server->secret);

    if (fd >= 0 &&
        (inet_pton(AF_INET, server->config->host, &here.sin_addr) != 1 ||
         setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ||
         connect(fd, (struct sockaddr *)&here, sizeof here) ||
         send(fd, request, (size_t)len, MSG_NOSIGNAL) != len)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool wire_prime(struct server *server) /* MAIN THREAD */
{
    int count = server->config->threads + CONNS_SPARE;
    int *knocks = calloc((size_t)count, sizeof *knocks);
    bool done = knocks != NULL;
    char answer[64];
    int opened = 0;

    for (; done && opened < count; opened++) {
        knocks[opened] = knock(server);
        done = knocks[opened] >= 0;
    }
    /* Who has answered stays with its connection while that is open, so each
     * connection gets a thread of its own. */
    for (int i = 0; done && i < count; i++) /* WAITS: each thread */
        done = recv(knocks[i], answer, sizeof answer, 0) > 0;
    for (int i = 0; i < opened; i++)
        (void)shutdown(knocks[i], SHUT_WR);
    /* civetweb closes when all is over, and the thread is free. */
    for (int i = 0; i < opened; i++) {
        done = done && recv(knocks[i], answer, sizeof answer, 0) == 0;
        close(knocks[i]);
    }
    free(knocks);
    return done;
}

bool wire_may_serve(struct mg_connection *civetweb,
                    const char *secret) /* REQUEST THREAD */
{
    static const char taken[] = "HTTP/1.1 204 No Content\r\n\r\n";
    static const char early[] = "HTTP/1.1 503 Service Unavailable\r\n"
                                "Retry-After: 1\r\nContent-Length: 0\r\n"
                                "Connection: close\r\n\r\n";
    const struct mg_request_info *info = mg_get_request_info(civetweb);

    if (beginning)
        return true;
    if (strcmp(info->request_uri + 1, secret) == 0) {
        beginning = info->request_method;
        (void)mg_write(civetweb, taken, sizeof taken - 1);
    } else {
        mg_disable_connection_keep_alive(civetweb);
        (void)mg_write(civetweb, early, sizeof early - 1);
    }
    return false;
}

/* civetweb is generous: it takes a bare LF for the end of a line, blanks before
 * a colon, and any white space between the words of the first line; and a line
 * that begins with a blank or a colon ends the head for it: what follows, be it
 * a Content-Length, it does not tell. Others read the same bytes otherwise, so
 * we refuse them. They show in the NULs that it writes into the head where it
 * cuts: one behind each word, one over the colon, two over the end of a line,
 * one over the last byte, behind the CR of the empty line. Gives where the head
 * ends; NULL if it is not clean. */
static const char *clean_end(const struct mg_request_info *info)
{
    const char *uri = info->request_uri;
    const char *rest = info->query_string ? info->query_string : uri;
    const char *end = info->http_version + strlen(info->http_version);

    if (uri != info->request_method + strlen(info->request_method) + 1 ||
        info->http_version != rest + strlen(rest) + 1 + strlen("HTTP/"))
        return NULL;
    for (int i = 0; i < info->num_headers; i++) {
        const char *name = info->http_headers[i].name;
        const char *value = info->http_headers[i].value;
        const char *colon = name + strlen(name);

        if (name != end + 2 || (colon[1] == '\0' && value != colon + 1))
            return NULL;
        end = value + strlen(value);
    }
    if (end - info->request_method > HTTP_MAX_HEAD)
        return end; /* too large, however it ends; its end may lie at the end
                       of the buffer */
    if ((end[2] != '\r' && info->num_headers > 0) || end[3] != '\0')
        return NULL;
    return end + strlen("\r\n\r\n");
}

/* One empty line may stand before a request (RFC 9112 section 2.2). civetweb
 * skips as much white space as there is, but with more it mistakes where the
 * request ends. */
static bool is_at_the_beginning(const struct mg_request_info *info)
{
    return info->request_method == beginning ||
           (info->request_method == beginning + 2 &&
            memcmp(beginning, "\r\n", 2) == 0);
}

bool wire_is_head(void) /* REQUEST THREAD */
{
    const char *at = beginning;

    if (at && memcmp(at, "\r\n", 2) == 0)
        at += 2;
    return at && memcmp(at, "HEAD", 4) == 0 && (at[4] == ' ' || at[4] == '\0');
}

void wire_head(const struct mg_request_info *info, struct http_head *head)
{
    const char *end = is_at_the_beginning(info) ? clean_end(info) : NULL;

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
    head->broken = !is_at_the_beginning(info) ||
                   (head->field_count < HTTP_MAX_FIELDS && /* more it drops */
                    !end);
    tap_head_end(end ? (size_t)(end - beginning) : 0);
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

    if (!tap_chunks_begin(&chunks, clean_end(info)))
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
    if (err == TODO_ERR_MALFORMED)
        rq->reply.problem.detail = http_bad_body;
    if (err)
        rq->reply.keep_alive = false; /* what is left of it is no request */
    return err;
}
