/*
 * tests/load/plan.h - when a request is sent, and from when its latency counts.
 * Threads: one.
 * Blocks:  never.
 * Owns:    nothing; a plan is a value.
 *
 * An open loop is like people that know nothing of each other: each comes when
 * its time has come, whether those before it were served or not. A closed loop
 * is like a fixed number of clients: each asks, waits for its answer, and only
 * then asks again. All times are microseconds since the load began.
 */
#ifndef TODO_TESTS_PLAN_H
#define TODO_TESTS_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#define PLAN_NEVER INT64_MAX

struct plan {
    /* what is wanted */
    int rate;         /* of an open loop: requests a second; or 0 */
    int clients;      /* of a closed loop: requests under way at once */
    int64_t requests; /* so many at most */
    int64_t until_us; /* at this time and later none is sent any more */

    /* what has become of it; begins as 0 */
    int64_t sent;
    int64_t under_way;
};

/* Whether a request is to be sent now. If so, it counts as sent, and its
 * latency counts from *from_us. Ask again until it is not. */
bool plan_next(struct plan *plan, int64_t now_us, int64_t *from_us);

/* A request that was under way has been answered, or has failed. */
void plan_finished(struct plan *plan);

/* When to ask plan_next again, if no request is finished before: the time, or
 * PLAN_NEVER. */
int64_t plan_wake_us(const struct plan *plan);

/* How many requests are to be sent in all. A closed loop cannot know that: what
 * it has sent is all that it wants. */
int64_t plan_total(const struct plan *plan);

#endif
