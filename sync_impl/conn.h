/*
 * sync_impl/conn.h - between civetweb's connections and our requests.
 * Threads: as each function says.
 * Blocks:  conn_linger.
 * Owns:    nothing.
 */
#ifndef TODO_SYNC_CONN_H
#define TODO_SYNC_CONN_H

#include <stdbool.h>

#include <civetweb.h>

#include "common/base/error.h"

struct conn;

/* Fills in the functions that civetweb is to call. */
void conn_callbacks(struct mg_callbacks *callbacks);

/* TODO_ERR_STOPPING, TODO_ERR_BUSY on a spare thread, or TODO_OK. */
enum todo_err conn_overload(const struct conn *conn);

/* Whether what the connection waits for can go on: there is something to read,
 * or room to write. The watch, which holds lock. */
bool conn_is_ready(const struct conn *conn);

/* The connection does not stay: reads and drops what the client still sends,
 * for a moment. Request thread. */
void conn_linger(struct conn *conn);

/* Ends it by a reset (RST), which no client takes for an end. Does not wait. */
void conn_reset(struct conn *conn);

/* While `on`, the end of the process ends the connection by a reset, too. For
 * an answer that only the end of the connection ends. Request thread. */
void conn_guard(struct conn *conn, bool on);

#endif
