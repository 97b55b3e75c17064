/*
 * common/http_request.h - from an HTTP head to an operation that may run.
 * Callers: request.c of both rooms.      Threads: its owner's.
 * Blocks:  never.                        Owns: nothing; borrows the head.
 */
#ifndef TODO_COMMON_HTTP_REQUEST_H
#define TODO_COMMON_HTTP_REQUEST_H

#include <stdbool.h>
#include <stdint.h>

#include "common/config.h"
#include "common/http_rules.h"
#include "common/list_query.h"
#include "common/reply.h"
#include "common/route.h"

enum { CONDITIONS_MAX_TAGS = 16 };

/* What If-Match and If-None-Match ask of one todo (RFC 9110 section 13). */
struct conditions {
    bool has_match;      /* If-Match was sent */
    bool match_any;      /* … and is * */
    bool none_match_any; /* If-None-Match is * */
    int match_count;     /* versions of this todo that If-Match names */
    int none_match_count;
    int64_t match[CONDITIONS_MAX_TAGS];
    int64_t none_match[CONDITIONS_MAX_TAGS];
};

struct http_request {
    struct http_head head; /* filled in by the room before accept */
    int port;              /* likewise: the one it came in by */
    struct http_meaning meaning;
    struct route_match route;
    struct conditions conditions;  /* operations on one todo */
    struct list_query list;        /* OP_LIST_TODOS */
    enum list_completed completed; /* OP_CLEAR_TODOS */
    int count;                     /* OP_SUGGEST_TITLES */
    bool expects_continue;         /* send 100 before reading the body */
    bool preflight;                /* a CORS preflight (Fetch standard) */
};

/* Checks the head in the order the contract promises: framing, sizes, Host (is
 * it one, is it ours), path, method, Expect, query, media type, coding, length,
 * range, conditions. On the way it sets up `reply` for the answer, whatever
 * that will be: begin with {0}. Any error that a head can cause. */
enum todo_err http_request_accept(struct http_request *request,
                                  const struct config *config,
                                  struct reply *reply);

/* Sets up `reply` for a request whose head the parser could not read, and a
 * head for the log. */
void http_request_refuse(struct http_request *request,
                         const struct config *config, struct reply *reply);

/* Whether a body follows the head. */
bool http_request_has_body(const struct http_request *request);

/* Whether a write to this todo may go ahead: TODO_OK or TODO_ERR_PRECONDITION.
 * If-Match compares strongly: with what is kept, not with what is meant. */
enum todo_err conditions_check(const struct conditions *conditions,
                               int64_t version);

/* Whether a read can be answered by 304: If-None-Match names this version. */
bool conditions_unmodified(const struct conditions *conditions,
                           int64_t version);

#endif
