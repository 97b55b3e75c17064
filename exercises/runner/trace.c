/* exercises/runner/trace.c - see trace.h. */
#include "trace.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { LINE_SIZE = 256 };

/* One line of the marks. */
struct mark {
    int64_t at;
    char thread[TRACE_NAME];
    uint32_t request;
    char verb[TRACE_NAME];
    char label[TRACE_NAME];
    char query[TRACE_QUERY]; /* or "" */
};

static bool mark_parse(struct mark *mark, const char *line)
{
    char number[TRACE_NAME];
    char *rest;

    mark->at = strtoll(line, &rest, 10);
    mark->query[0] = '\0';
    if (rest == line ||
        sscanf(rest, "%31s %31s %31s %31s %63s", mark->thread, number,
               mark->verb, mark->label, mark->query) < 4)
        return false;
    mark->request = (uint32_t)strtoul(number, &rest, 10);
    return *rest == '\0';
}

/* The lane of a thread (request 0) or a request; a new one if need be. NULL
 * when there are too many. */
static struct lane *find_lane(struct trace *trace, const char *thread,
                              uint32_t request, int64_t at)
{
    struct lane *lane = trace->lanes;

    for (size_t i = 0; i < trace->count; i++, lane++)
        if (lane->request == request &&
            (request > 0 || strcmp(lane->name, thread) == 0))
            return lane;
    if (trace->count == TRACE_LANES)
        return NULL;
    trace->count++;
    (void)snprintf(lane->name, sizeof lane->name, "%s",
                   request > 0 ? "-" : thread);
    lane->request = request;
    lane->since = at;
    return lane;
}

/* Ends the span that the lane is in; another may begin. */
static bool lane_cut(struct lane *lane, int64_t at)
{
    const struct frame *now = lane_now(lane);
    struct span *spans = lane->spans;

    if (now && at > lane->since) {
        if (lane->count == lane->room) {
            lane->room = lane->room ? 2 * lane->room : 16;
            spans = realloc(spans, lane->room * sizeof *spans);
            if (!spans)
                return false;
            lane->spans = spans;
        }
        spans[lane->count++] =
            (struct span){.from = lane->since, .to = at, .what = *now};
    }
    lane->since = at;
    return true;
}

static void lane_push(struct lane *lane, enum span_kind kind,
                      const struct mark *mark)
{
    struct frame *frame;

    if (lane->depth == TRACE_DEPTH)
        return; /* deeper than our servers nest: the outer ones say enough */
    frame = &lane->frames[lane->depth++];
    *frame = (struct frame){.kind = kind, .request = mark->request};
    (void)snprintf(frame->thread, sizeof frame->thread, "%s", mark->thread);
    if (kind != SPAN_WORKS)
        (void)snprintf(frame->label, sizeof frame->label, "%s", mark->label);
}

/* Takes the innermost frame that waits for the label, or (label "") in which
 * the thread works: another one may have begun before this one leaves. */
static void lane_pop(struct lane *lane, const char *label, const char *thread)
{
    for (int i = lane->depth - 1; i >= 0; i--) {
        if (strcmp(lane->frames[i].label, label) != 0 ||
            (!label[0] && strcmp(lane->frames[i].thread, thread) != 0))
            continue;
        memmove(&lane->frames[i], &lane->frames[i + 1],
                (size_t)(lane->depth - 1 - i) * sizeof lane->frames[0]);
        lane->depth--;
        return;
    }
}

/* What the mark means to a lane of its thread or of its request. */
static bool lane_follow(struct lane *lane, const struct mark *mark)
{
    if (!lane || !lane_cut(lane, mark->at))
        return false;
    if (strcmp(mark->verb, "enter") == 0)
        lane_push(lane, SPAN_WORKS, mark);
    else if (strcmp(mark->verb, "leave") == 0)
        lane_pop(lane, "", mark->thread);
    else if (strcmp(mark->verb, "stand") == 0)
        lane_push(lane, SPAN_STANDS, mark);
    else if (strcmp(mark->verb, "park") == 0 && lane->request > 0)
        lane_push(lane, SPAN_PARKED, mark);
    else if (strcmp(mark->verb, "go") == 0)
        lane_pop(lane, mark->label, mark->thread);
    else if (lane->depth > 0 && (strcmp(mark->verb, "held") == 0 ||
                                 strcmp(mark->verb, "freed") == 0))
        lane->frames[lane->depth - 1].held = mark->verb[0] == 'h';
    return true;
}

static bool trace_add(struct trace *trace, const struct mark *mark)
{
    struct lane *thread = find_lane(trace, mark->thread, 0, mark->at);
    struct lane *request;

    if (trace->from == 0)
        trace->from = mark->at;
    trace->to = mark->at;
    if (mark->request > 0) {
        request = find_lane(trace, mark->thread, mark->request, mark->at);
        if (!lane_follow(request, mark))
            return false;
        if (strcmp(mark->verb, "begin") == 0) {
            (void)snprintf(request->name, sizeof request->name, "%s",
                           mark->label);
            (void)snprintf(request->query, sizeof request->query, "%s",
                           mark->query);
        }
        if (strcmp(mark->verb, "end") == 0)
            request->ended = mark->at;
    }
    return lane_follow(thread, mark);
}

bool trace_read(struct trace *trace, FILE *marks)
{
    char line[LINE_SIZE];
    struct mark mark;

    *trace = (struct trace){0};
    trace->lanes = calloc(TRACE_LANES, sizeof *trace->lanes);
    while (trace->lanes && fgets(line, sizeof line, marks)) {
        if (!mark_parse(&mark, line) || !trace_add(trace, &mark)) {
            (void)fprintf(stderr, "learn: this is no mark, or one too many: %s",
                          line);
            return false;
        }
    }
    return trace->lanes != NULL;
}

void trace_release(struct trace *trace)
{
    for (size_t i = 0; i < trace->count; i++)
        free(trace->lanes[i].spans);
    free(trace->lanes);
    *trace = (struct trace){0};
}

int64_t trace_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

const struct frame *lane_now(const struct lane *lane)
{
    return lane->depth > 0 ? &lane->frames[lane->depth - 1] : NULL;
}

bool lane_is(const struct lane *lane, int64_t at, enum span_kind kind)
{
    for (size_t i = 0; i < lane->count; i++)
        if (lane->spans[i].from <= at && at < lane->spans[i].to)
            return lane->spans[i].what.kind == kind;
    return false;
}

bool lane_was_parked(const struct lane *lane)
{
    for (size_t i = 0; i < lane->count; i++)
        if (lane->spans[i].what.kind == SPAN_PARKED)
            return true;
    return false;
}
