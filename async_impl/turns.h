/*
 * async_impl/turns.h - how long the loop is at work between two sleeps.
 * Threads: the loop's.
 * Blocks:  never.
 * Owns:    a handle of the loop's.
 *
 * In one turn the loop calls a function for whatever has happened, and then
 * sleeps until more does. What happens in the middle of a turn waits for its
 * end: so the long turns are what clients feel.
 */
#ifndef TODO_ASYNC_TURNS_H
#define TODO_ASYNC_TURNS_H

#include <uv.h>

#include "common/http/metrics.h"

struct turns;

/* Watches a loop that does not run yet. NULL when memory runs out. */
struct turns *turns_new(uv_loop_t *loop);

/* Frees itself when the loop has closed its handle. Accepts NULL. */
void turns_close(struct turns *turns);

/* How long they were, but for the one that goes on. */
const struct metrics_histogram *turns_took(const struct turns *turns);

#endif
