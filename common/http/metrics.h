/*
 * common/http/metrics.h - what a server has done, and what it does, in numbers.
 * Threads: any.
 * Blocks:  never; its lock is held for some dozens of nanoseconds, and for as
 *          long as it takes to copy the counts when somebody asks for them.
 *          To write the process's families takes, once a second at most, the
 *          time to read two files of /proc, which no disk is behind.
 * Owns:    the counts of requests.
 *
 * GET /metrics gives the numbers as text, in the format of Prometheus
 * (https://prometheus.io/docs/instrumenting/exposition_formats/, 0.0.4). A
 * family is one thing that is counted: its name, a sentence, its type, and a
 * line for each set of labels. A counter only grows; two readings tell what
 * happened in between. A gauge is what is so now. A histogram counts how often
 * something took how long.
 *
 * Labels come from the table of operations and from our own statuses, never
 * from what a client sends: it could make as many as it likes, and each would
 * stay.
 *
 * One lock guards all counts of requests. That is not the quickest way to
 * count, but what is asked for is of one moment: the requests add up to what
 * the histograms say, whatever goes on meanwhile.
 */
#ifndef TODO_COMMON_METRICS_H
#define TODO_COMMON_METRICS_H

#include <stdint.h>

#include "common/base/buf.h"
#include "common/todo/route.h"

/* The content type of the text. */
#define METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum { METRICS_BUCKETS = 12 }; /* of a histogram, without that for the rest */

struct metrics_histogram {
    uint64_t count[METRICS_BUCKETS + 1]; /* each by itself; last, the rest */
    int64_t sum_us;
};

struct metrics;

/* NULL when memory runs out. Free with metrics_free. */
struct metrics *metrics_new(void);

/* Accepts NULL. */
void metrics_free(struct metrics *metrics);

/* A request has come: its head is whole, or never will be. metrics_end is owed.
 */
void metrics_begin(struct metrics *metrics);

/* Its answer is made, or nobody waits for one any more. A stream of events
 * counts as a request; how long it took is the client's choice, and in no
 * histogram. (An export takes as long as its client reads, and a body as long
 * as its client sends: these are in it.) */
void metrics_end(struct metrics *metrics, enum operation op, int status,
                 int64_t took_us);

/* Appends the families of requests and of the process. */
void metrics_write(struct metrics *metrics, struct buf *out);

/* Each of these appends one more family, or a part of it. `help` is a sentence
 * without a backslash or a line break. */

/* A gauge without labels. */
void metrics_write_gauge(struct buf *out, const char *name, const char *help,
                         int64_t value);

/* The head of a family, and then its lines: there `labels` is such a text as
 * queue="read". */
void metrics_write_head(struct buf *out, const char *name, const char *type,
                        const char *help);
void metrics_write_value(struct buf *out, const char *name, const char *labels,
                         int64_t value);

/* A histogram behind its head; `labels` as before, or "". */
void metrics_write_histogram(struct buf *out, const char *name,
                             const char *labels,
                             const struct metrics_histogram *histogram);

/* Something took so long (microseconds). The caller guards the histogram. */
void metrics_observe(struct metrics_histogram *histogram, int64_t took_us);

/* The families process_…, which Prometheus expects of any program, as far as
 * the system tells them. Threads, memory and descriptors are as they were a
 * second ago at most. `start_ms` is when the process began (clock_wall_ms). */
void metrics_write_process(int64_t start_ms, struct buf *out);

#endif
