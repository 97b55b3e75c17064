/*
 * tests/bench/times.h - the time in milliseconds, with what is behind the
 * point. Threads: any. Blocks:  never. Owns:    nothing.
 */
#ifndef TODO_TESTS_TIMES_H
#define TODO_TESTS_TIMES_H

#include <time.h>

/* What this clock says; it must be one that is always there (POSIX). */
double times_now_ms(clockid_t clock);

/* Shortest first. */
void times_sort(double *ms, int count);

#endif
