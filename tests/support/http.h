/*
 * tests/support/http.h - an HTTP client that keeps what it sent and got.
 * Threads: one client, one thread.
 * Blocks:  until the answer or a minute.
 * Owns:    the connections.
 *
 * It never fails a test: an answer with status 0 says in `error` why none came.
 *
 * A client may know two servers of one database: reads (GET, HEAD) then go to
 * the one, all else to the other, and the caller cannot tell.
 */
#ifndef TODO_TESTS_HTTP_H
#define TODO_TESTS_HTTP_H

#include <stdbool.h>
#include <stddef.h>

/* Room for a token. */
enum { HTTP_TOKEN_MAX = 1024 };

struct http;

struct http_request {
    const char *method;
    const char *target;        /* path and query, sent as it stands */
    const char *const *fields; /* "Name: value" lines up to a NULL; or NULL */
    const char *body;          /* NULL: none */
    size_t body_len;
};

/* Release with http_answer_release; {0} is an empty one. */
struct http_answer {
    char *base;      /* of the server asked: http://host:port */
    char *sent;      /* the request as text, for messages */
    int status;      /* 0: no whole answer came */
    char *head;      /* status line and fields, each with its CRLF */
    char *body;      /* NUL-terminated */
    size_t body_len; /* without that NUL */
    char error[256]; /* why there is no answer */
};

/* Both URLs are http://host:port without a path. `read_url` NULL: one server.
 * Gives NULL for a URL of another shape or without memory. Call it from one
 * thread at a time. */
struct http *http_new(const char *url, const char *read_url);

/* A further client of the same servers, for a further thread; with the token
 * that this one has now. */
struct http *http_clone(const struct http *http);

/* From now on each request says this token, unless it has a field Authorization
 * of its own. NULL: none does. */
void http_use_token(struct http *http, const char *token);

/* The token, or NULL; lent until the next http_use_token. */
const char *http_token(const struct http *http);

void http_free(struct http *http);

/* Where a request with this method goes; lent until http_free. */
const char *http_base(const struct http *http, const char *method);

/* That server's address, for raw connections. */
void http_address(const struct http *http, const char *method, char host[256],
                  int *port);

/* Sends one request; gives its answer, also when none came. */
struct http_answer http_ask(struct http *http,
                            const struct http_request *request);

/* Copies the value of a field of the head; false when absent. */
bool http_field(const struct http_answer *answer, const char *name, char *out,
                size_t size);

void http_answer_release(struct http_answer *answer);

#endif
