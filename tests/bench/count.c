/*
 * tests/bench/count.c - what does it cost to count, when other threads count?
 *
 *   bench-count    prints a row for each of four ways: the nanoseconds of
 *                  processor time that one increment takes, where 1 and 4
 * threads do nothing but count
 *
 * The ways take turns, and medians are told. A processor moves memory in lines,
 * of 64 bytes in most, and one core at a time may write to a line: two slots on
 * one line are, for the cores, one thing.
 *
 * Threads are in each other's way only while they run at the same time. So the
 * last row says how much of the processors they had: if other programs had the
 * rest, the column of 4 threads is that of a thread that is alone.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "times.h"

enum { TURNS = 3, MOST_THREADS = 4, INCREMENTS = 2000000, LINE = 64 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static long locked; /* guarded by lock */

static atomic_long shared;

static _Alignas(LINE) atomic_long side_by_side[MOST_THREADS];

static struct {
    _Alignas(LINE) atomic_long count;
} apart[MOST_THREADS];

static void count_with_mutex(int thread)
{
    (void)thread;
    pthread_mutex_lock(&lock);
    locked++;
    pthread_mutex_unlock(&lock);
}

static void count_with_atomic(int thread)
{
    (void)thread;
    atomic_fetch_add_explicit(&shared, 1, memory_order_relaxed);
}

/* Nobody else writes to a slot, so to read, add and write needs no atomicity.
 * The slot is atomic for those that sum up: each of these steps is whole. */
static void count_in(atomic_long *slot)
{
    long count = atomic_load_explicit(slot, memory_order_relaxed);

    atomic_store_explicit(slot, count + 1, memory_order_relaxed);
}

static void count_side_by_side(int thread)
{
    count_in(&side_by_side[thread]);
}

static void count_apart(int thread)
{
    count_in(&apart[thread].count);
}

static const struct way {
    const char *name;
    void (*count)(int thread);
} ways[] = {
    {"one mutex", count_with_mutex},
    {"one atomic", count_with_atomic},
    {"slots, one line", count_side_by_side},
    {"slots, lines apart", count_apart},
};

static const int crowds[] = {1, MOST_THREADS};

enum {
    WAYS = sizeof ways / sizeof *ways,
    CROWDS = sizeof crowds / sizeof *crowds
};

struct counter {
    pthread_t id;
    const struct way *way;
    int thread;
};

static pthread_barrier_t gate; /* none begins before all are there */

static void *run_counter(void *arg)
{
    const struct counter *counter = arg;

    (void)pthread_barrier_wait(&gate);
    for (int i = 0; i < INCREMENTS; i++)
        counter->way->count(counter->thread);
    return NULL;
}

static void count_at_once(const struct way *way, int threads)
{
    struct counter counters[MOST_THREADS];

    pthread_barrier_init(&gate, NULL, (unsigned)threads);
    for (int i = 0; i < threads; i++) {
        counters[i] = (struct counter){.way = way, .thread = i};
        if (pthread_create(&counters[i].id, NULL, run_counter, &counters[i])) {
            (void)fputs("count: no thread\n", stderr);
            exit(1);
        }
    }
    for (int i = 0; i < threads; i++)
        pthread_join(counters[i].id, NULL);
    pthread_barrier_destroy(&gate);
}

struct result {
    double ns[TURNS];    /* of processor time, for each increment */
    double share[TURNS]; /* of the processors that the threads could use */
};

static void measure(struct result *result, int turn, const struct way *way,
                    int threads)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    double began_ms = times_now_ms(CLOCK_MONOTONIC);
    double used_ms = times_now_ms(CLOCK_PROCESS_CPUTIME_ID);
    double took_ms;

    count_at_once(way, threads);
    used_ms = times_now_ms(CLOCK_PROCESS_CPUTIME_ID) - used_ms;
    took_ms = times_now_ms(CLOCK_MONOTONIC) - began_ms;
    result->ns[turn] = used_ms * 1e6 / ((double)INCREMENTS * threads);
    result->share[turn] = used_ms / took_ms /
                          (double)(threads < processors ? threads : processors);
}

/* Whatever the way, nothing that was counted may be lost. */
static bool adds_up(void)
{
    long each = 0, all = 0, slots[2] = {0};

    for (int i = 0; i < CROWDS; i++)
        each += crowds[i];
    all = each * TURNS * INCREMENTS;
    for (int i = 0; i < MOST_THREADS; i++) {
        slots[0] += atomic_load(&side_by_side[i]);
        slots[1] += atomic_load(&apart[i].count);
    }
    return locked == all && atomic_load(&shared) == all && slots[0] == all &&
           slots[1] == all;
}

static double median(double *values)
{
    times_sort(values, TURNS);
    return values[TURNS / 2];
}

static void print(struct result results[WAYS][CROWDS])
{
    (void)printf("%-27s %9s %9s\n", "ns for each increment", "1 thread",
                 "4 threads");
    for (int way = 0; way < WAYS; way++) {
        (void)printf("%-27s", ways[way].name);
        for (int i = 0; i < CROWDS; i++)
            (void)printf(" %9.1f", median(results[way][i].ns));
        (void)printf("\n");
    }
    (void)printf("%-27s", "of the processors, at least");
    for (int i = 0; i < CROWDS; i++) {
        double least = 1;

        for (int way = 0; way < WAYS; way++) {
            double share = median(results[way][i].share);

            least = share < least ? share : least;
        }
        (void)printf(" %8.0f%%", least * 100);
    }
    (void)printf("\n");
}

int main(void)
{
    static struct result results[WAYS][CROWDS];

    for (int turn = 0; turn < TURNS; turn++)
        for (int way = 0; way < WAYS; way++)
            for (int i = 0; i < CROWDS; i++)
                measure(&results[way][i], turn, &ways[way], crowds[i]);
    if (!adds_up()) {
        (void)fputs("count: an increment was lost\n", stderr);
        return 1;
    }
    print(results);
    return 0;
}
