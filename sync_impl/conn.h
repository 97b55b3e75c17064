/*
 * sync_impl/conn.h - between civetweb's connections and our requests.
 * Threads: as each function says.
 * Blocks:  conn_linger, conn_overload.
 * Owns:    nothing.
 */
#ifndef TODO_SYNC_CONN_H
#define TODO_SYNC_CONN_H

#include <stdbool.h>

#include <civetweb.h>

#include "common/base/error.h"
#include "common/http/limits.h"

struct conn;

/* Fills in the functions that civetweb is to call. */
void conn_callbacks(struct mg_callbacks *callbacks);

/* The client at its address. Request thread. */
struct limits_client conn_client(const struct conn *conn);

/* TODO_ERR_STOPPING; TODO_ERR_BUSY on a spare thread, if there is no place for
 * it; or TODO_OK. */
enum todo_err conn_overload(struct conn *conn);

/* Whether what the connection waits for can go on: there is something to read,
 * or room to write. Caller holds conns->lock. */
bool conn_is_ready(const struct conn *conn);

/* The connection does not stay: reads and drops what the client still sends,
 * for a moment. Request thread. */
void conn_linger(struct conn *conn);

/* Ends it by a reset (RST), which no client takes for an end. Does not wait. */
void conn_reset(struct conn *conn);

/* While `on`, the end of the process ends the connection by a reset, too. For
 * an answer that only the end of the connection ends. Request thread. */
void conn_guard(struct conn *conn, bool on);

/* The kernel keeps no more than REPLY_KERNEL_MAX of what the client does not
 * read, or twice as much (SO_SNDBUF, socket(7)). Request thread. */
void conn_bound_send_buffer(struct conn *conn);

#endif
