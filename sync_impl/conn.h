/*
 * sync_impl/conn.h - between civetweb's connections and our requests.
 * Callers: server.c, request.c, answer.c. Threads: request threads.
 * Blocks:  conn_linger.                  Owns: nothing.
 */
#ifndef TODO_SYNC_CONN_H
#define TODO_SYNC_CONN_H

#include <stdbool.h>

#include <civetweb.h>

#include "common/error.h"

struct conn;

/* Fills in the functions that civetweb is to call. */
void conn_callbacks(struct mg_callbacks *callbacks);

/* Finds its socket, once in a connection's life: conn->fd. It stays -1 when the
 * client has left already. Request thread. */
void conn_find_socket(struct conn *conn);

/* TODO_ERR_STOPPING, TODO_ERR_BUSY on a spare thread, or TODO_OK. */
enum todo_err conn_overload(const struct conn *conn);

/* How many bytes have come on a socket, whoever has read them. Where the kernel
 * does not tell it is 0, and a head after an answer has the deadline of an idle
 * connection. Any thread. */
unsigned long long conn_heard(int fd);

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
