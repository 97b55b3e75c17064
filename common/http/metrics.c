/*
 * common/http/metrics.c - counts requests, and writes what was counted.
 */
#include "common/http/metrics.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/base/clock.h"

enum { STATUS_FIRST = 200, STATUS_END = 600 };

struct operation_counts {
    uint64_t answers[STATUS_END - STATUS_FIRST]; /* by status */
    struct metrics_histogram took;
};

struct counts {
    int64_t in_flight;
    struct operation_counts operations[OP_NONE + 1];
};

struct metrics {
    int64_t start_ms; /* clock_wall_ms */
    pthread_mutex_t lock;
    struct counts counts; /* guarded by lock */
};

static const struct {
    int64_t us;
    const char *seconds;
} bounds[METRICS_BUCKETS] = {
    {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"},
    {500000, "0.5"},  {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},
};

struct metrics *metrics_new(void)
{
    struct metrics *metrics = calloc(1, sizeof *metrics);

    if (!metrics)
        return NULL;
    metrics->start_ms = clock_wall_ms();
    pthread_mutex_init(&metrics->lock, NULL);
    return metrics;
}

void metrics_free(struct metrics *metrics)
{
    if (!metrics)
        return;
    pthread_mutex_destroy(&metrics->lock);
    free(metrics);
}

/* --- counting ------------------------------------------------------------- */

void metrics_observe(struct metrics_histogram *histogram, int64_t took_us)
{
    int bucket = 0;

    while (bucket < METRICS_BUCKETS && took_us > bounds[bucket].us)
        bucket++;
    histogram->count[bucket]++;
    histogram->sum_us += took_us;
}

void metrics_begin(struct metrics *metrics)
{
    pthread_mutex_lock(&metrics->lock);
    metrics->counts.in_flight++;
    pthread_mutex_unlock(&metrics->lock);
}

/* Where a status is counted; one that is none at all is a fault of ours. */
static int place(int status)
{
    bool good = status >= STATUS_FIRST && status < STATUS_END;

    return (good ? status : 500) - STATUS_FIRST;
}

void metrics_end(struct metrics *metrics, enum operation op, int status,
                 int64_t took_us)
{
    struct operation_counts *counts = &metrics->counts.operations[op];

    pthread_mutex_lock(&metrics->lock);
    metrics->counts.in_flight--;
    counts->answers[place(status)]++;
    if (op != OP_STREAM_EVENTS)
        metrics_observe(&counts->took, took_us);
    pthread_mutex_unlock(&metrics->lock);
}

/* --- writing -------------------------------------------------------------- */

void metrics_write_head(struct buf *out, const char *name, const char *type,
                        const char *help)
{
    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void metrics_write_value(struct buf *out, const char *name, const char *labels,
                         int64_t value)
{
    buf_printf(out, "%s{%s} %lld\n", name, labels, (long long)value);
}

void metrics_write_gauge(struct buf *out, const char *name, const char *help,
                         int64_t value)
{
    metrics_write_head(out, name, "gauge", help);
    buf_printf(out, "%s %lld\n", name, (long long)value);
}

/* In the text each bucket holds those before it, too. So the last one is the
 * count, and cannot but be. */
void metrics_write_histogram(struct buf *out, const char *name,
                             const char *labels,
                             const struct metrics_histogram *histogram)
{
    const char *comma = labels[0] ? "," : "";
    const char *open = labels[0] ? "{" : "", *close = labels[0] ? "}" : "";
    uint64_t sum = 0;

    for (int i = 0; i <= METRICS_BUCKETS; i++) {
        sum += histogram->count[i];
        buf_printf(out, "%s_bucket{%s%sle=\"%s\"} %llu\n", name, labels, comma,
                   i < METRICS_BUCKETS ? bounds[i].seconds : "+Inf",
                   (unsigned long long)sum);
    }
    buf_printf(out, "%s_sum%s%s%s %lld.%06lld\n", name, open, labels, close,
               (long long)(histogram->sum_us / 1000000),
               (long long)(histogram->sum_us % 1000000));
    buf_printf(out, "%s_count%s%s%s %llu\n", name, open, labels, close,
               (unsigned long long)sum);
}

static void write_answers(const struct counts *counts, struct buf *out)
{
    const char *name = "http_requests_total";

    metrics_write_head(out, name, "counter",
                       "Requests that were answered, by operation and status.");
    for (int op = 0; op <= OP_NONE; op++) {
        const uint64_t *answers = counts->operations[op].answers;

        for (int i = 0; i < STATUS_END - STATUS_FIRST; i++) {
            char labels[80];

            if (answers[i] == 0)
                continue;
            (void)snprintf(labels, sizeof labels,
                           "operation=\"%s\",status=\"%d\"",
                           route_name((enum operation)op), STATUS_FIRST + i);
            metrics_write_value(out, name, labels, (int64_t)answers[i]);
        }
    }
}

static void write_durations(const struct counts *counts, struct buf *out)
{
    const char *name = "http_request_duration_seconds";

    metrics_write_head(out, name, "histogram",
                       "From the head of a request to its answer; without "
                       "streams of events.");
    for (int op = 0; op <= OP_NONE; op++) {
        const struct metrics_histogram *took = &counts->operations[op].took;
        uint64_t any = 0;
        char labels[80];

        for (int i = 0; i <= METRICS_BUCKETS; i++)
            any |= took->count[i];
        (void)snprintf(labels, sizeof labels, "operation=\"%s\"",
                       route_name((enum operation)op));
        if (any)
            metrics_write_histogram(out, name, labels, took);
    }
}

void metrics_write(struct metrics *metrics, struct buf *out)
{
    struct counts *counts = malloc(sizeof *counts);

    if (!counts) {
        out->failed = true;
        return;
    }
    pthread_mutex_lock(&metrics->lock);
    *counts = metrics->counts;
    pthread_mutex_unlock(&metrics->lock);
    write_answers(counts, out);
    write_durations(counts, out);
    metrics_write_gauge(out, "http_requests_in_flight",
                        "Requests that are not answered yet.",
                        counts->in_flight);
    metrics_write_process(metrics->start_ms, out);
    free(counts);
}
