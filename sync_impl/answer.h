/*
 * sync_impl/answer.h - how an answer becomes bytes.
 * Threads: request threads.
 * Blocks:  answer_write, answer_send.
 * Owns:    nothing.
 */
#ifndef TODO_SYNC_ANSWER_H
#define TODO_SYNC_ANSWER_H

#include <stdbool.h>

#include "common/http/reply.h"

struct conn;

/* Sends what the reply holds by one write. Waits for the client, until
 * --write-timeout. Gives whether all was taken. */
bool answer_write(struct conn *conn, const struct reply *reply);

/* Sends a reply by one write. Waits for the client, until --write-timeout; a
 * client that left is no error. If the connection does not stay, reads and
 * drops what the client still sends, for a moment. */
void answer_send(struct conn *conn, const struct reply *reply);

#endif
