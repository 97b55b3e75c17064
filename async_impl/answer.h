/*
 * async_impl/answer.h - how an answer becomes bytes.
 * Threads: the loop's.
 * Blocks:  as the end of a connection may (conns.h), and for nothing else.
 * Owns:    nothing.
 */
#ifndef TODO_ASYNC_ANSWER_H
#define TODO_ASYNC_ANSWER_H

#include "common/http/reply.h"

struct conn;
struct request;

/* Sends what the reply holds. `next` is called when the kernel has taken it, or
 * when it cannot: with the request's err set. */
void answer_write(struct conn *conn, const struct reply *reply,
                  void (*next)(struct request *rq));

/* Sends a reply, and frees the request of the connection when it is sent, or
 * when it cannot be (conn_answered). Waits for the client, until
 * --write-timeout. */
void answer_send(struct conn *conn, const struct reply *reply);

#endif
