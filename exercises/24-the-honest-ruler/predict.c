/*
 * exercises/24-the-honest-ruler/predict.c - a load of five seconds, and a
 * server that stands for one of them: what would todo-load say of it?
 *
 * Nobody waits here: the time is a number. The server answers each request
 * after a millisecond, but none between the second and the third second. When a
 * request is sent, and from when it counts, is asked of tests/load/plan.c.
 */
#include <stdio.h>
#include <stdlib.h>

#include "tests/load/plan.h"

enum {
    MS = 1000,
    SECOND = 1000 * MS,
    RATE = 200,
    MOST = 5 * RATE, /* requests */
    STANDS_FROM = 2 * SECOND,
    STANDS_TO = 3 * SECOND
};

struct sent {
    int64_t from_us; /* its latency counts from here */
    int64_t done_us;
};

static struct sent sent[MOST];
static int64_t latency_us[MOST];
static int sent_count, done_count; /* in the order in which they were sent */

static int64_t answered_us(int64_t now_us)
{
    if (now_us + MS > STANDS_FROM && now_us < STANDS_TO)
        return STANDS_TO + MS;
    return now_us + MS;
}

static int compare(const void *a, const void *b)
{
    const int64_t *one = a, *other = b;

    return (*one > *other) - (*one < *other);
}

/* The next time at which something happens: an answer, or a request. */
static int64_t later(const struct plan *plan)
{
    int64_t wake_us = plan_wake_us(plan);
    int64_t done_us =
        done_count < sent_count ? sent[done_count].done_us : PLAN_NEVER;

    return wake_us < done_us ? wake_us : done_us;
}

int main(void)
{
    struct plan plan = {
        .rate = RATE, .requests = MOST, .until_us = 5 * (int64_t)SECOND};
    int64_t now_us = 0, from_us;

    while (now_us != PLAN_NEVER) {
        while (done_count < sent_count && sent[done_count].done_us <= now_us) {
            latency_us[done_count] =
                sent[done_count].done_us - sent[done_count].from_us;
            done_count++;
            plan_finished(&plan);
        }
        while (sent_count < MOST && plan_next(&plan, now_us, &from_us))
            sent[sent_count++] = (struct sent){from_us, answered_us(now_us)};
        now_us = later(&plan);
    }
    qsort(latency_us, (size_t)done_count, sizeof *latency_us, compare);
    printf("planned at 200/s for 5 s: %d, sent: %d\n", MOST, sent_count);
    printf("p50 %lld ms, p99 %lld ms, most %lld ms\n",
           (long long)latency_us[(done_count - 1) / 2] / MS,
           (long long)latency_us[(done_count * 99 + 99) / 100 - 1] / MS,
           (long long)latency_us[done_count - 1] / MS);
    return 0;
}
