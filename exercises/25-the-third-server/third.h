/*
 * exercises/25-the-third-server/third.h - what the files of todo-third share.
 * Threads: one in each process.
 * Blocks:  every function.
 * Owns:    nothing.
 *
 * todo-third waits in a way that neither room has: a process for each client.
 * The parent accepts and forks. The child stands still wherever it must wait,
 * and ends with the connection.
 */
#ifndef TODO_THIRD_H
#define TODO_THIRD_H

#include "common/pages/pages.h"

/* What the parent arranges, and each child inherits. */
struct third {
    struct config config;
    struct pages pages;
    int ending[2]; /* a pipe in which only its end comes: the server stops */
    int turn;      /* the process that has this file locked may write */
};
extern struct third third;

/* Opens the database for this process, if it is not open; false when it cannot,
 * which is logged. No connection to SQLite passes a fork, as its locks are
 * those of a process: so each child has its own. */
bool open_store(void);
void close_store(void);

/* Serves a client until it leaves or is late, or the server stops. */
void serve_client(int fd);

#endif
