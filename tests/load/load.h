/*
 * tests/load/load.h - one load on one server, from its first request to its
 *                     last answer.
 * Threads: one.
 * Blocks:  load_run: until the load is over, in a loop of its own.
 * Owns:    the connections while it runs; gives the samples.
 */
#ifndef TODO_TESTS_LOAD_H
#define TODO_TESTS_LOAD_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>

#include "mix.h"
#include "plan.h"
#include "samples.h"

/* What is to be done; borrowed. */
struct load_order {
    struct sockaddr_in to;
    struct mix mix;
    struct plan plan;
    int max_connections;
    int64_t deadline_us; /* for an answer, from where its latency counts */
};

/* What came of it. Release with load_release; {0} is one. */
struct load_result {
    struct samples samples;
    int64_t planned; /* so many requests should have been sent */
    int64_t took_us; /* from the first request to the last answer */
    int64_t busy_us; /* of a processor, for the generator itself */
    int connections; /* opened in all */
};

/* Runs it. False, with a message, when it cannot begin or memory runs out. */
bool load_run(const struct load_order *order, struct load_result *result);

void load_release(struct load_result *result);

#endif
