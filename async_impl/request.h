/*
 * async_impl/request.h - the life of one request.
 * Threads: the loop's.
 * Blocks:  as the end of a connection may (conns.h), and for nothing else.
 * Owns:    what must survive the waits.
 */
#ifndef TODO_ASYNC_REQUEST_H
#define TODO_ASYNC_REQUEST_H

#include <stddef.h>
#include <stdint.h>

#include "common/http/http_request.h"
#include "common/http/reply.h"
#include "common/store/store.h"
#include "common/todo/account.h"
#include "common/todo/changes.h"
#include "common/todo/password.h"
#include "flights.h"
#include "hashers.h"
#include "keeper.h"
#include "wire.h"

struct conn;
struct pages_room;
struct request;
struct server;
struct upstream_calls;

/* A step of a handler: the first one, or what comes after a wait. A handler
 * calls request_finish once, on whichever path it takes. */
typedef void request_step(struct request *rq);

struct request {
    struct server *server;
    struct conn *conn;
    struct wire wire;
    struct http_request in;
    struct reply reply;
    char *body; /* in the wire; NULL without one */
    size_t body_len;
    bool accepted;                /* request_accept has said yes */
    enum todo_err err;            /* of what was waited for */
    struct keeper_job job;        /* what is waited for */
    request_step *next;           /* where it goes on afterwards */
    request_step *written;        /* and where when bytes are taken; or NULL */
    struct upstream_calls *calls; /* under way, or NULL */
    struct hash hash;             /* that is waited for */
    struct rider rider;           /* of a count that is waited for */
    union {                       /* the stack that survives the wait */
        struct create_todo create_todo;
        struct read_todo read_todo;
        struct list_todos list_todos;
        struct change_todo change_todo;
        struct delete_todo delete_todo;
        struct clear_todos clear_todos;
        struct count_todos count_todos;
        struct buf suggestions;
        struct export_todos {
            struct list_query query;
            struct list_todos list;
        } export_todos;
        struct stream_events {
            struct changes_page page;
            struct buf text; /* on its way into a piece */
        } stream_events;
        struct new_user {
            struct account account;
            struct make_secret make;
            struct create_user job;
        } new_user;
        struct new_token {
            struct account account;
            struct find_user find;
            struct check_secret check;
            struct renew_secret job;
        } new_token;
    } frame;
};

/* Begins a request on a connection. NULL when memory runs out. The connection
 * frees it with request_free when its answer is sent. */
struct request *request_new(struct conn *conn);

/* Frees a request that nobody works for any more: it was answered, or a stream
 * goes on without it. Accepts NULL. */
void request_free(struct request *rq);

/* The client has left in the middle of it: says so in the log, and frees it.
 * Accepts NULL. */
void request_abandon(struct request *rq);

/* The head is whole: may the request run at all? */
enum todo_err request_accept(struct request *rq);

/* Answers a request whose head or body cannot be read; `detail` says more, or
 * is NULL. */
void request_refuse(struct request *rq, enum todo_err err, const char *detail);

/* The request is whole, or an error says why it will not be. Starts its
 * handler. */
void request_run(struct request *rq, enum todo_err err);

/* Sends what the reply holds; more will follow. `next` is called on the loop
 * when the kernel has taken it all: with rq->err, when the client has gone. The
 * last statement of a path. */
void request_write(struct request *rq, request_step *next);

/* Ends a stream in the middle, because of rq->err: the client must not take it
 * for whole. The log has the status of the error, though the client has heard
 * 200. The request is gone afterwards. */
void request_cut(struct request *rq);

/* Sends the reply; the request is gone afterwards. The last thing a handler
 * does. */
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
