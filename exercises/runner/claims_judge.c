/*
 * exercises/runner/claims_judge.c - the claims, and how each is judged: by the
 * numbers, on the machine on which they were measured.
 */
#include <inttypes.h>

#include "claims.h"

/* What is less than a tenth apart is the same: two runs of one server differ by
 * as much. */
static const double noise = 1.1;

static enum claims_verdict holds(bool is_so)
{
    return is_so ? CLAIMS_YES : CLAIMS_NO;
}

static double ratio(double one, double other)
{
    return other > 0 ? one / other : 0;
}

static double percent(double share)
{
    return 100 * share;
}

static double ms(int64_t us)
{
    return (double)us / 1000;
}

/*
 * Waiting for another server
 */

static void put_asked(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out,
               "an upstream of 50 ms: for 64 clients sync %.0f/s, async "
               "%.0f/s, ratio %.1f; for 256 sync %.0f/s, async %.0f/s, ratio "
               "%.1f",
               n->asked_few[SYNC], n->asked_few[ASYNC],
               ratio(n->asked_few[ASYNC], n->asked_few[SYNC]),
               n->asked_many[SYNC], n->asked_many[ASYNC],
               ratio(n->asked_many[ASYNC], n->asked_many[SYNC]));
}

/* It does not say "if there are fewer threads than clients". */
static enum claims_verdict judge_asked(const struct claims_numbers *n)
{
    bool few = ratio(n->asked_few[ASYNC], n->asked_few[SYNC]) >= 2;
    bool many = ratio(n->asked_many[ASYNC], n->asked_many[SYNC]) >= 2;

    return few == many ? holds(few) : CLAIMS_PARTLY;
}

/*
 * Rates
 */

static void put_crud(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out,
               "8 reads, 1 page, 1 durable write, 16 clients: sync %.0f/s, "
               "async %.0f/s, ratio %.2f",
               n->crud[SYNC], n->crud[ASYNC],
               ratio(n->crud[ASYNC], n->crud[SYNC]));
}

static enum claims_verdict judge_crud(const struct claims_numbers *n)
{
    return holds(ratio(n->crud[ASYNC], n->crud[SYNC]) >= noise);
}

/*
 * Memory
 */

static void put_thread(struct buf *out, const struct claims_numbers *n)
{
    if (n->thread_kib < 0)
        buf_puts(out, "this system does not say what is resident");
    else
        buf_printf(out,
                   "%.0f KiB resident for each of 500 connections with a "
                   "thread",
                   n->thread_kib);
}

static enum claims_verdict judge_thread(const struct claims_numbers *n)
{
    if (n->thread_kib < 0)
        return CLAIMS_NOT_MEASURED;
    return holds(n->thread_kib >= 512);
}

static void put_held(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out, "%d of %d connections open at once, each answered twice",
               n->held, CLAIMS_HELD);
    if (n->held_kib >= 0)
        buf_printf(out, "; %.1f KiB resident for each", n->held_kib);
}

static enum claims_verdict judge_held(const struct claims_numbers *n)
{
    return holds(n->held >= CLAIMS_HELD);
}

/*
 * The CPU
 */

static void put_cpu(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out,
               "20 sign-ins a second beside 180 checks of health: sync %.0f "
               "%% of them, p99 beside %.1f ms; async %.0f %%, p99 %.1f ms",
               percent(n->login_share[SYNC]), ms(n->beside_p99_us[SYNC]),
               percent(n->login_share[ASYNC]), ms(n->beside_p99_us[ASYNC]));
}

/* Unfit is what does less, or lets the others wait twice as long. */
static enum claims_verdict judge_cpu(const struct claims_numbers *n)
{
    return holds(n->login_share[ASYNC] * noise < n->login_share[SYNC] ||
                 n->beside_p99_us[ASYNC] > 2 * n->beside_p99_us[SYNC]);
}

/*
 * Locks
 */

static void put_locks(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out,
               "places where a lock is taken: sync_impl %zu, async_impl "
               "%zu",
               n->locks[SYNC], n->locks[ASYNC]);
}

static enum claims_verdict judge_locks(const struct claims_numbers *n)
{
    return holds(n->locks[SYNC] > 0 && n->locks[ASYNC] == 0);
}

/*
 * Latency
 */

static void put_p99(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out,
               "that mix, open loop, 200/s: p99 of sync %.1f ms, of async "
               "%.1f ms",
               ms(n->mix_p99_us[SYNC]), ms(n->mix_p99_us[ASYNC]));
}

static enum claims_verdict judge_p99(const struct claims_numbers *n)
{
    return holds(n->mix_p99_us[SYNC] >= 50000 && n->mix_p99_us[ASYNC] < 50000);
}

/*
 * Crowds
 */

static void put_slow(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out,
               "beside 500 clients that never end their request, served in 2 "
               "s: sync %.0f %%, async %.0f %%",
               percent(n->slow_share[SYNC]), percent(n->slow_share[ASYNC]));
}

static enum claims_verdict judge_slow(const struct claims_numbers *n)
{
    return holds(n->slow_share[SYNC] * noise < 1 &&
                 n->slow_share[ASYNC] * noise >= 1);
}

static void put_overload(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out,
               "asked for twice the durable writes that 64 clients get out of "
               "it: sync does %.0f %% of those, async %.0f %%",
               percent(n->kept[SYNC]), percent(n->kept[ASYNC]));
}

static enum claims_verdict judge_overload(const struct claims_numbers *n)
{
    return holds(n->kept[ASYNC] > noise * n->kept[SYNC]);
}

/*
 * The sources
 */

static void put_simple(struct buf *out, const struct claims_numbers *n)
{
    buf_printf(out,
               "lines of code: sync_impl %zu, async_impl %zu; functions: %zu "
               "and %zu",
               n->lines[SYNC], n->lines[ASYNC], n->functions[SYNC],
               n->functions[ASYNC]);
}

static enum claims_verdict judge_simple(const struct claims_numbers *n)
{
    return holds(n->lines[SYNC] < n->lines[ASYNC] &&
                 n->functions[SYNC] < n->functions[ASYNC]);
}

const struct claim claims[CLAIMS] = {
    {"Async is 2 to 4 times faster under I/O load.", put_asked, judge_asked},
    {"Async is faster for CRUD.", put_crud, judge_crud},
    {"A thread costs 1 MB.", put_thread, judge_thread},
    {"A loop holds 10,000 connections.", put_held, judge_held},
    {"Async is unfit for CPU work.", put_cpu, judge_cpu},
    {"Threads need locks, and loops do not.", put_locks, judge_locks},
    {"A p99 below 50 ms needs async.", put_p99, judge_p99},
    {"Slow clients hurt threads alone.", put_slow, judge_slow},
    {"Under overload async degrades better.", put_overload, judge_overload},
    {"Sync code is simpler.", put_simple, judge_simple},
};
