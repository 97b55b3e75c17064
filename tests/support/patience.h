/*
 * tests/support/patience.h - how long a test waits for what must happen.
 * Threads: any.
 * Blocks:  a_moment, for a few milliseconds.
 * Owns:    nothing.
 *
 * A deadline here only ends a test that would hang. No verdict rests on one.
 */
#ifndef TODO_TESTS_PATIENCE_H
#define TODO_TESTS_PATIENCE_H

enum { PATIENCE_MS = 60000 };

/* Milliseconds on a clock that never jumps. */
long long now_ms(void);

/* Neither a file nor the end of a child wakes poll(2) everywhere. Those who
 * wait for one look again after a moment, up to their deadline. */
void a_moment(void);

#endif
