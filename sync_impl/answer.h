/*
 * sync_impl/answer.h - how an answer becomes bytes.
 * Callers: request.c.                    Threads: request threads.
 * Blocks:  conn_write, conn_send.        Owns: nothing.
 */
#ifndef TODO_SYNC_ANSWER_H
#define TODO_SYNC_ANSWER_H

#include <stdbool.h>

#include "common/reply.h"

struct conn;

/* Sends what the reply holds by one write. Waits for the client, until
 * --write-timeout. Gives whether all was taken. */
bool conn_write(struct conn *conn, const struct reply *reply);

/* Sends a reply by one write. Waits for the client, until --write-timeout; a
 * client that left is no error. If the connection does not stay, reads and
 * drops what the client still sends, for a moment. */
void conn_send(struct conn *conn, const struct reply *reply);

#endif
