/*
 * Level 9: GET /metrics. It is a text that Prometheus reads, and nothing that a
 * client says comes to stand in it. What it counts: contract_counted.c.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "metrics.h"
#include "tests/support/scrape_line.h"
#include "user.h"
#include "wire.h"

#define COUNT_OF(rows) (sizeof(rows) / sizeof *(rows))

/* Of the running case. A failing one leaves by a long jump: what it had is
 * released by the next that reads. */
static struct scrape before, now;

/*
 * The text
 */

static void metrics_are_a_text_that_prometheus_reads(void **state)
{
    metrics_read(*state, "GET", &now);
    assert_true(scrape_has(&now, "http_requests_total", SCRAPE_COUNTER));
    assert_true(
        scrape_has(&now, "http_request_duration_seconds", SCRAPE_HISTOGRAM));
    assert_true(scrape_has(&now, "http_requests_in_flight", SCRAPE_GAUGE));
}

static void durations_have_the_same_bounds_for_each_operation(void **state)
{
    static const char *const bounds[] = {
        "0.001", "0.0025", "0.005", "0.01", "0.025", "0.05", "0.1",
        "0.25",  "0.5",    "1",     "2.5",  "5",     "+Inf"};
    size_t at = 0;

    expect_status(api_get(*state, "/healthz"), 200);
    expect_status(api_get(*state, "/readyz"), 200);
    metrics_read(*state, "GET", &now);
    for (size_t i = 0; i < now.series_count; i++) {
        const struct scrape_series *series = &now.series[i];

        if (!scrape_span_is(series->name,
                            "http_request_duration_seconds_bucket"))
            continue;
        if (!scrape_span_is(scrape_label(series, "le")->value,
                            bounds[at % COUNT_OF(bounds)]))
            fail_msg("line %zu: the bound is not %s", series->line,
                     bounds[at % COUNT_OF(bounds)]);
        at++;
    }
    assert_true(at >= 2 * COUNT_OF(bounds) && at % COUNT_OF(bounds) == 0);
}

/* True for a path of the document with an operation of this name. */
static bool has_operation(const cJSON *path, struct scrape_span name)
{
    const cJSON *operation;

    cJSON_ArrayForEach(operation, path)
    {
        const cJSON *id =
            cJSON_GetObjectItemCaseSensitive(operation, "operationId");

        if (cJSON_IsString(id) && scrape_span_is(name, id->valuestring))
            return true;
    }
    return false;
}

static bool is_documented(const struct answer *openapi, struct scrape_span name)
{
    const cJSON *paths =
        cJSON_GetObjectItemCaseSensitive(openapi->json, "paths");
    const cJSON *path;

    cJSON_ArrayForEach(path, paths)
    {
        if (has_operation(path, name))
            return true;
    }
    return scrape_span_is(name, "none") || scrape_span_is(name, "show_options");
}

static void check_labels(const struct scrape_series *series,
                         const struct answer *openapi)
{
    const struct scrape_label *operation = scrape_label(series, "operation");
    const struct scrape_label *status = scrape_label(series, "status");
    double number = 0;

    if (series->label_count != 2 || !operation || !status)
        fail_msg("line %zu: not operation and status", series->line);
    if (!is_documented(openapi, operation->value))
        fail_msg("line %zu: the operation is not in /openapi.json",
                 series->line);
    if (!scrape_read_number(status->value, &number) || status->value.len != 3 ||
        number < 200 || number > 599)
        fail_msg("line %zu: no status of an answer", series->line);
}

static void labels_are_documented_operations_and_statuses(void **state)
{
    const struct answer *openapi;

    (void)api_create(*state, "{'title':'a'}");
    expect_problem(api_get(*state, "/nothing-here"), 404);
    metrics_read(*state, "GET", &now);
    openapi = api_get(*state, "/openapi.json");
    assert_true(
        is_documented(openapi, (struct scrape_span){"show_metrics", 12}));
    for (size_t i = 0; i < now.series_count; i++)
        if (scrape_span_is(now.series[i].name, "http_requests_total"))
            check_labels(&now.series[i], openapi);
}

/*
 * What clients say
 */

static void expect_unsaid(struct api *api, const char *method, const char *name)
{
    metrics_read(api, method, &now);
    if (strstr(api->answer.http.body, name))
        fail_answer(&api->answer, "no %s", name);
}

/* What each of these is answered is the question of other cases. */
static void say_name_everywhere(struct api *api, const char *name)
{
    static const char *const heads[][2] = {
        {"GET /", " HTTP/1.1\r\n" HOST},
        {"GET /todos/", " HTTP/1.1\r\n" HOST},
        {"GET /metrics/", " HTTP/1.1\r\n" HOST},
        {"GET /todos?q=", " HTTP/1.1\r\n" HOST},
        {"GET /metrics?", " HTTP/1.1\r\n" HOST},
        {"GET / HTTP/1.1\r\nHost: ", ".localhost\r\n"},
        {"GET /healthz HTTP/1.1\r\n" HOST "X-", ": 1\r\n"},
        {"GET /healthz HTTP/1.1\r\n" HOST "User-Agent: ", "\r\n"},
        {"GET /healthz HTTP/1.1\r\n" HOST "X-Request-Id: ", "\r\n"},
        {"GET /healthz HTTP/1.1\r\n" HOST "Authorization: Bearer ", "\r\n"},
        {"GET /healthz HTTP/1.1\r\n" HOST "Expect: ", "\r\n"},
    };
    char request[LINK_MAX];

    for (size_t i = 0; i < COUNT_OF(heads); i++) {
        (void)snprintf(request, sizeof request, "%s%s%s\r\n", heads[i][0], name,
                       heads[i][1]);
        if (wire_ask(api, request)->http.status == 0)
            fail_answer(&api->answer, "an answer");
    }
}

/* These may be refused without an answer. */
static void say_name_in_bad_heads(struct api *api, const char *name)
{
    char request[LINK_MAX];

    (void)snprintf(request, sizeof request, "%s / HTTP/1.1\r\n" HOST "\r\n",
                   name);
    wire_expect_refusal(api, request);
    (void)snprintf(request, sizeof request,
                   "GET / HTTP/1.1\r\n" HOST "%s\r\n\r\n", name);
    wire_expect_refusal(api, request);
    (void)snprintf(request, sizeof request, "GET / %s\r\n" HOST "\r\n", name);
    wire_expect_refusal(api, request);
}

static void no_word_of_a_client_is_in_the_metrics(void **state)
{
    char name[USER_NAME_MAX];

    user_invent_name(name);
    metrics_read(*state, "GET", &before);
    say_name_everywhere(*state, name);
    expect_unsaid(*state, "GET", name);
    metrics_expect_more(&before, &now, "none", 404, 2);
    say_name_in_bad_heads(*state, name);
    expect_unsaid(*state, "GET", name);
    expect_unsaid(*state, "POST", name);
}

/*
 * How it is asked
 */

static void metrics_take_no_parameter(void **state)
{
    expect_faults(api_get(*state, "/metrics?x=1"), "x");
    expect_faults(api_get(*state, "/metrics?name[]=up"), "name[]");
    expect_faults(api_get(*state, "/metrics?limit=1&q=a"), "limit q");
    expect_status(api_get(*state, "/metrics?"), 200);
    expect_status(api_get(*state, "/metrics?&"), 200);
}

/* The numbers, and so the length, are those of the moment. */
static void head_of_metrics_has_no_body(void **state)
{
    const struct answer *answer = wire_ask_line(*state, "HEAD", "/metrics", "");

    expect_status(answer, 200);
    expect_field(answer, "Content-Type",
                 "text/plain; version=0.0.4; charset=utf-8");
    wire_expect_no_body(*state);
    wire_expect_head_as_get(*state, "/metrics?x=1");
}

static void writes_on_metrics_are_405(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};

    for (size_t i = 0; i < COUNT_OF(methods); i++) {
        const struct answer *answer =
            api_send(*state, methods[i], "/metrics?x=1", NULL, "{}");

        expect_problem(answer, 405);
        expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
    }
}

static void options_of_metrics_tells_its_methods(void **state)
{
    const struct answer *answer =
        wire_ask_line(*state, "OPTIONS", "/metrics", "");

    expect_status(answer, 204);
    expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
}

static void paths_beside_metrics_are_404(void **state)
{
    expect_problem(api_get(*state, "/metrics/"), 404);
    expect_problem(api_get(*state, "/metrics/1"), 404);
    expect_problem(api_get(*state, "/metric"), 404);
    expect_problem(api_get(*state, "/Metrics"), 404);
    expect_problem(api_get(*state, "//metrics"), 404);
}

static void metrics_have_no_etag_and_ask_for_no_condition(void **state)
{
    static const char *const fields[] = {"If-None-Match: *", "If-Match: \"x\"",
                                         "Accept: application/json"};

    expect_no_field(api_get(*state, "/metrics"), "ETag");
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        expect_status(api_send(*state, "GET", "/metrics", fields[i], NULL),
                      200);
}

/* With accounts, too: those who watch a server are none of its users. */
static void metrics_look_at_no_token(void **state)
{
    static const char *const fields[] = {
        "", "Authorization: Bearer x\r\n", "Authorization: Basic eDp4\r\n",
        "Authorization:\r\n",
        "Authorization: Bearer x\r\nAuthorization: Bearer y\r\n"};

    for (size_t i = 0; i < COUNT_OF(fields); i++)
        expect_status(wire_ask_line(*state, "GET", "/metrics", fields[i]), 200);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(metrics_are_a_text_that_prometheus_reads),
    cmocka_unit_test(durations_have_the_same_bounds_for_each_operation),
    cmocka_unit_test(labels_are_documented_operations_and_statuses),
    cmocka_unit_test(no_word_of_a_client_is_in_the_metrics),
    cmocka_unit_test(metrics_take_no_parameter),
    cmocka_unit_test(head_of_metrics_has_no_body),
    cmocka_unit_test(writes_on_metrics_are_405),
    cmocka_unit_test(options_of_metrics_tells_its_methods),
    cmocka_unit_test(paths_beside_metrics_are_404),
    cmocka_unit_test(metrics_have_no_etag_and_ask_for_no_condition),
    cmocka_unit_test(metrics_look_at_no_token),
};

const struct group metrics_group = GROUP(LEVEL_EACH_OTHER, "metrics", cases);
