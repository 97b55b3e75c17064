/*
 * sync_impl/wire.h - how bytes become a request.
 * Callers: conn.c, request.c.            Threads: request threads.
 * Blocks:  wire_body.                    Owns: nothing.
 *
 * civetweb reads the head on the thread of the connection, and calls us when it
 * is whole. The body is read when we ask for it.
 */
#ifndef TODO_SYNC_WIRE_H
#define TODO_SYNC_WIRE_H

#include <civetweb.h>

#include "common/error.h"
#include "common/http_rules.h"

struct request;

/* The head that civetweb has read. It borrows from `info`. */
void wire_head(const struct mg_request_info *info, struct http_head *head);

/* Reads the body into rq->body. Waits for the client, until --body-timeout.
 * TODO_ERR_BODY_TIMEOUT, TODO_ERR_BODY_TOO_LARGE, TODO_ERR_MALFORMED,
 * TODO_ERR_INTERNAL. */
enum todo_err wire_body(struct request *rq);

#endif
