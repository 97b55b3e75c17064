#include "plot.h"

#include <math.h>
#include <string.h>

enum { LEFT = 90, RIGHT = 690, TOP = 44, BOTTOM = 240 };

static const char style[] =
    "<style>text{font:13px system-ui,sans-serif;fill:#1b1f24}"
    ".named{font-weight:600}.bg{fill:#fff}.ln{stroke:#d8dee4}"
    ".c0{stroke:#0550ae}.c1{stroke:#bc4c00}.c2{stroke:#1a7f37}"
    ".c3{stroke:#8250df}"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.bg{fill:#0d1117}"
    ".ln{stroke:#30363d}.c0{stroke:#6cb6ff}.c1{stroke:#f0883e}"
    ".c2{stroke:#56d364}.c3{stroke:#d2a8ff}}</style>\n";

static const char *const dashes[PLOT_LINES] = {"none", "8,4", "2,3",
                                               "10,3,2,3"};

/* From values to places on the paper. */
struct scale {
    bool is_log;
    double low, high; /* of the values, or of their logarithms */
    double from, to;
};

static double value_on(const struct scale *scale, double value)
{
    return scale->is_log ? log10(value) : value;
}

static double place(const struct scale *scale, double value)
{
    return scale->from + (value_on(scale, value) - scale->low) /
                             (scale->high - scale->low) *
                             (scale->to - scale->from);
}

static void stretch(struct scale *scale, const double *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double value = value_on(scale, values[i]);

        if (value < scale->low)
            scale->low = value;
        if (value > scale->high)
            scale->high = value;
    }
}

/* Whole powers of ten at both ends of a log axis, some air at the others'. */
static void settle(struct scale *scale, bool has_ticks)
{
    if (scale->high < scale->low)
        scale->low = scale->high = 0;
    if (scale->is_log && !has_ticks) {
        scale->low = floor(scale->low);
        scale->high = ceil(scale->high);
    }
    if (scale->high <= scale->low)
        scale->high = scale->low + 1;
}

static struct scale scale_of(const struct plot *plot, bool is_x)
{
    const struct plot_axis *axis = is_x ? &plot->x : &plot->y;
    struct scale scale = {.is_log = axis->is_log,
                          .low = axis->is_log ? INFINITY : 0,
                          .high = -INFINITY,
                          .from = is_x ? LEFT : BOTTOM,
                          .to = is_x ? RIGHT : TOP};

    for (size_t i = 0; i < plot->line_count; i++)
        stretch(&scale, is_x ? plot->lines[i].x : plot->lines[i].y,
                plot->lines[i].count);
    settle(&scale, axis->tick_count > 0);
    return scale;
}

/*
 * Axes
 */

static void put_tick(struct buf *out, const struct scale *scale, bool is_x,
                     double value, const char *label)
{
    double at = place(scale, value);

    if (at < fmin(scale->from, scale->to) - 0.5 ||
        at > fmax(scale->from, scale->to) + 0.5)
        return;
    if (is_x)
        buf_printf(out,
                   "<path class=\"ln\" d=\"M%.1f %dV%d\"/><text x=\"%.1f\" "
                   "y=\"%d\" text-anchor=\"middle\">%s</text>\n",
                   at, TOP, BOTTOM, at, BOTTOM + 18, label);
    else
        buf_printf(out,
                   "<path class=\"ln\" d=\"M%d %.1fH%d\"/><text x=\"%d\" "
                   "y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                   LEFT, at, RIGHT, LEFT - 8, at + 4, label);
}

static void put_number(struct buf *out, const struct scale *scale, bool is_x,
                       double value)
{
    struct buf label = {0};

    buf_printf(&label, "%.10g", value);
    buf_put(&label, "", 1);
    if (!label.failed)
        put_tick(out, scale, is_x, value, label.data);
    buf_release(&label);
}

/* 1, 2 or 5 times a power of ten, so that there are four to nine of them. */
static double step_of(const struct scale *scale)
{
    double span = scale->high - scale->low;
    double step = pow(10, floor(log10(span)));

    if (span / step < 2)
        return step / 5;
    return span / step < 4 ? step / 2 : step;
}

static void put_axis(struct buf *out, const struct plot_axis *axis,
                     const struct scale *scale, bool is_x)
{
    if (axis->tick_count > 0)
        for (size_t i = 0; i < axis->tick_count; i++)
            put_tick(out, scale, is_x, axis->ticks[i].at, axis->ticks[i].label);
    else if (axis->is_log)
        for (int power = (int)scale->low; power <= (int)scale->high; power++)
            put_number(out, scale, is_x, pow(10, power));
    else
        for (int n = 0; n * step_of(scale) <= scale->high; n++)
            put_number(out, scale, is_x, n * step_of(scale));
}

/*
 * The plot
 */

static void put_points(struct buf *out, const struct plot_line *line,
                       const struct scale *x, const struct scale *y)
{
    for (size_t i = 0; i < line->count; i++)
        buf_printf(out, "%s%.1f %.1f%s", i > 0 && !line->is_dots ? "L" : "M",
                   place(x, line->x[i]), place(y, line->y[i]),
                   line->is_dots ? "h0" : "");
}

/* The line, and what it is called, with a piece of it. */
static void put_line(struct buf *out, const struct plot_line *line, size_t n,
                     const struct scale *x, const struct scale *y)
{
    int at = TOP + 10 + 24 * (int)n;

    buf_printf(out,
               "<g class=\"c%zu\" fill=\"none\" stroke-width=\"%d\" "
               "stroke-linecap=\"%s\" stroke-dasharray=\"%s\"><path d=\"",
               n, line->is_dots ? 4 : 2, line->is_dots ? "round" : "butt",
               dashes[n]);
    put_points(out, line, x, y);
    buf_printf(out,
               "\"/><path d=\"M%d %dh%d\"/></g>\n"
               "<text x=\"%d\" y=\"%d\">",
               RIGHT + 20, at, line->is_dots ? 0 : 30, RIGHT + 58, at + 4);
    buf_put_html(out, line->name, strlen(line->name));
    buf_puts(out, "</text>\n");
}

void plot_begin(struct buf *out, int plots)
{
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d "
               "%d\" role=\"img\">\n%s<rect class=\"bg\" width=\"%d\" "
               "height=\"%d\"/>\n",
               PLOT_WIDTH, plots * PLOT_HEIGHT, style, PLOT_WIDTH,
               plots * PLOT_HEIGHT);
}

void plot_put(struct buf *out, const struct plot *plot, int at)
{
    struct scale x = scale_of(plot, true), y = scale_of(plot, false);

    buf_printf(
        out,
        "<g transform=\"translate(0 %d)\"><text class=\"named\" x=\"20\" "
        "y=\"24\">",
        at * PLOT_HEIGHT);
    buf_put_html(out, plot->title, strlen(plot->title));
    buf_puts(out, "</text>\n");
    put_axis(out, &plot->x, &x, true);
    put_axis(out, &plot->y, &y, false);
    for (size_t i = 0; i < plot->line_count; i++)
        put_line(out, &plot->lines[i], i, &x, &y);
    buf_printf(out, "<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">",
               (LEFT + RIGHT) / 2, BOTTOM + 42);
    buf_put_html(out, plot->x.title, strlen(plot->x.title));
    buf_puts(out, "</text></g>\n");
}

void plot_end(struct buf *out)
{
    buf_puts(out, "</svg>\n");
}
