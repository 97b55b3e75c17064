/*
 * tests/load/samples.h - what became of each request, and what that comes to.
 * Threads: one.
 * Blocks:  samples_write: on a file.
 * Owns:    the samples.
 *
 * Each one is kept: nothing is rounded, merged or thrown away until somebody
 * asks for a percentile.
 */
#ifndef TODO_TESTS_SAMPLES_H
#define TODO_TESTS_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fate {
    FATE_UNDER_WAY,
    FATE_ANSWERED, /* whole, whatever its status says */
    FATE_REFUSED,  /* there was no connection to be had */
    FATE_RESET,    /* the connection ended before the answer */
    FATE_STALLED,  /* no answer by the deadline */
    FATE_LIED,     /* the answer is not as long as it says */
    FATE_NOT_HTTP, /* what came is no answer */
    FATE_UNSENT,   /* we could not send it: the fault is ours */
    FATES
};

struct sample {
    int64_t from_us;     /* from here on its latency counts */
    int64_t started_us;  /* when it was really sent */
    int64_t finished_us; /* when its answer was whole, or it had failed */
    enum fate fate;
    int status;    /* of an answer; or 0 */
    int operation; /* an index into the mix */
};

/* Empty as {0}. */
struct samples {
    struct sample *all;
    size_t count, room;
};

/* Adds one; false when memory runs out. */
bool samples_add(struct samples *samples, const struct sample *sample);
void samples_release(struct samples *samples);

/* A word for it: "refused". */
const char *fate_name(enum fate fate);

/* Whether it was given what it asked for: an answer of 2xx or 3xx. */
bool sample_is_good(const struct sample *sample);

/* Writes a line for each, with tabs between the columns, and one above them
 * that names these. False, with errno, when it cannot. */
bool samples_write(const struct samples *samples, const char *path);

/* Times in order, the shortest first. */
struct times {
    int64_t *us;
    size_t count;
};

/* The latencies of all that were given what they asked for, and of all that
 * stalled, as long as we waited: each would have taken longer still. What was
 * refused, cut off or lied is in no percentile, as it would make them better.
 * False when memory runs out; gives: release it. */
bool times_of_latency(struct times *times, const struct samples *samples);

/* How much later than planned each was sent that was sent at all. */
bool times_of_delay(struct times *times, const struct samples *samples);
void times_release(struct times *times);

/* The least time that so many per cent of all do not exceed (the nearest rank:
 * it is always one that was measured). 0 when there is none. */
int64_t times_percentile(const struct times *times, double percent);

/* How many took so long or longer: those on which the percentile rests. */
size_t times_behind(const struct times *times, double percent);

#endif
