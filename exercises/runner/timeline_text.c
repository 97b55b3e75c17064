/*
 * exercises/runner/timeline_text.c - a timeline in 80 columns, without colour.
 *
 * Each column is a slice of time. It shows what filled most of it; but a thread
 * that worked, however briefly, is never shown as idle.
 */
#include <string.h>

#include "timeline.h"

enum { NAME_WIDTH = 19, CELLS = 59 };

static const char signs[SPAN_KINDS + 1] = "#=-";

static int64_t overlap(const struct span *span, int64_t from, int64_t to)
{
    int64_t begin = span->from > from ? span->from : from;
    int64_t end = span->to < to ? span->to : to;

    return end > begin ? end - begin : 0;
}

/* The sign of one slice of a lane. */
static char sign_of(const struct lane *lane, int64_t from, int64_t to)
{
    int64_t shares[SPAN_KINDS] = {0}, most = 0, rest = to - from;
    char sign = ' ';

    for (size_t i = 0; i < lane->count; i++) {
        int64_t share = overlap(&lane->spans[i], from, to);

        shares[lane->spans[i].what.kind] += share;
        rest -= share;
    }
    for (int kind = 0; kind < SPAN_KINDS; kind++) {
        if (shares[kind] <= most)
            continue;
        most = shares[kind];
        sign = signs[kind];
    }
    if (shares[SPAN_WORKS] > 0 && rest >= most)
        sign = signs[SPAN_WORKS];
    return sign;
}

/* A lane ends with its server's last mark: of two, one is the longer. */
static void print_lane(const struct lane *lane, const struct take *take,
                       int64_t length, FILE *out)
{
    char name[2 * TRACE_NAME];
    char cells[CELLS + 1];
    int64_t from = take->trace.from;
    int count = 0;

    while (count < CELLS && from < take->trace.to) {
        int64_t to = take->trace.from + length * (count + 1) / CELLS;

        cells[count++] = sign_of(lane, from, to);
        from = to;
    }
    cells[count] = '\0';
    timeline_lane_name(lane, name, sizeof name);
    (void)fprintf(out, "%-*.*s|%s|\n", NAME_WIDTH, NAME_WIDTH, name, cells);
}

/* What holds each time, whatever the machine: all but durations. */
static void print_fact(const struct take *take, const char *wait, FILE *out)
{
    int standing = timeline_standing(take);
    int answered = timeline_answered(take);
    char fact[TIMELINE_FACT];

    if (wait) {
        timeline_fact(take, wait, fact);
        (void)fprintf(out, "%s: %s.\n\n", wait, fact);
        return;
    }
    (void)fprintf(out,
                  "Gate closed for %.1f ms: %d %s still; %d %s answered.\n\n",
                  (double)(take->held_to - take->held_from) / 1e6, standing,
                  standing == 1 ? "thread stands" : "threads stand", answered,
                  answered == 1 ? "request is" : "requests are");
}

static void print_take(const struct take *take, const struct timeline *timeline,
                       FILE *out)
{
    char end[32];
    int len =
        snprintf(end, sizeof end, "%.1f ms", (double)timeline->length / 1e6);

    (void)fprintf(out, "%-*s 0%*s%s\n", NAME_WIDTH, take->server,
                  CELLS - 1 - len, "", end);
    for (int requests = 0; requests < 2; requests++)
        for (size_t i = 0; i < take->trace.count; i++) {
            const struct lane *lane = &take->trace.lanes[i];

            if (timeline_shows(take, lane) && (lane->request > 0) == requests)
                print_lane(lane, take, timeline->length, out);
        }
    print_fact(take, timeline->wait, out);
}

/* How long a request waited for one thing, all in all. */
static int64_t wait_of(const struct lane *lane, const char *label)
{
    int64_t sum = 0;

    for (size_t i = 0; i < lane->count; i++)
        if (strcmp(lane->spans[i].what.label, label) == 0)
            sum += lane->spans[i].to - lane->spans[i].from;
    return sum;
}

/* Is this the lane's first span with its label? */
static bool is_first(const struct lane *lane, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(lane->spans[i].what.label, lane->spans[at].what.label) == 0)
            return false;
    return true;
}

static void print_waits_of(const struct lane *lane, const char *server,
                           int64_t least, FILE *out)
{
    for (size_t i = 0; i < lane->count; i++) {
        const struct frame *what = &lane->spans[i].what;
        int64_t sum = wait_of(lane, what->label);

        if (what->kind == SPAN_WORKS || sum < least || !is_first(lane, i))
            continue;
        (void)fprintf(out, "%-10s  #%-2u %-14s  %-15s %7.2f ms  %s %s\n",
                      server, lane->request, lane->name, what->label,
                      (double)sum / 1e6,
                      what->kind == SPAN_STANDS ? "standing:" : "put aside by",
                      what->thread);
    }
}

void timeline_text(const struct timeline *timeline, FILE *out)
{
    (void)fprintf(out, "%s: %s\n\n", timeline->scenario, timeline->title);
    for (int i = 0; i < TAKES; i++)
        print_take(&timeline->takes[i], timeline, out);
    (void)fprintf(out, "# works   = a thread stands still   - the request is "
                       "put aside, no thread waits\n"
                       "Both on one time axis; each ends with its server's "
                       "last mark.\n"
                       "Each wait is counted without the waits inside it.\n\n"
                       "server      request             waits for         how "
                       "long  and so long it is\n");
    for (int i = 0; i < TAKES; i++)
        for (size_t j = 0; j < timeline->takes[i].trace.count; j++)
            if (timeline->takes[i].trace.lanes[j].request > 0)
                print_waits_of(&timeline->takes[i].trace.lanes[j],
                               timeline->takes[i].server,
                               timeline->length / 100, out);
}
