/*
 * Level 8: `due` events. What is not completed when its time comes is told,
 * once.
 *
 * A todo that is created overdue is told at once, so hardly any case waits for
 * a time. That nothing is told is known by what is: a server tells the oldest
 * first, so a todo that was to be told comes before one that is due later.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "api.h"
#include "cases.h"
#include "events.h"
#include "expect.h"

enum { TIME_MAX = 32 };

#define LONG_AGO "2001-01-01T00:00:00Z"
#define SINCE    "2002-02-02T00:00:00Z"

/* Creates an overdue todo, with these members beside, and sees it created. */
static long long create_late(struct api *api, const char *members)
{
    char body[256];
    long long id;

    (void)snprintf(body, sizeof body,
                   "{'title':'late','due_at':'" LONG_AGO "'%s}", members);
    id = api_create(api, body);
    (void)events_expect(api, "created", NULL);
    return id;
}

/* The next event is `due`, of this todo; gives its number. */
static long long expect_due(struct api *api, long long id)
{
    char data[EVENTS_DATA_MAX];

    events_write_data(api_get_todo(api, id), id, data);
    return events_expect(api, "due", data);
}

/* Of all that is to be told, nothing is left: a newer one is told next. */
static void expect_nothing_due(struct api *api)
{
    long long id = api_create(api, "{'title':'newer','due_at':'" SINCE "'}");

    (void)events_expect(api, "created", NULL);
    (void)expect_due(api, id);
}

static void patch(struct api *api, long long id, const char *body)
{
    (void)expect_todo(api_patch(api, id, body), 200);
    (void)events_expect(api, "updated", NULL);
}

/*
 * What is told
 */

static void what_is_created_overdue_is_told_at_once(void **state)
{
    long long id;

    events_open(*state, "");
    id = create_late(*state, "");
    (void)expect_due(*state, id);
}

static void a_reminder_is_told_once(void **state)
{
    events_open(*state, "");
    (void)expect_due(*state, create_late(*state, ""));
    for (int i = 0; i < 3; i++)
        expect_nothing_due(*state);
}

static void a_reminder_changes_nothing_of_its_todo(void **state)
{
    char etag[ETAG_MAX];
    char later[ETAG_MAX];
    char before[EVENTS_DATA_MAX];
    struct api *api = *state;
    const struct answer *answer;
    long long id;

    events_open(api, "");
    answer = api_post(api, "{'title':'late','due_at':'" LONG_AGO "'}");
    id = expect_todo(answer, 201);
    expect_etag(answer, etag);
    (void)snprintf(before, sizeof before, "%s", answer->http.body);
    (void)events_expect(api, "created", NULL);
    (void)expect_due(api, id);
    answer = api_get_todo(api, id);
    expect_etag(answer, later);
    assert_string_equal(etag, later);
    assert_string_equal(expect_text(answer, "created_at"),
                        expect_text(answer, "updated_at"));
    (void)expect_todo(
        api_send(api, "PATCH", api_path(api, id), NULL, "{'order':1}"), 200);
}

static int digits(const char *text, int count)
{
    int number = 0;

    while (count-- > 0)
        number = number * 10 + (*text++ - '0');
    return number;
}

/* A time as the API writes it, a second later. */
static void write_next_second(const char *time, char next[TIME_MAX])
{
    struct tm parts = {.tm_year = digits(time, 4) - 1900,
                       .tm_mon = digits(time + 5, 2) - 1,
                       .tm_mday = digits(time + 8, 2),
                       .tm_hour = digits(time + 11, 2),
                       .tm_min = digits(time + 14, 2),
                       .tm_sec = digits(time + 17, 2)};
    time_t seconds = timegm(&parts) + 1;

    assert_non_null(gmtime_r(&seconds, &parts));
    assert_true(strftime(next, TIME_MAX, "%Y-%m-%dT%H:%M:%S", &parts) > 0);
    (void)snprintf(next + strlen(next), TIME_MAX - strlen(next), "%s",
                   time + strlen("2026-11-23T06:56:17"));
}

/* By the server's own clock, which says when a todo is created. */
static void what_is_due_in_a_second_is_told_then_and_not_before(void **state)
{
    struct api *api = *state;
    char due[TIME_MAX], body[128];
    const struct answer *answer;
    const char *then;
    long long id;

    events_open(api, "");
    answer = api_post(api, "{'title':'now'}");
    expect_time(answer, "created_at");
    write_next_second(expect_text(answer, "created_at"), due);
    (void)events_expect(api, "created", NULL);
    (void)snprintf(body, sizeof body, "{'title':'soon','due_at':'%s'}", due);
    id = api_create(api, body);
    (void)events_expect(api, "created", NULL);
    (void)expect_due(api, id);
    then = expect_text(api_post(api, "{'title':'then'}"), "created_at");
    if (strcmp(then, due) < 0)
        fail_msg("what is due at %s was told before %s", due, then);
}

/*
 * What arms it
 */

static void another_due_at_is_told_again(void **state)
{
    long long id;

    events_open(*state, "");
    id = create_late(*state, "");
    (void)expect_due(*state, id);
    patch(*state, id, "{'due_at':'2001-01-02T00:00:00Z'}");
    (void)expect_due(*state, id);
    patch(*state, id, "{'due_at':'9999-01-02T00:00:00Z'}");
    patch(*state, id, "{'due_at':'2001-01-02T00:00:00Z'}");
    (void)expect_due(*state, id);
}

static void the_same_due_at_is_not_told_again(void **state)
{
    long long id;

    events_open(*state, "");
    id = create_late(*state, "");
    (void)expect_due(*state, id);
    patch(*state, id, "{'due_at':'" LONG_AGO "','order':1}");
    expect_nothing_due(*state);
    (void)expect_todo(
        api_put(*state, id, "{'title':'b','due_at':'" LONG_AGO "'}"), 200);
    (void)events_expect(*state, "updated", NULL);
    expect_nothing_due(*state);
}

static void what_is_completed_is_told_when_that_is_taken_back(void **state)
{
    long long id;

    events_open(*state, "");
    id = create_late(*state, ",'completed':true");
    expect_nothing_due(*state);
    patch(*state, id, "{'completed':false}");
    (void)expect_due(*state, id);
    patch(*state, id, "{'completed':true}");
    patch(*state, id, "{'completed':false}");
    expect_nothing_due(*state);
}

static void what_has_no_due_at_any_more_is_not_told(void **state)
{
    long long id;

    events_open(*state, "");
    id = create_late(*state, ",'completed':true");
    patch(*state, id, "{'due_at':null,'completed':false}");
    expect_nothing_due(*state);
    patch(*state, id, "{'due_at':'" LONG_AGO "'}");
    (void)expect_due(*state, id);
}

/*
 * On a stream
 */

static void a_stream_resumes_over_reminders(void **state)
{
    enum { FEW = 3 };
    struct api *api = *state;
    long long todos[FEW], told[FEW];

    events_open(api, "");
    for (int i = 0; i < FEW; i++) {
        todos[i] = create_late(api, "");
        told[i] = expect_due(api, todos[i]);
        assert_true(i == 0 || told[i] > told[i - 1]);
    }
    for (int i = 0; i < FEW; i++) {
        events_resume(api, told[i]);
        for (int next = i + 1; next < FEW; next++) {
            (void)events_expect(api, "created", NULL);
            assert_int_equal(expect_due(api, todos[next]), told[next]);
        }
        events_resume(api, told[i] - 1);
        assert_int_equal(expect_due(api, todos[i]), told[i]);
    }
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(what_is_created_overdue_is_told_at_once),
    cmocka_unit_test(a_reminder_is_told_once),
    cmocka_unit_test(a_reminder_changes_nothing_of_its_todo),
    cmocka_unit_test(what_is_due_in_a_second_is_told_then_and_not_before),
    cmocka_unit_test(another_due_at_is_told_again),
    cmocka_unit_test(the_same_due_at_is_not_told_again),
    cmocka_unit_test(what_is_completed_is_told_when_that_is_taken_back),
    cmocka_unit_test(what_has_no_due_at_any_more_is_not_told),
    cmocka_unit_test(a_stream_resumes_over_reminders),
};

const struct group due_group = GROUP(LEVEL_REMINDERS, "due", cases);
