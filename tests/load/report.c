#include "report.h"

#include <inttypes.h>
#include <stdio.h>

/* Where a note is due. Ten samples behind a percentile still leave it uncertain
 * by a third (it goes by their square root). A generator whose own delay is
 * half of what it measures, or that has no time to spare, measures itself. */
enum { ENOUGH_BEHIND = 10, BUSY_PERCENT = 80 };

struct counts {
    int64_t fates[FATES];
    int64_t classes[6]; /* by the first digit of the status; 0: another */
    int64_t good;
};

static void count(struct counts *counts, const struct samples *samples)
{
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->all[i];
        int class = sample->status / 100;

        counts->fates[sample->fate]++;
        counts->good += sample_is_good(sample);
        if (sample->fate == FATE_ANSWERED)
            counts->classes[class < 6 ? class : 0]++;
    }
}

static int64_t sent(const struct counts *counts,
                    const struct load_result *result)
{
    return (int64_t)result->samples.count - counts->fates[FATE_UNSENT];
}

bool report_is_good(const struct load_result *result)
{
    struct counts counts = {0};

    count(&counts, &result->samples);
    return counts.good == result->planned;
}

static double ms(int64_t us)
{
    return (double)us / 1000;
}

static void write_counts(const struct counts *counts,
                         const struct load_result *result)
{
    (void)printf("planned    %" PRId64 "\nsent       %" PRId64
                 " on %d connections\nanswered   %" PRId64,
                 result->planned, sent(counts, result), result->connections,
                 counts->fates[FATE_ANSWERED]);
    for (int class = 1; class <= 5; class ++)
        if (counts->classes[class] > 0)
            (void)printf(", %dxx %" PRId64, class, counts->classes[class]);
    if (counts->classes[0] > 0)
        (void)printf(", other %" PRId64, counts->classes[0]);
    (void)printf("\nfailed     %" PRId64,
                 (int64_t)result->samples.count - counts->fates[FATE_ANSWERED]);
    for (int fate = FATE_REFUSED; fate < FATES; fate++)
        if (counts->fates[fate] > 0)
            (void)printf(", %s %" PRId64, fate_name((enum fate)fate),
                         counts->fates[fate]);
    (void)printf("\n");
}

static void write_times(const struct counts *counts, const struct times *times,
                        const struct load_result *result)
{
    double seconds = (double)result->took_us / 1e6;

    (void)printf("rate       %.1f a second of 2xx and 3xx, in %.2f s\n",
                 (double)counts->good / seconds, seconds);
    if (times->count == 0) {
        (void)printf("latency    of nothing\n");
        return;
    }
    (void)printf(
        "latency    p50 %.2f ms, p90 %.2f, p99 %.2f, max %.2f\n",
        ms(times_percentile(times, 50)), ms(times_percentile(times, 90)),
        ms(times_percentile(times, 99)), ms(times_percentile(times, 100)));
    (void)printf("           of %zu; %zu lie at p99 or above\n", times->count,
                 times_behind(times, 99));
}

static int busy_percent(const struct load_result *result)
{
    return (int)(100 * result->busy_us / (result->took_us + 1));
}

static void write_generator(const struct times *delays,
                            const struct load_result *result)
{
    (void)printf("generator  sends late by p50 %.2f ms, p99 %.2f, max %.2f; "
                 "busy %d %%\n",
                 ms(times_percentile(delays, 50)),
                 ms(times_percentile(delays, 99)),
                 ms(times_percentile(delays, 100)), busy_percent(result));
}

/*
 * What is to be said against the numbers
 */

static void write_notes(const struct counts *counts, const struct times *times,
                        const struct times *delays,
                        const struct load_result *result)
{
    size_t behind = times_behind(times, 99);
    int64_t left_out =
        result->planned - counts->good - counts->fates[FATE_STALLED];

    if (sent(counts, result) != result->planned)
        (void)printf("note: not all that was planned was sent\n");
    if (counts->fates[FATE_STALLED] > 0)
        (void)printf("note: what stalled counts as long as was waited; it "
                     "takes longer\n");
    if (left_out > 0)
        (void)printf("note: %" PRId64 " are in no percentile, as they were "
                     "not given what they asked for\n",
                     left_out);
    if (times->count > 0 && behind < ENOUGH_BEHIND)
        (void)printf("note: too few samples for a p99: %zu\n", behind);
    if (busy_percent(result) >= BUSY_PERCENT)
        (void)printf("note: the generator had no time to spare: the rate may "
                     "be its own\n");
    if (times->count > 0 &&
        2 * times_percentile(delays, 99) > times_percentile(times, 99) &&
        times_percentile(delays, 99) > 1000)
        (void)printf("note: the generator itself was late: the latency has "
                     "its delay in it\n");
}

static void write_all(const struct load_order *order,
                      const struct load_result *result,
                      const struct times *times, const struct times *delays)
{
    struct counts counts = {0};

    count(&counts, &result->samples);
    if (order->plan.rate > 0)
        (void)printf("open loop, %d a second, %s\n", order->plan.rate,
                     order->mix.host);
    else
        (void)printf("closed loop, %d clients, %s\n", order->plan.clients,
                     order->mix.host);
    write_counts(&counts, result);
    write_times(&counts, times, result);
    write_generator(delays, result);
    write_notes(&counts, times, delays, result);
}

bool report_write(const struct load_order *order,
                  const struct load_result *result)
{
    struct times times = {0}, delays = {0};
    bool good = times_of_latency(&times, &result->samples) &&
                times_of_delay(&delays, &result->samples);

    if (good)
        write_all(order, result, &times, &delays);
    times_release(&times);
    times_release(&delays);
    return good;
}
