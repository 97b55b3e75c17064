/*
 * tests/contract/metrics.h - what the server counted, before and after.
 * Threads: the main one.
 * Blocks:  until the answer.
 * Owns:    nothing; the caller owns the scrapes.
 */
#ifndef TODO_CONTRACT_METRICS_H
#define TODO_CONTRACT_METRICS_H

#include "api.h"
#include "tests/support/scrape.h"

/* One request, and what it is counted as. */
struct metrics_row {
    const char *method;
    const char *target; /* NULL: the path of the case's todo */
    const char *field;  /* one more, or NULL */
    const char *body;   /* or NULL */
    const char *operation;
    int status;
};

/* GET /metrics of the server that gets requests with this method. The case
 * fails unless the answer is as it must be, and adds up. What `scrape` had is
 * released. */
void metrics_read(struct api *api, const char *method, struct scrape *scrape);

/* Waits until nothing but the scrape itself is in flight: what cases before
 * left there is counted. The case fails when it never is so. */
void metrics_settle(struct api *api, const char *method);

/* How many requests ended with this status, of this operation. */
double metrics_requests(const struct scrape *scrape, const char *operation,
                        int status);

/* The second scrape has so many more of them, and nothing fell. */
void metrics_expect_more(const struct scrape *before, const struct scrape *now,
                         const char *operation, int status, int more);

/* Asks between two scrapes: one more of those, and the first scrape, are all
 * that was counted. */
void metrics_expect_counted(struct api *api, const struct metrics_row *row,
                            const char *todo);

#endif
