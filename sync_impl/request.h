/*
 * sync_impl/request.h - the life of one request.
 * Threads: the request's own.
 * Blocks:  every function that serves, answers or writes.
 * Owns:    the body, the reply.
 */
#ifndef TODO_SYNC_REQUEST_H
#define TODO_SYNC_REQUEST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/http/http_request.h"
#include "common/http/reply.h"

struct conn;
struct keeper;
struct pages_room;
struct server;

struct request {
    struct server *server;
    struct conn *conn;
    struct keeper *keeper;
    struct http_request in;
    struct reply reply;
    char *body; /* NULL without one */
    size_t body_len;
};

/* A handler: it is called once, and calls request_finish once. */
typedef void request_step(struct request *rq);

/* Serves a request whose head stands in rq->in.head. When it returns, the
 * request is answered and released. */
void request_serve(struct request *rq);

/* Answers a request whose head cannot be read; `detail` says more, or is NULL.
 * When it returns, the request is answered and released. */
void request_refuse(struct request *rq, enum todo_err err, const char *detail);

/* Sends what the reply holds; more will follow. TODO_ERR_GONE when the client
 * is not there any more. */
enum todo_err request_write(struct request *rq);

/* Ends a stream in the middle: the client must not take it for whole. The log
 * has the status of the error, though the client has heard 200. Releases the
 * request. The last thing a handler does. */
void request_cut(struct request *rq, enum todo_err err);

/* Sends the reply and releases the request. The last thing a handler does. */
void request_finish(struct request *rq);

/* Each lesson enters its handlers here, by operation. */
void todos_handlers(request_step *handlers[OP_COUNT]);
void pages_handlers(request_step *handlers[OP_COUNT]);
void suggestions_handlers(request_step *handlers[OP_COUNT]);
void stats_handlers(request_step *handlers[OP_COUNT]);
void metrics_handlers(request_step *handlers[OP_COUNT]);
void export_handlers(request_step *handlers[OP_COUNT]);
void events_handlers(request_step *handlers[OP_COUNT]);
void accounts_handlers(request_step *handlers[OP_COUNT]);

/* What this room says of itself. */
extern const struct pages_room pages_room;

#endif
