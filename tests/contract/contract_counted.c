/*
 * Level 9: what GET /metrics counts. What was answered is counted, once, under
 * the name of its operation.
 *
 * Each case compares two scrapes: what happened before it is in both.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "events.h"
#include "expect.h"
#include "metrics.h"
#include "tests/support/patience.h"
#include "wire.h"

enum { EACH = 20 };

#define COUNT_OF(rows) (sizeof(rows) / sizeof *(rows))

/* Of the running case. A failing one leaves by a long jump: what it had is
 * released by the next that reads. */
static struct scrape before, now;

/*
 * One by one
 */

static void check_rows(struct api *api, const struct metrics_row *rows,
                       size_t count)
{
    char todo[64];

    metrics_settle(api, "GET");
    metrics_settle(api, "POST");
    (void)snprintf(todo, sizeof todo, "%s",
                   api_path(api, api_create(api, "{'title':'a'}")));
    for (size_t i = 0; i < count; i++)
        metrics_expect_counted(api, &rows[i], todo);
}

static void reads_are_counted_once_by_operation_and_status(void **state)
{
    static const struct metrics_row rows[] = {
        {"GET", "/todos", NULL, NULL, "list_todos", 200},
        {"GET", "/todos?limit=1&q=x", NULL, NULL, "list_todos", 200},
        {"GET", "/todos?limit=0", NULL, NULL, "list_todos", 422},
        {"HEAD", "/todos", NULL, NULL, "list_todos", 200},
        {"GET", NULL, NULL, NULL, "read_todo", 200},
        {"HEAD", NULL, NULL, NULL, "read_todo", 200},
        {"GET", NULL, "If-None-Match: *", NULL, "read_todo", 304},
        {"GET", "/todos/9223372036854775807", NULL, NULL, "read_todo", 404},
        {"HEAD", "/todos/9223372036854775807", NULL, NULL, "read_todo", 404},
        {"GET", "/todos/1?x=1", NULL, NULL, "read_todo", 422},
        {"GET", "/todos/stats", NULL, NULL, "count_todos", 200},
        {"GET", "/todos/stats?x=1", NULL, NULL, "count_todos", 422},
        {"GET", "/todos/export", NULL, NULL, "export_todos", 200},
        {"GET", "/todos/export?x=1", NULL, NULL, "export_todos", 422},
        {"GET", "/suggestions?count=0", NULL, NULL, "suggest_titles", 422},
        {"GET", "/openapi.json", NULL, NULL, "show_openapi", 200},
        {"GET", "/docs", NULL, NULL, "show_docs", 200},
        {"GET", "/live", NULL, NULL, "show_live", 200},
        {"GET", "/waiting", NULL, NULL, "show_waiting", 200},
        {"GET", "/waiting?x=1", NULL, NULL, "show_waiting", 422},
        {"GET", "/", NULL, NULL, "show_home", 200},
        {"GET", "/healthz", NULL, NULL, "check_health", 200},
        {"HEAD", "/healthz", NULL, NULL, "check_health", 200},
        {"GET", "/healthz", "Expect: a-miracle", NULL, "check_health", 417},
        {"GET", "/readyz", NULL, NULL, "check_ready", 200},
        {"GET", "/metrics?x=1", NULL, NULL, "show_metrics", 422},
        {"GET", "/nothing-here", NULL, NULL, "none", 404},
        {"HEAD", "/nothing-here", NULL, NULL, "none", 404},
    };

    check_rows(*state, rows, COUNT_OF(rows));
}

static void writes_are_counted_once_by_operation_and_status(void **state)
{
    static const char text[] = "Content-Type: text/plain";
    static const struct metrics_row rows[] = {
        {"POST", "/todos", NULL, "{'title':'b'}", "create_todo", 201},
        {"POST", "/todos", NULL, "{}", "create_todo", 422},
        {"POST", "/todos", NULL, "{", "create_todo", 400},
        {"POST", "/todos", text, "{}", "create_todo", 415},
        {"PUT", NULL, NULL, "{'title':'b'}", "replace_todo", 200},
        {"PUT", NULL, "If-Match: \"x\"", "{'title':'c'}", "replace_todo", 412},
        {"PATCH", NULL, NULL, "{'title':'c'}", "patch_todo", 200},
        {"PATCH", NULL, text, "{}", "patch_todo", 415},
        {"DELETE", NULL, NULL, NULL, "delete_todo", 204},
        {"DELETE", NULL, NULL, NULL, "delete_todo", 404},
        {"PUT", NULL, NULL, "{'title':'b'}", "replace_todo", 404},
        {"DELETE", "/todos", NULL, NULL, "clear_todos", 204},
        {"DELETE", "/todos?x=1", NULL, NULL, "clear_todos", 422},
        {"OPTIONS", "/todos", NULL, NULL, "show_options", 204},
        {"OPTIONS", "/nothing-here", NULL, NULL, "none", 404},
        {"POST", "/nothing-here", NULL, "{}", "none", 404},
        {"PUT", "/todos", NULL, "{}", "none", 405},
        {"DELETE", "/metrics", NULL, NULL, "none", 405},
    };

    check_rows(*state, rows, COUNT_OF(rows));
}

/* A refused head does not tell which operation it was meant for. */
static void a_head_that_is_refused_is_counted_by_its_status(void **state)
{
    static const char requests[] = "http_requests_total";

    metrics_read(*state, "GET", &before);
    expect_problem(wire_ask(*state, "GET /healthz HTTP/1.1\r\n" HOST LENGTH(0)
                                        LENGTH(1) "\r\n"),
                   400);
    metrics_read(*state, "GET", &now);
    assert_true(scrape_sum(&now, requests, "status", "400") ==
                scrape_sum(&before, requests, "status", "400") + 1);
}

static void a_scrape_is_counted_in_the_next_one(void **state)
{
    metrics_read(*state, "GET", &before);
    metrics_read(*state, "GET", &now);
    metrics_expect_more(&before, &now, "show_metrics", 200, 1);
    metrics_read(*state, "GET", &now);
    metrics_expect_more(&before, &now, "show_metrics", 200, 2);
}

/* What other cases left may take a while to end. */
static void only_the_scrape_is_in_flight_in_the_end(void **state)
{
    metrics_settle(*state, "GET");
}

/* It is not counted while it lasts; metrics_read sees to the histogram. Which
 * status it has is the server's choice: the client was told 200, and left. */
static void a_stream_is_counted_when_it_has_ended(void **state)
{
    struct api *api = *state;
    long long deadline = now_ms() + PATIENCE_MS;
    static const char requests[] = "http_requests_total";
    double ended, counted;

    only_the_scrape_is_in_flight_in_the_end(state);
    metrics_read(api, "GET", &before);
    ended = scrape_sum(&before, requests, "operation", "stream_events");
    events_open(api, "");
    metrics_read(api, "GET", &now);
    assert_true(scrape_sum(&now, requests, "operation", "stream_events") ==
                ended);
    stream_close(&api->stream);
    do {
        a_moment();
        metrics_read(api, "GET", &now);
        counted = scrape_sum(&now, requests, "operation", "stream_events");
    } while (counted == ended && now_ms() < deadline);
    assert_true(counted == ended + 1);
}

/*
 * A crowd
 */

struct asking {
    atomic_int answered; /* of /healthz */
    double before;
    int failed[CROWD];
};

static bool ask(struct http *http, const char *target, int status)
{
    struct http_answer answer = crowd_ask(http, "GET", target, NULL, NULL);
    bool is_as_wanted = answer.status == status;

    http_answer_release(&answer);
    return is_as_wanted;
}

/* Reads the next scrape, which is to follow the one that was read before. */
static bool scrape_next(struct http *http, struct scrape *scrape)
{
    struct http_answer answer = crowd_ask(http, "GET", "/metrics", NULL, NULL);
    char why[SCRAPE_WHY_MAX];
    struct scrape next = {0};
    bool is_good = answer.status == 200 &&
                   scrape_read(&next, answer.body, answer.body_len, why) &&
                   scrape_adds_up(&next, why) &&
                   scrape_follows(scrape, &next, why);

    http_answer_release(&answer);
    scrape_release(scrape);
    *scrape = next;
    return is_good;
}

static void ask_and_scrape(struct http *http, int number, void *arg)
{
    struct asking *asking = arg;
    struct scrape scrape = {0};

    for (int i = 0; i < EACH; i++) {
        bool is_good = ask(http, "/healthz", 200);
        int least = atomic_fetch_add(&asking->answered, 1) + 1;

        is_good = scrape_next(http, &scrape) && is_good;
        is_good = ask(http, "/todos?limit=0", 422) && is_good;
        is_good = ask(http, "/nothing-here", 404) && is_good;
        asking->failed[number] +=
            !is_good || metrics_requests(&scrape, "check_health", 200) <
                            asking->before + least;
    }
    scrape_release(&scrape);
}

/* Meanwhile each scrape adds up, and has whatever was answered to any of them
 * before it was asked for. */
static void what_a_crowd_asks_adds_up(void **state)
{
    struct asking asking = {.answered = 0};

    metrics_read(*state, "GET", &before);
    asking.before = metrics_requests(&before, "check_health", 200);
    crowd_run(*state, ask_and_scrape, &asking);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(asking.failed[i], 0);
    metrics_read(*state, "GET", &now);
    metrics_expect_more(&before, &now, "check_health", 200, CROWD * EACH);
    metrics_expect_more(&before, &now, "list_todos", 422, CROWD * EACH);
    metrics_expect_more(&before, &now, "none", 404, CROWD * EACH);
    metrics_expect_more(&before, &now, "show_metrics", 200, CROWD * EACH + 1);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(reads_are_counted_once_by_operation_and_status),
    cmocka_unit_test(writes_are_counted_once_by_operation_and_status),
    cmocka_unit_test(a_head_that_is_refused_is_counted_by_its_status),
    cmocka_unit_test(a_scrape_is_counted_in_the_next_one),
    cmocka_unit_test(only_the_scrape_is_in_flight_in_the_end),
    cmocka_unit_test(a_stream_is_counted_when_it_has_ended),
    cmocka_unit_test(what_a_crowd_asks_adds_up),
};

const struct group counted_group = GROUP(LEVEL_EACH_OTHER, "counted", cases);
