/*
 * async_impl/conn.h - the life of a connection.
 * Threads: the loop's.
 * Blocks:  as the end of a connection may (conns.h), and for nothing else.
 * Owns:    the request under way.
 */
#ifndef TODO_ASYNC_CONN_H
#define TODO_ASYNC_CONN_H

#include <stdbool.h>

#include <uv.h>

#include "common/base/error.h"
#include "common/http/limits.h"

struct conn;
struct server;
struct subscriber;

/* Takes the client in that the listening socket has for us. Where memory runs
 * out, the next connection that ends makes up for it, if one is open. */
void conn_accept(struct server *server);

/* The server that it belongs to; borrowed. */
struct server *conn_server(const struct conn *conn);

/* The client at its address. */
struct limits_client conn_client(const struct conn *conn);

/* TODO_ERR_BUSY on a spare connection, if there is no place for it; or TODO_OK.
 * A server that stops lets nobody in, and serves those that are here. */
enum todo_err conn_overload(struct conn *conn);

/* Whether a request is here of which we know what it wants. */
bool conn_has_head(const struct conn *conn);

/* The answer is with the kernel, or there will be none: frees the request of
 * the connection. If the connection does not stay, reads and drops what the
 * client still sends, for a moment. */
void conn_answered(struct conn *conn);

/* The connection is a stream's from now on: its handler frees the request. What
 * the client sends is dropped, up to REPLY_DROP_MAX. A client that ends its
 * side has left, as browsers do; it gets no more. feed_unsubscribe is called
 * when it closes: at once, if the client has left already. */
void conn_stream(struct conn *conn, struct subscriber *subscriber);

/* The last bytes of the stream are with the kernel. */
void conn_end_stream(struct conn *conn);

/* What it waited for took too long. */
void conn_late(struct conn *conn);

/* Ends it now. May be called twice. */
void conn_close(struct conn *conn);

/* The same by a reset (RST), which no client takes for an end. */
void conn_reset(struct conn *conn);

/* While `on`, any end of the connection is a reset, also that of the process.
 * For an answer that only the end of the connection ends: conn_linger, when all
 * of it is with the kernel, takes it back. */
void conn_guard(struct conn *conn, bool on);

/* The kernel keeps no more than REPLY_KERNEL_MAX of what the client does not
 * read, or twice as much (SO_SNDBUF, socket(7)). */
void conn_bound_send_buffer(struct conn *conn);

#endif
