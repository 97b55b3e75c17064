/*
 * tests/load/plot.h - lines on two axes, as SVG.
 * Threads: one.
 * Blocks:  plot_samples: on a file.
 * Owns:    nothing.
 */
#ifndef TODO_TESTS_PLOT_H
#define TODO_TESTS_PLOT_H

#include <stdbool.h>
#include <stddef.h>

#include "common/base/buf.h"
#include "samples.h"

enum { PLOT_WIDTH = 900, PLOT_HEIGHT = 300, PLOT_LINES = 4 };

struct plot_tick {
    double at;
    const char *label;
};

/* An axis finds its own ends. Without ticks of its own it has one at each power
 * of ten when it `is_log`, or else at even steps from 0. */
struct plot_axis {
    const char *title;
    bool is_log;
    const struct plot_tick *ticks;
    size_t tick_count;
};

/* Values of a log axis are above 0. As dots, where what lies between two points
 * is not known. */
struct plot_line {
    const char *name;
    const double *x, *y;
    size_t count;
    bool is_dots;
};

/* Up to PLOT_LINES lines, told apart by colour and by dashes. */
struct plot {
    const char *title;
    struct plot_axis x, y;
    const struct plot_line *lines;
    size_t line_count;
};

/* Appends a picture: between these two, so many plots, each `at` a place below
 * the one before it, from 0. */
void plot_begin(struct buf *out, int plots);
void plot_put(struct buf *out, const struct plot *plot, int at);
void plot_end(struct buf *out);

/* Appends one plot with a line for each of so many samples: how long the
 * slowest hundredth, thousandth, ... of them took. */
bool plot_percentiles(struct buf *out, const struct samples *const *samples,
                      const char *const *names, size_t count, int at);

/* Writes a picture of one load: latency over time, and by percentile. False
 * when it cannot. */
bool plot_samples(const struct samples *samples, const char *path);

#endif
