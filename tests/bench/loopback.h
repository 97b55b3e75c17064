/*
 * tests/bench/loopback.h - one request on a fresh connection to this machine.
 * Threads: one.
 * Blocks:  until the server answers; loopback_begin never.
 * Owns:    nothing; gives descriptors.
 */
#ifndef TODO_TESTS_LOOPBACK_H
#define TODO_TESTS_LOOPBACK_H

#include <stdbool.h>

/* Reads a number from 1 to `high` and nothing else; 0 when it is none. */
int loopback_number(const char *text, int high);

/* From now on as many descriptors may be open as the system allows. */
void loopback_raise_limit(void);

/* A connection to 127.0.0.1:port, or -1 with errno. Gives: close it. */
int loopback_connect(int port);

/* As loopback_connect, but waits for nothing: it may be written to once it is
 * connected, which poll(2) tells. */
int loopback_begin(int port);

/* Sends GET and reads what comes first of the answer. Returns whether that is a
 * 200; the connection can then stay open, idle. */
bool loopback_ask(int fd, const char *path);

#endif
