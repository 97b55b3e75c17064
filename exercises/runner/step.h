/*
 * exercises/runner/step.h - what a scenario does, step by step.
 * Threads: the main one.
 * Blocks:  until the step is done, or PATIENCE_MS is over.
 * Owns:    nothing: the caller closes what it opens.
 *
 * A step that fails says so on standard error, unless it only gives what it
 * saw.
 */
#ifndef TODO_RUNNER_STEP_H
#define TODO_RUNNER_STEP_H

#include <stdbool.h>

#include "tests/support/raw.h"
#include "tests/support/steer.h"

/* Connects, and sends a request. */
bool step_ask(struct raw *raw, int port, const char *request);

/* The status of the next answer, or 0. The connection stays. */
int step_status(struct raw *raw);

/* Takes the answer, which must have this status, and closes. */
bool step_hear(struct raw *raw, int wanted);

/* Asks for something on a connection of its own, and is answered 200. */
bool step_get(int port, const char *path);

/* Asks a server that stops: nobody listens, or the answer is 503. */
bool step_is_refused(int port);

/* Opens a stream of events. */
bool step_follow(struct raw *raw, int port);

/* Waits until the stream tells this event. */
bool step_is_told(struct raw *raw, const char *event);

/* Connects to the gates. Close with steer_close. */
bool step_reach(struct steer *steer, const char *gates);

/* Says a line, which must be answered "ok". */
bool step_say(struct steer *steer, const char *line);

/* How many marks of the server say that; -1 when it is gone. */
int step_count(struct steer *steer, const char *what);

/* Waits until the server has noted that so many are answered: it does so a
 * little later than the client has the answer. */
bool step_see_ends(struct steer *steer, int wanted);

#endif
