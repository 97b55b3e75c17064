/*
 * tests/support/environment.h - of the environment, what a test means to have.
 * Threads: one, see below.
 * Blocks:  never.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_ENVIRONMENT_H
#define TODO_TESTS_ENVIRONMENT_H

#include <stdbool.h>

/* Takes every variable out of the environment of this process, and so out of
 * that of the servers it starts, but for the few that environment.c names: a
 * TODO_PORT or an LD_PRELOAD of somebody's shell decides no test. A test may
 * then set what it likes. To be called while there is one thread
 * (unsetenv(3)). False when there is no memory. */
bool environment_clean(void);

#endif
