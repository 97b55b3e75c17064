/*
 * sync_impl/wire.h - how bytes become a request.
 * Threads: as each function says.
 * Blocks:  wire_body.
 * Owns:    nothing.
 *
 * civetweb reads the head on the thread of the connection, and calls us when it
 * is whole. The body is read when we ask for it.
 *
 * What civetweb decides before it calls us, or hides from us, so that todo-sync
 * cannot answer as todo-async does, with version 1.15 as with 1.16:
 * - chunks that do not come for as long as --head-timeout, the one deadline
 *   that civetweb has for its own reads, end the request with 400; it cannot go
 *   on with a chunk afterwards (todo-async waits until --body-timeout);
 * - a chunk's size has at most 61 digits, leading zeros included, and no blank
 *   may stand behind the word chunked in Transfer-Encoding: 400 (todo-async
 *   takes both);
 * - for a broken or late head and for a transfer coding that it does not know,
 *   nothing is told but that it is refused: 400 without a detail.
 *
 * Version 1.16 passes over chunk extensions and trailers, and knows methods
 * that 1.15 does not know. That does not show: the bytes of a chunked body are
 * judged by common/http/http_chunks.h (tap.h), and methods by http_is_method.
 */
#ifndef TODO_SYNC_WIRE_H
#define TODO_SYNC_WIRE_H

#include <stdbool.h>

#include <civetweb.h>

#include "common/base/error.h"
#include "common/http/http_rules.h"

struct request;
/* Whether the request that civetweb could not read begins as a HEAD; it may not
 * tell. Request thread. */
bool wire_asks_head(void);

/* The head that civetweb has read, which the tap is told of. It borrows from
 * `info`. Request thread. */
void wire_head(const struct mg_request_info *info, struct http_head *head);

/* Reads the body into rq->body. Waits for the client, until --body-timeout.
 * Request thread. TODO_ERR_BODY_TIMEOUT, TODO_ERR_BODY_TOO_LARGE,
 * TODO_ERR_MALFORMED, TODO_ERR_INTERNAL; of a chunked body also
 * TODO_ERR_LENGTH_REQUIRED (tap.h). */
enum todo_err wire_body(struct request *rq);

#endif
