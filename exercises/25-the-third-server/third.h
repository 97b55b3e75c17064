/*
 * exercises/25-the-third-server/third.h - what the files of todo-third share.
 * Threads: one in each process.
 * Blocks:  serve_client, conn_read, conn_write, conn_linger.
 * Owns:    nothing.
 *
 * todo-third waits in a way that neither room has: a process for each client.
 * The parent accepts and forks. The child stands still wherever it must wait,
 * and ends with the connection.
 */
#ifndef TODO_THIRD_H
#define TODO_THIRD_H

#include "async_impl/wire.h"
#include "common/http/http_request.h"
#include "common/pages/pages.h"

/* What the parent arranges, and each child inherits. */
struct third {
    struct config config;
    struct pages pages;
    int ending; /* a pipe in which only its end ever comes: the server stops */
    int turn;   /* the process that has this file locked may write */
};

/* A connection, and the bytes that came on it and are not read yet. */
struct conn {
    const struct third *third;
    int fd; /* borrowed */
    size_t used, len;
    char bytes[4096];
};

/* Serves a client until it leaves or is late, or the server stops. */
void serve_client(const struct third *third, int fd);

/* Reads on until a head or the whole request has come, and no longer than the
 * server waits for either. TODO_ERR_GONE when no more comes (between requests,
 * because of the end of the server, too), TODO_ERR_BODY_TIMEOUT, or what the
 * wire says is wrong. */
enum todo_err conn_read(struct conn *conn, struct wire *wire);

/* Sends it all; false when the client has left, or takes too long. */
bool conn_write(struct conn *conn, const char *bytes, size_t len);

/* Reads and drops what still comes after the last answer, for a moment: a reset
 * would take the answer along. */
void conn_linger(struct conn *conn);

#endif
