#include "samples.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "mix.h"

bool samples_add(struct samples *samples, const struct sample *sample)
{
    if (samples->count == samples->room) {
        size_t room = samples->room > 0 ? 2 * samples->room : 4096;
        struct sample *all = realloc(samples->all, room * sizeof *all);

        if (!all)
            return false;
        samples->all = all;
        samples->room = room;
    }
    samples->all[samples->count++] = *sample;
    return true;
}

void samples_release(struct samples *samples)
{
    free(samples->all);
    *samples = (struct samples){0};
}

const char *fate_name(enum fate fate)
{
    static const char *const names[FATES] = {"under way", "answered", "refused",
                                             "reset",     "stalled",  "lied",
                                             "not HTTP",  "unsent"};

    return names[fate];
}

bool sample_is_good(const struct sample *sample)
{
    return sample->fate == FATE_ANSWERED && sample->status >= 200 &&
           sample->status < 400;
}

bool samples_write(const struct samples *samples, const char *path)
{
    FILE *file = fopen(path, "w");
    bool written;

    if (!file)
        return false;
    (void)fputs("from_us\tstarted_us\tfinished_us\tresult\toperation\n", file);
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->all[i];

        (void)fprintf(file, "%" PRId64 "\t%" PRId64 "\t%" PRId64 "\t",
                      sample->from_us, sample->started_us, sample->finished_us);
        if (sample->fate == FATE_ANSWERED)
            (void)fprintf(file, "%d", sample->status);
        else
            (void)fputs(fate_name(sample->fate), file);
        (void)fprintf(file, "\t%s\n", mix_name(sample->operation));
    }
    written = !ferror(file); /* says it of all that was written above */
    return fclose(file) == 0 && written;
}

/*
 * Percentiles
 */

static bool has_latency(const struct sample *sample)
{
    return sample_is_good(sample) || sample->fate == FATE_STALLED;
}

static bool was_sent(const struct sample *sample)
{
    return sample->fate != FATE_UNSENT;
}

static int64_t latency_us(const struct sample *sample)
{
    return sample->finished_us - sample->from_us;
}

static int64_t delay_us(const struct sample *sample)
{
    return sample->started_us - sample->from_us;
}

static int by_size(const void *one, const void *other)
{
    int64_t a = *(const int64_t *)one, b = *(const int64_t *)other;

    return (a > b) - (a < b);
}

static bool collect(struct times *times, const struct samples *samples,
                    bool (*counts)(const struct sample *sample),
                    int64_t (*time_us)(const struct sample *sample))
{
    *times =
        (struct times){.us = malloc((samples->count + 1) * sizeof *times->us)};
    if (!times->us)
        return false;
    for (size_t i = 0; i < samples->count; i++)
        if (counts(&samples->all[i]))
            times->us[times->count++] = time_us(&samples->all[i]);
    qsort(times->us, times->count, sizeof *times->us, by_size);
    return true;
}

bool times_of_latency(struct times *times, const struct samples *samples)
{
    return collect(times, samples, has_latency, latency_us);
}

bool times_of_delay(struct times *times, const struct samples *samples)
{
    return collect(times, samples, was_sent, delay_us);
}

void times_release(struct times *times)
{
    free(times->us);
    *times = (struct times){0};
}

/* Where it lies, from 0: the smallest place with so many per cent up to it. */
static size_t rank_of(const struct times *times, double percent)
{
    double exact = percent * (double)times->count / 100;
    size_t rank = (size_t)exact;

    if ((double)rank < exact)
        rank++;
    return rank > 0 ? rank - 1 : 0;
}

int64_t times_percentile(const struct times *times, double percent)
{
    return times->count > 0 ? times->us[rank_of(times, percent)] : 0;
}

size_t times_behind(const struct times *times, double percent)
{
    return times->count > 0 ? times->count - rank_of(times, percent) : 0;
}
