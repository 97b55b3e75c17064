/*
 * tests/load/plot_samples.c - latency over time, and by percentile.
 */
#include <math.h>
#include <stdio.h>

#include "plot.h"

enum { SLICES = 150, POINTS = 121 };

/* A log axis has no 0, and no answer takes less. */
static double ms(int64_t us)
{
    return us > 0 ? (double)us / 1000 : 0.001;
}

/*
 * By percentile
 */

/* Equal steps go from a half to a tenth, from there to a hundredth, ...: so the
 * tail has as much room as the rest. 0 is p0, 1 is p90, 2 is p99. */
static const struct plot_tick percents[] = {
    {0, "0"}, {0.30103, "50"}, {1, "90"}, {2, "99"}, {3, "99.9"}, {4, "99.99"}};

struct curve {
    double x[POINTS], y[POINTS];
    size_t count;
};

/* As far as there are samples: the last one is one of all. */
static bool curve_of(struct curve *curve, const struct samples *samples)
{
    struct times times;

    if (!times_of_latency(&times, samples))
        return false;
    for (int i = 0; i < POINTS && times.count > 0; i++) {
        double part = pow(10, -i / 30.0); /* that takes longer */

        if (part * (double)times.count < 1)
            break;
        curve->x[curve->count] = i / 30.0;
        curve->y[curve->count++] =
            ms(times_percentile(&times, 100 * (1 - part)));
    }
    times_release(&times);
    return true;
}

bool plot_percentiles(struct buf *out, const struct samples *const *samples,
                      const char *const *names, size_t count, int at)
{
    struct curve curves[PLOT_LINES] = {0};
    struct plot_line lines[PLOT_LINES];
    struct plot plot = {.title = "Latency in ms, by percentile",
                        .x = {"per cent that take no longer", false, percents,
                              sizeof percents / sizeof *percents},
                        .y = {"ms", true, NULL, 0},
                        .lines = lines,
                        .line_count = count};

    for (size_t i = 0; i < count; i++) {
        if (!curve_of(&curves[i], samples[i]))
            return false;
        lines[i] = (struct plot_line){names[i], curves[i].x, curves[i].y,
                                      curves[i].count, false};
    }
    plot_put(out, &plot, at);
    return true;
}

/*
 * Over time
 */

static int64_t last_us(const struct samples *samples)
{
    int64_t last = 1;

    for (size_t i = 0; i < samples->count; i++)
        if (samples->all[i].from_us > last)
            last = samples->all[i].from_us;
    return last;
}

/* The slowest of each slice of the time. A slice in which nothing began has
 * no point: a closed loop says nothing while it waits. */
static void put_over_time(struct buf *out, const struct samples *samples)
{
    double x[SLICES], y[SLICES], slowest[SLICES] = {0};
    int64_t last = last_us(samples);
    struct plot_line line = {"the slowest", x, y, 0, true};
    struct plot plot = {.title = "Latency in ms, by the time from which it "
                                 "counts",
                        .x = {"seconds", false, NULL, 0},
                        .y = {"ms", true, NULL, 0},
                        .lines = &line,
                        .line_count = 1};

    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->all[i];
        int64_t slice = sample->from_us * (SLICES - 1) / last;

        if (sample_is_good(sample) || sample->fate == FATE_STALLED)
            slowest[slice] =
                fmax(slowest[slice], ms(sample->finished_us - sample->from_us));
    }
    for (int i = 0; i < SLICES; i++)
        if (slowest[i] > 0) {
            x[line.count] = (double)i * (double)last / 1e6 / (SLICES - 1);
            y[line.count++] = slowest[i];
        }
    plot_put(out, &plot, 0);
}

bool plot_samples(const struct samples *samples, const char *path)
{
    static const char *const names[] = {"this load"};
    struct buf out = {0};
    FILE *file;
    bool good;

    plot_begin(&out, 2);
    put_over_time(&out, samples);
    good = plot_percentiles(&out, &samples, names, 1, 1);
    plot_end(&out);
    file = good && !out.failed ? fopen(path, "w") : NULL;
    if (file) {
        good = fwrite(out.data, 1, out.len, file) == out.len;
        good = fclose(file) == 0 && good;
    }
    buf_release(&out);
    return file && good;
}
