/*
 * exercises/runner/trace.h - from the marks of a server to who did what when.
 * Threads: the main one.
 * Blocks:  reads a file.
 * Owns:    the lanes and their spans.
 *
 * Each thread has a lane, and so has each request. A lane is cut into spans:
 * work, a thread that stands still, a request that is put aside. Where a lane
 * has no span, a thread is idle, and a request is on its way between threads.
 */
#ifndef TODO_RUNNER_TRACE_H
#define TODO_RUNNER_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { TRACE_NAME = 32, TRACE_QUERY = 64, TRACE_DEPTH = 8, TRACE_LANES = 1024 };

enum span_kind { SPAN_WORKS, SPAN_STANDS, SPAN_PARKED, SPAN_KINDS };

/* What a lane is at: the innermost of several decides. */
struct frame {
    enum span_kind kind;
    uint32_t request;
    bool held;              /* by a gate */
    char label[TRACE_NAME]; /* what is waited for; "" for work */
    char thread[TRACE_NAME];
};

struct span {
    int64_t from, to; /* nanoseconds, as in the marks */
    struct frame what;
};

struct lane {
    char name[TRACE_NAME]; /* of the thread, or the operation of the request */
    uint32_t request;      /* 0: this is a thread's lane */
    char query[TRACE_QUERY]; /* of the request, from its `?` on; or "" */
    int64_t ended;           /* when the request was answered; 0: not yet */
    int64_t since;           /* when it came to be as it is */
    struct frame frames[TRACE_DEPTH];
    int depth;
    struct span *spans;
    size_t count, room;
};

struct trace {
    struct lane *lanes; /* threads and requests, as they first appear */
    size_t count;
    int64_t from, to; /* first and last mark; 0 when there is none */
};

/* Reads marks (common/base/probe.h, probe_write). False, with a message, when a
 * line is none or memory runs out. Release in either case. */
bool trace_read(struct trace *trace, FILE *marks);
void trace_release(struct trace *trace);

/* The clock of the marks, now. */
int64_t trace_now(void);

/* What the lane is at in the end; NULL when at nothing. */
const struct frame *lane_now(const struct lane *lane);

/* True when the lane was so at that moment. */
bool lane_is(const struct lane *lane, int64_t at, enum span_kind kind);

/* True when the request was ever put aside. */
bool lane_was_parked(const struct lane *lane);

#endif
