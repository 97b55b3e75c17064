#include "metrics.h"

#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

static bool is_read_server(const struct api *api, const char *method)
{
    return strcmp(http_base(api->http, method), http_base(api->http, "GET")) ==
           0;
}

/* A client whose reads go where other methods of the suite's client go. */
static struct http_answer ask_other(const struct api *api, const char *method)
{
    const struct http_request request = {.method = "GET", .target = "/metrics"};
    struct http *http = http_new(http_base(api->http, method), NULL);
    struct http_answer answer = {0};

    assert_non_null(http);
    answer = http_ask(http, &request);
    http_free(http);
    return answer;
}

void metrics_read(struct api *api, const char *method, struct scrape *scrape)
{
    char why[SCRAPE_WHY_MAX] = "";
    const struct answer *answer;

    answer = is_read_server(api, method)
                 ? api_get(api, "/metrics")
                 : api_take(api, ask_other(api, method));
    expect_status(answer, 200);
    expect_field(answer, "Content-Type",
                 "text/plain; version=0.0.4; charset=utf-8");
    scrape_release(scrape);
    if (!scrape_read(scrape, answer->http.body, answer->http.body_len, why) ||
        !scrape_adds_up(scrape, why))
        fail_answer(answer, "metrics that are sound: %s", why);
}

double metrics_requests(const struct scrape *scrape, const char *operation,
                        int status)
{
    char series[128];

    (void)snprintf(series, sizeof series,
                   "http_requests_total{operation=\"%s\",status=\"%d\"}",
                   operation, status);
    return scrape_value(scrape, series);
}

void metrics_expect_more(const struct scrape *before, const struct scrape *now,
                         const char *operation, int status, int more)
{
    double was = metrics_requests(before, operation, status);
    double is = metrics_requests(now, operation, status);
    char why[SCRAPE_WHY_MAX];

    if (!scrape_follows(before, now, why))
        fail_msg("%s", why);
    if (is - was != more)
        fail_msg("%s with status %d: %g requests, then %g; not %d more",
                 operation, status, was, is, more);
}

/* But for streams, which are counted when the server sees that they ended, and
 * for heads that broke off, which it may see late as well. */
static double all_requests(const struct scrape *scrape)
{
    return scrape_sum(scrape, "http_requests_total", NULL, NULL) -
           scrape_sum(scrape, "http_requests_total", "operation",
                      "stream_events") -
           metrics_requests(scrape, "none", 400);
}

void metrics_settle(struct api *api, const char *method)
{
    static struct scrape scrape; /* of a case that failed, too */
    long long deadline = now_ms() + PATIENCE_MS;
    double in_flight;

    do {
        metrics_read(api, method, &scrape);
        in_flight = scrape_value(&scrape, "http_requests_in_flight");
        assert_true(in_flight >= 1);
        a_moment();
    } while (in_flight != 1 && now_ms() < deadline);
    assert_true(in_flight == 1);
    scrape_release(&scrape);
}

void metrics_expect_counted(struct api *api, const struct metrics_row *row,
                            const char *todo)
{
    static struct scrape before, now; /* of a case that failed, too */
    const char *target = row->target ? row->target : todo;
    double more;

    metrics_read(api, row->method, &before);
    expect_status(api_send(api, row->method, target, row->field, row->body),
                  row->status);
    metrics_read(api, row->method, &now);
    metrics_expect_more(&before, &now, row->operation, row->status, 1);
    metrics_expect_more(&before, &now, "show_metrics", 200, 1);
    more = all_requests(&now) - all_requests(&before);
    if (more != 2)
        fail_msg("%s %s and a scrape are counted as %g requests", row->method,
                 target, more);
    scrape_release(&before);
    scrape_release(&now);
}
