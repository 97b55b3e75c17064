/*
 * exercises/runner/claims.h - what people say of threads and loops, what was
 * measured, and what follows from that.
 * Threads: the main one.
 * Blocks:  claims_measure: for as long as it measures.
 * Owns:    nothing; the numbers are a value.
 */
#ifndef TODO_RUNNER_CLAIMS_H
#define TODO_RUNNER_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/buf.h"
#include "source.h"

enum { CLAIMS = 10, CLAIMS_HELD = 10000, CLAIMS_UNKNOWN = -1 };

/* All that the claims are judged by. */
struct claims_numbers {
    double asked_few[ROOMS];   /* answers a second for 64 clients, when an */
    double asked_many[ROOMS];  /* upstream takes 50 ms; and for 256 */
    double crud[ROOMS];        /* answers a second of a mix, for 16 clients */
    double thread_kib;         /* resident, of each; or CLAIMS_UNKNOWN */
    int held;                  /* connections that were answered, all open */
    double held_kib;           /* resident, of each; or CLAIMS_UNKNOWN */
    double login_share[ROOMS]; /* of sign-ins that came to their end */
    int64_t beside_p99_us[ROOMS]; /* of those that only want a 200 */
    size_t locks[ROOMS];          /* places where one is taken */
    int64_t mix_p99_us[ROOMS];    /* of a mix, 200 a second */
    double slow_share[ROOMS]; /* served in two seconds beside slow clients */
    double kept[ROOMS];       /* of its own rate, when asked for twice that */
    size_t lines[ROOMS], functions[ROOMS];
};

/* Partly: it holds for some of the numbers, and not for the others. */
enum claims_verdict {
    CLAIMS_NO,
    CLAIMS_PARTLY,
    CLAIMS_YES,
    CLAIMS_NOT_MEASURED
};

/* What is said, what was measured, and whether that bears it out. */
struct claim {
    const char *says;
    void (*put_numbers)(struct buf *out, const struct claims_numbers *numbers);
    enum claims_verdict (*judge)(const struct claims_numbers *numbers);
};

extern const struct claim claims[CLAIMS];

/* Measures all, with servers of that folder. False, with a message, when it
 * cannot. */
bool claims_measure(struct claims_numbers *numbers, const char *bin);

/* Parts of it: memory for a thread and for a connection, and servers beside
 * slow clients. */
struct lab;
bool claims_weigh(struct claims_numbers *numbers, struct lab *lab,
                  const char *bin);
bool claims_crowd(struct claims_numbers *numbers, struct lab *lab);

/* Says what is measured now. */
void claims_say(const char *what);

#endif
