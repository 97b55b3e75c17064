/*
 * exercises/runner/timeline_chrome.c - a timeline as Trace Event JSON, which
 * Perfetto and Chrome's about:tracing read.
 *
 * A server is a process. What a thread did are complete events ("X") of it;
 * what a request waited for is a pair of asynchronous events ("b", "e") with
 * the request's number, since it begins on one thread and ends on another.
 */
#include "timeline.h"

static double us(int64_t at, const struct take *take)
{
    return (double)(at - take->trace.from) / 1e3;
}

static const char *name_of(const struct span *span)
{
    return span->what.kind == SPAN_WORKS ? "works" : span->what.label;
}

static void put_thread(const struct lane *lane, const struct take *take,
                       int pid, size_t tid, FILE *out)
{
    (void)fprintf(out,
                  ",\n{\"ph\":\"M\",\"pid\":%d,\"tid\":%zu,\"name\":"
                  "\"thread_name\",\"args\":{\"name\":\"%s\"}}",
                  pid, tid, lane->name);
    for (size_t i = 0; i < lane->count; i++) {
        const struct span *span = &lane->spans[i];

        (void)fprintf(out,
                      ",\n{\"ph\":\"X\",\"pid\":%d,\"tid\":%zu,\"name\":\"%s\","
                      "\"ts\":%.3f,\"dur\":%.3f,\"args\":{\"request\":%u}}",
                      pid, tid, name_of(span), us(span->from, take),
                      us(span->to, take) - us(span->from, take),
                      span->what.request);
    }
}

static void put_request(const struct lane *lane, const struct take *take,
                        int pid, FILE *out)
{
    for (size_t i = 0; i < lane->count; i++) {
        const struct span *span = &lane->spans[i];
        const int64_t ends[2] = {span->from, span->to};

        for (int end = 0; end < 2; end++)
            (void)fprintf(
                out,
                ",\n{\"ph\":\"%c\",\"pid\":%d,\"tid\":0,\"cat\":\"request\","
                "\"id\":\"%d-%u\",\"name\":\"#%u %s: %s\",\"ts\":%.3f}",
                "be"[end], pid, pid, lane -> request, lane -> request,
                lane -> name, name_of(span), us(ends[end], take));
    }
}

void timeline_chrome(const struct timeline *timeline, FILE *out)
{
    (void)fprintf(out,
                  "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
                  "{\"ph\":\"M\",\"pid\":0,\"name\":\"process_name\","
                  "\"args\":{\"name\":\"%s\"}}",
                  timeline->scenario);
    for (int i = 0; i < TAKES; i++) {
        const struct take *take = &timeline->takes[i];

        (void)fprintf(out,
                      ",\n{\"ph\":\"M\",\"pid\":%d,\"name\":\"process_name\","
                      "\"args\":{\"name\":\"%s\"}}",
                      i + 1, take->server);
        for (size_t j = 0; j < take->trace.count; j++) {
            const struct lane *lane = &take->trace.lanes[j];

            if (lane->request == 0)
                put_thread(lane, take, i + 1, j + 1, out);
            else
                put_request(lane, take, i + 1, out);
        }
    }
    (void)fprintf(out, "\n]}\n");
}
