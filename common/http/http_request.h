/*
 * common/http/http_request.h - from an HTTP head to an operation that may run.
 * Threads: its owner's.
 * Blocks:  never.
 * Owns:    nothing; borrows the head.
 */
#ifndef TODO_COMMON_HTTP_REQUEST_H
#define TODO_COMMON_HTTP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/http/http_rules.h"
#include "common/http/limits.h"
#include "common/http/reply.h"
#include "common/setup/config.h"
#include "common/todo/changes.h"
#include "common/todo/conditions.h"
#include "common/todo/list_query.h"
#include "common/todo/route.h"
#include "common/todo/token.h"

struct http_request {
    struct http_head head;          /* filled in by the room before accept */
    const unsigned char *token_key; /* likewise: store_file_token_key */
    struct token_seen *token_seen;  /* likewise: the connection's */
    struct limits *limits;          /* likewise, where there is --rate-limit */
    struct limits_client client;    /* likewise: at which address it is */
    struct http_meaning meaning;
    struct route_match route;
    int64_t began_us;              /* when its head was there: clock_mono_us */
    int64_t user;                  /* who shows a good token, or 0 */
    int64_t owner;                 /* whose todos it is about (account.h) */
    struct conditions conditions;  /* operations on one todo */
    struct list_query list;        /* OP_LIST_TODOS */
    enum list_completed completed; /* OP_CLEAR_TODOS */
    struct changes_start start;    /* OP_STREAM_EVENTS: what was seen */
    int count;                     /* OP_SUGGEST_TITLES */
    bool expects_continue;         /* send 100 before reading the body */
    bool preflight;                /* a CORS preflight (Fetch standard) */
};

/* Checks the head in the order the contract promises: framing, sizes, Host (is
 * it one, is it ours), path, method, Expect, limit, token, query, media type,
 * coding, length, range, conditions. On the way it sets up `reply` for the
 * answer, whatever that will be: begin with {0}. Any error that a head can
 * cause. */
enum todo_err http_request_accept(struct http_request *request,
                                  const struct config *config,
                                  struct reply *reply);

/* Sets up `reply` for a request whose head the parser could not read: `detail`
 * says more about the error, or is NULL. Of the head it needs the method, NULL
 * when none was read; it makes another head, for the log. */
void http_request_refuse(struct http_request *request,
                         const struct config *config, enum todo_err err,
                         const char *detail, struct reply *reply);

/* The body did not come to its end: sets up `reply` for that, and gives the
 * error to answer with. Instead of TODO_ERR_GONE that is TODO_ERR_MALFORMED:
 * a client that has ended its side may still listen. */
enum todo_err http_request_cut(enum todo_err err, struct reply *reply);

/* Writes the line of the log about a request that is answered. */
void http_request_log(const struct http_request *request,
                      const struct reply *reply);

/* Whether a body follows the head. */
bool http_request_has_body(const struct http_request *request);

#endif
