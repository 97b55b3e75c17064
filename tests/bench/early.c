/*
 * tests/bench/early.c - how long before its time does a timer of libuv fire?
 *
 *   bench-early    starts timers in each of four ways, one after the other, and
 *                  prints how many of them fired early, and by how much
 *
 * A timer begins at the loop's time: whole milliseconds, read once a turn.
 * Where nothing else happens, the loop sleeps for all of the timer's time, from
 * now on. Where something else wakes it, it compares with what it had read.
 */
#include <stdbool.h>
#include <stdio.h>

#include <uv.h>

#include "common/base/container_of.h"
#include "times.h"

enum { TIMERS = 60, TIMER_MS = 20, WORK_MS = 5 };

struct way {
    const char *name;
    bool kept_awake; /* there is always something else to do */
    bool works;      /* for WORK_MS, before it starts a timer */
    bool updates;    /* the loop's time, before it starts one */
};

static const struct way ways[] = {
    {"the loop sleeps", false, false, false},
    {"it is kept awake", true, false, false},
    {"and has worked before", true, true, false},
    {"and then updates its time", true, true, true},
};

struct bench {
    const struct way *way;
    uv_loop_t loop;
    uv_timer_t timer;
    uv_idle_t idle;
    double next_ms;  /* when to start one, where the loop is awake; or 0 */
    double start_ms; /* when the last one was started */
    double most_ms;  /* the earliest was so early */
    int early, fired;
};

static double now_ms(void)
{
    return times_now_ms(CLOCK_MONOTONIC);
}

static void work(void)
{
    double until_ms = now_ms() + WORK_MS;

    while (now_ms() < until_ms)
        ;
}

static void on_timer(uv_timer_t *timer);

static void start(struct bench *bench)
{
    if (bench->way->works)
        work();
    if (bench->way->updates)
        uv_update_time(&bench->loop);
    bench->start_ms = now_ms();
    uv_timer_start(&bench->timer, on_timer, TIMER_MS, 0);
}

/* That there is one keeps the loop awake. */
static void on_idle(uv_idle_t *idle)
{
    struct bench *bench = container_of(idle, struct bench, idle);

    if (bench->next_ms > 0 && now_ms() >= bench->next_ms) {
        bench->next_ms = 0;
        start(bench);
    }
}

/* A timer fires when a millisecond begins. The next one is started at any time
 * within one, as a server would. */
static void start_soon(struct bench *bench)
{
    if (bench->way->kept_awake)
        bench->next_ms = now_ms() + 1 + (double)(bench->fired % 10) / 10;
    else
        start(bench);
}

static void on_timer(uv_timer_t *timer)
{
    struct bench *bench = container_of(timer, struct bench, timer);
    double early_ms = bench->start_ms + TIMER_MS - now_ms();

    if (early_ms > 0)
        bench->early++;
    if (early_ms > bench->most_ms)
        bench->most_ms = early_ms;
    if (++bench->fired < TIMERS) {
        start_soon(bench);
        return;
    }
    uv_close((uv_handle_t *)&bench->timer, NULL);
    uv_close((uv_handle_t *)&bench->idle, NULL);
}

static bool run(struct bench *bench)
{
    if (uv_loop_init(&bench->loop) != 0)
        return false;
    uv_timer_init(&bench->loop, &bench->timer);
    uv_idle_init(&bench->loop, &bench->idle);
    if (bench->way->kept_awake)
        uv_idle_start(&bench->idle, on_idle);
    start_soon(bench);
    uv_run(&bench->loop, UV_RUN_DEFAULT);
    return uv_loop_close(&bench->loop) == 0;
}

int main(void)
{
    (void)printf("%d timers of %d ms            early   by at most\n", TIMERS,
                 TIMER_MS);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct bench bench = {.way = &ways[i]};

        if (!run(&bench)) {
            (void)fputs("early: no loop\n", stderr);
            return 1;
        }
        (void)printf("%-29s %5d   %7.2f ms\n", ways[i].name, bench.early,
                     bench.most_ms);
    }
    return 0;
}
