/*
 * exercises/runner/bench.h - what ./learn bench has measured.
 * Threads: the main one.
 * Blocks:  bench_write: on files.
 * Owns:    the samples.
 */
#ifndef TODO_RUNNER_BENCH_H
#define TODO_RUNNER_BENCH_H

#include <stdbool.h>

#include "lab.h"

enum { BENCH_ROWS = 4, BENCH_CROWDS = 3, BENCH_ROUNDS = 3 };

enum { BENCH_OPEN, BENCH_CLOSED, BENCH_LOOPS };

struct bench_row {
    const char *title, *mix;
    struct lab_cell cells[ROOMS];
};

struct bench {
    const char *commit; /* of the sources; or NULL */
    int seconds;        /* of each measurement of a rate */
    int others_percent; /* of the processors; -1: not known */

    /* a closed loop asks for one thing after the other */
    struct bench_row rows[BENCH_ROWS];

    /* and for what another server has to say first */
    int crowds[BENCH_CROWDS]; /* clients */
    struct lab_cell asked[ROOMS][BENCH_CROWDS];

    /* an open loop asks for a mix */
    struct load_result mixed[ROOMS];

    /* and a server stands still for a second */
    struct load_result held[BENCH_LOOPS];
};

/* Writes the page. False, with a message, when it cannot. */
bool bench_write(const struct bench *bench, const char *path);

#endif
