/*
 * tests/support/gate.h - holds a server's requests at its probes.
 * Threads: its owner's.
 * Blocks:  gate_await, until they stand there.
 * Owns:    a connection to the server's gates (common/base/gates.h).
 *
 * Each fails the running test when the server does not do what was asked.
 */
#ifndef TODO_TESTS_GATE_H
#define TODO_TESTS_GATE_H

#include <stdbool.h>

#include "tests/support/server.h"
#include "tests/support/steer.h"

struct gate {
    struct steer steer;
    const char *label; /* of the probe; borrowed */
};

/* Only connects: to ask who waits. */
void gate_open(struct gate *gate, const struct server *server);

/* From now on whoever comes to this probe stays there. */
void gate_hold(struct gate *gate, const struct server *server,
               const char *label);

/* Returns when `count` are held there. */
void gate_await(struct gate *gate, int count);

/* Returns when `count` requests wait for what another label names: on a thread
 * that stands there, or put aside. */
void gate_await_waiting(struct gate *gate, const char *label, int count);

/* Returns when one is held there, or when there is something to read on one of
 * two sockets (-1: none): for a case that does not know whether the server
 * comes to this probe. */
void gate_await_or(const struct gate *gate, const struct server *server, int fd,
                   int other);

/* Lets one go: the one that came first. */
void gate_pass(struct gate *gate);

/* Those held stay; whoever comes from now on passes. */
void gate_keep(struct gate *gate);

/* How many marks of this verb (probe.h) the probe has made. Writes the threads
 * that made them to `threads`, with ", " between them, as far as there is room.
 */
int gate_marks(struct gate *gate, const char *verb, char *threads, size_t size);

/* Lets all go, and closes the connection. Accepts {0} and a second call; a
 * server that is gone is no failure. */
void gate_release(struct gate *gate);

#endif
