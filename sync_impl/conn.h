/*
 * sync_impl/conn.h - between civetweb's connections and our requests.
 * Callers: server.c, request.c.          Threads: request threads.
 * Blocks:  conn_write, conn_send.        Owns: nothing.
 */
#ifndef TODO_SYNC_CONN_H
#define TODO_SYNC_CONN_H

#include <stdbool.h>

#include <civetweb.h>

#include "common/error.h"
#include "common/reply.h"

struct conn;

/* Fills in the functions that civetweb is to call. */
void conn_callbacks(struct mg_callbacks *callbacks);

/* TODO_ERR_STOPPING, TODO_ERR_BUSY on a spare thread, or TODO_OK. */
enum todo_err conn_overload(const struct conn *conn);

/* Sends what the reply holds by one write. Waits for the client, until
 * --write-timeout. Gives whether all was taken. */
bool conn_write(struct conn *conn, const struct reply *reply);

/* Sends a reply by one write. Waits for the client, until --write-timeout; a
 * client that left is no error. If the connection does not stay, reads and
 * drops what the client still sends, for a moment. */
void conn_send(struct conn *conn, const struct reply *reply);

/* Ends it by a reset (RST), which no client takes for an end. Does not wait. */
void conn_reset(struct conn *conn);

#endif
