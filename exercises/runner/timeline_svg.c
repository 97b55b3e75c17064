/*
 * exercises/runner/timeline_svg.c - a timeline as a picture.
 *
 * Two panels, one time axis. The three kinds of spans differ in colour, in
 * brightness and in shape, so that they are told apart without colours too.
 */
#include <string.h>

#include "timeline.h"

enum {
    NAME_WIDTH = 150,
    AXIS_WIDTH = 800,
    WIDTH = NAME_WIDTH + AXIS_WIDTH + 30,
    LANE = 20, /* height of a lane, of which BAR is filled */
    BAR = 14,
    TOP = 92, /* title and legend */
    PANEL_HEAD = 52,
    LETTER = 7 /* width, as near as matters */
};

static const char style[] =
    "<style>\n"
    "text{font:12px ui-monospace,Menlo,Consolas,monospace;fill:#1b1f24}\n"
    ".t{font:600 16px system-ui,sans-serif}\n"
    ".p{font:13px system-ui,sans-serif;fill:#424a53}\n"
    ".h{font:600 14px system-ui,sans-serif}\n"
    ".bg{fill:#fff}.ln{stroke:#d8dee4}.gate{fill:#f3f0e8}\n"
    ".works{fill:#0550ae}\n"
    ".stands{fill:url(#hatch);stroke:#953800}\n"
    ".parked{fill:#ddf4ff;stroke:#54aeff;stroke-dasharray:3 2}\n"
    ".in{fill:#3b1a00;paint-order:stroke;stroke:#ffe5c8;stroke-width:4px}\n"
    ".parked+.in{fill:#0a3069;stroke:#ddf4ff}\n"
    "@media(prefers-color-scheme:dark){text{fill:#e6edf3}.p{fill:#9da7b3}"
    ".bg{fill:#0d1117}.ln{stroke:#30363d}.gate{fill:#1c1a14}"
    ".works{fill:#6cb6ff}.parked{fill:#0b2948;stroke:#388bfd}"
    ".parked+.in{fill:#cae8ff;stroke:#0b2948}}\n"
    "</style>\n"
    "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" "
    "patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
    "<rect width=\"6\" height=\"6\" fill=\"#ffd8a8\"/>"
    "<rect width=\"2.5\" height=\"6\" fill=\"#e8590c\"/></pattern></defs>\n";

static const char *const classes[SPAN_KINDS] = {"works", "stands", "parked"};

static int shown_lanes(const struct take *take)
{
    int count = 0;

    for (size_t i = 0; i < take->trace.count; i++)
        count += timeline_shows(take, &take->trace.lanes[i]);
    return count;
}

/* Where a part of the time lies, of 0 to 1. */
static double on_axis(double part)
{
    return (double)NAME_WIDTH + part * (double)AXIS_WIDTH;
}

static double x_of(int64_t at, const struct take *take, int64_t length)
{
    return on_axis((double)(at - take->trace.from) / (double)length);
}

static void draw_span(const struct span *span, double left, double right, int y,
                      FILE *out)
{
    double width = right - left > 1.2 ? right - left : 1.2;
    double text = (double)(strlen(span->what.label) * LETTER);

    (void)fprintf(out,
                  "<rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
                  "height=\"%d\" rx=\"2\"><title>#%u %s %.3f ms</title></rect>",
                  classes[span->what.kind], left, y, width, BAR,
                  span->what.request,
                  span->what.label[0] ? span->what.label : "works",
                  (double)(span->to - span->from) / 1e6);
    if (text > 0 && text + 10 < width)
        (void)fprintf(out, "<text class=\"in\" x=\"%.1f\" y=\"%d\">%s</text>",
                      left + (width - text) / 2, y + 11, span->what.label);
    (void)fprintf(out, "\n");
}

static void draw_lane(const struct lane *lane, const struct take *take,
                      int64_t length, int y, FILE *out)
{
    char name[2 * TRACE_NAME];

    timeline_lane_name(lane, name, sizeof name);
    (void)fprintf(out,
                  "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>"
                  "<path class=\"ln\" d=\"M%d %dH%.1fm0 %dv%d\"/>\n",
                  NAME_WIDTH - 8, y + 11, name, NAME_WIDTH, y + BAR / 2,
                  x_of(take->trace.to, take, length), -LANE / 2, LANE);
    for (size_t i = 0; i < lane->count; i++)
        draw_span(&lane->spans[i], x_of(lane->spans[i].from, take, length),
                  x_of(lane->spans[i].to, take, length), y, out);
}

static void draw_hold(const struct take *take, int64_t length, int y, FILE *out)
{
    int lanes = shown_lanes(take);
    double hold = x_of(take->held_from, take, length);

    (void)fprintf(out,
                  "<text class=\"p\" x=\"%d\" y=\"%d\">while the gate is "
                  "closed: %d standing still, %d answered</text>\n",
                  NAME_WIDTH, y + 20, timeline_standing(take),
                  timeline_answered(take));
    (void)fprintf(out,
                  "<rect class=\"gate\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" "
                  "height=\"%d\"/>\n",
                  hold, y + PANEL_HEAD - 20,
                  x_of(take->held_to, take, length) - hold, lanes * LANE + 20);
    (void)fprintf(out,
                  "<text class=\"p\" x=\"%.1f\" y=\"%d\">the gate is "
                  "closed</text>\n",
                  hold + 4, y + PANEL_HEAD - 6);
}

static void draw_fact(const struct take *take, const char *wait, int y,
                      FILE *out)
{
    char fact[TIMELINE_FACT];

    timeline_fact(take, wait, fact);
    (void)fprintf(out, "<text class=\"p\" x=\"%d\" y=\"%d\">%s: %s</text>\n",
                  NAME_WIDTH, y + 20, wait, fact);
}

static int draw_take(const struct take *take, const struct timeline *timeline,
                     int y, FILE *out)
{
    int64_t length = timeline->length;

    (void)fprintf(out, "<text class=\"h\" x=\"20\" y=\"%d\">%s</text>", y + 20,
                  take->server);
    if (timeline->wait)
        draw_fact(take, timeline->wait, y, out);
    else
        draw_hold(take, length, y, out);
    y += PANEL_HEAD;
    for (int requests = 0; requests < 2; requests++)
        for (size_t i = 0; i < take->trace.count; i++) {
            const struct lane *lane = &take->trace.lanes[i];

            if (!timeline_shows(take, lane) || (lane->request > 0) != requests)
                continue;
            draw_lane(lane, take, length, y, out);
            y += LANE;
        }
    return y + 8;
}

/* The time axis: five to ten steps of 1, 2 or 5 times a power of ten. */
static void draw_axis(int64_t length, int y, FILE *out)
{
    double whole = (double)length / 1e6, step = 1e-3;

    for (int i = 0; whole / step > 10; i++)
        step *= i % 3 == 1 ? 2.5 : 2;
    for (int i = 0; i * step <= whole; i++) {
        double x = on_axis(i * step / whole);

        (void)fprintf(out,
                      "<path class=\"ln\" d=\"M%.1f %dv6\"/>"
                      "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">"
                      "%g</text>\n",
                      x, y, x, y + 20, i * step);
    }
    (void)fprintf(out,
                  "<text class=\"p\" x=\"%d\" y=\"%d\">milliseconds since the "
                  "first request</text>\n",
                  NAME_WIDTH, y + 40);
}

static void draw_legend(FILE *out)
{
    static const char *const words[SPAN_KINDS] = {
        "a thread works", "a thread stands still",
        "a request is put aside: no thread waits"};
    int x = 20;

    for (int kind = 0; kind < SPAN_KINDS; kind++) {
        (void)fprintf(out,
                      "<rect class=\"%s\" x=\"%d\" y=\"62\" width=\"28\" "
                      "height=\"%d\" rx=\"2\"/>"
                      "<text class=\"p\" x=\"%d\" y=\"74\">%s</text>\n",
                      classes[kind], x, BAR, x + 36, words[kind]);
        x += 70 + (int)strlen(words[kind]) * LETTER;
    }
}

void timeline_svg(const struct timeline *timeline, FILE *out)
{
    int y = TOP, height = TOP + 60;

    for (int i = 0; i < TAKES; i++)
        height += PANEL_HEAD + 8 + shown_lanes(&timeline->takes[i]) * LANE;
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d "
                  "%d\" width=\"%d\" height=\"%d\" role=\"img\" "
                  "aria-labelledby=\"t d\">\n"
                  "<title id=\"t\">Timeline: %s</title>\n"
                  "<desc id=\"d\">%s. Two panels over one time axis, todo-sync "
                  "above todo-async, a lane for each thread and, where "
                  "requests are put aside, for each request. The text file "
                  "beside this picture says the same in words.</desc>\n%s",
                  WIDTH, height, WIDTH, height, timeline->scenario,
                  timeline->title, style);
    (void)fprintf(out,
                  "<rect class=\"bg\" width=\"%d\" height=\"%d\"/>\n"
                  "<text class=\"t\" x=\"20\" y=\"28\">%s</text>\n"
                  "<text class=\"p\" x=\"20\" y=\"48\">recorded by "
                  "./learn timeline %s; both on one time axis, each ends with "
                  "its server's last mark</text>\n",
                  WIDTH, height, timeline->title, timeline->scenario);
    draw_legend(out);
    for (int i = 0; i < TAKES; i++)
        y = draw_take(&timeline->takes[i], timeline, y, out);
    draw_axis(timeline->length, y + 4, out);
    (void)fprintf(out, "</svg>\n");
}
