/*
 * Level 6: GET /todos/events. What changes is told, once, in order.
 *
 * No case waits for a time to pass: that nothing comes is known by what comes
 * next.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "events.h"
#include "expect.h"
#include "wire.h"

enum { MANY = 200, DATA_MAX = EVENTS_DATA_MAX };

/* Creates a todo and keeps what its event must say. */
static long long create(struct api *api, const char *title, char data[DATA_MAX])
{
    char body[256];
    const struct answer *answer;
    long long id;

    (void)snprintf(body, sizeof body, "{'title':'%s'}", title);
    answer = api_post(api, body);
    id = expect_todo(answer, 201);
    events_write_data(answer, id, data);
    return id;
}

/*
 * The head
 */

static void events_are_an_event_stream(void **state)
{
    struct api *api = *state;

    events_open(api, "");
    expect_field(&api->answer, "Content-Type", "text/event-stream");
    expect_field(&api->answer, "Transfer-Encoding", "chunked");
    expect_no_field(&api->answer, "Content-Length");
    expect_no_field(&api->answer, "ETag");
}

static void head_of_events_is_the_head_alone(void **state)
{
    char head[LINK_MAX];
    const struct answer *answer;

    events_open(*state, "");
    answer = &((struct api *)*state)->answer;
    (void)snprintf(head, sizeof head, "%s", answer->http.head);
    answer = wire_ask_line(*state, "HEAD", "/todos/events", "");
    expect_status(answer, 200);
    expect_same_head(answer, head);
    wire_expect_no_body(*state);
}

static void events_take_no_parameter(void **state)
{
    expect_faults(api_get(*state, "/todos/events?after=1"), "after");
    expect_faults(api_get(*state, "/todos/events?a=1&b=2"), "a b");
}

static void events_are_only_read(void **state)
{
    static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};

    for (size_t i = 0; i < 4; i++) {
        const struct answer *answer =
            api_send(*state, methods[i], "/todos/events", NULL,
                     i < 3 ? "{'title':'a'}" : NULL);

        expect_problem(answer, 405);
        expect_field(answer, "Allow", "GET, HEAD, OPTIONS");
    }
    expect_titles(api_get(*state, "/todos"), "");
}

static void events_go_to_http_1_0_without_chunks(void **state)
{
    struct api *api = *state;
    char data[DATA_MAX];

    expect_status(
        wire_stream(api, "GET /todos/events HTTP/1.0\r\n" HOST "\r\n"), 200);
    expect_no_field(&api->answer, "Transfer-Encoding");
    (void)create(api, "old", data);
    (void)events_expect(api, "created", data);
}

/*
 * One event for each change
 */

static void a_creation_is_told_with_the_todo(void **state)
{
    char data[DATA_MAX];

    events_open(*state, "");
    (void)create(*state, "milk", data);
    assert_true(events_expect(*state, "created", data) > 0);
}

static void each_update_is_told_as_it_was_then(void **state)
{
    static const char *const bodies[] = {
        "{'title':'b','order':5}", "{'title':'c','completed':true}",
        "{'due_at':'2030-01-01T00:00:00+01:00'}", "{'title':'e'}"};
    char data[4][DATA_MAX];
    long long last;
    long long id = api_create(*state, "{'title':'a'}");

    events_open(*state, "");
    for (size_t i = 0; i < 4; i++) {
        const struct answer *answer = i == 0 ? api_put(*state, id, bodies[i])
                                             : api_patch(*state, id, bodies[i]);

        (void)expect_todo(answer, 200);
        events_write_data(answer, id, data[i]);
    }
    last = events_expect(*state, "updated", data[0]);
    for (size_t i = 1; i < 4; i++) {
        long long next = events_expect(*state, "updated", data[i]);

        assert_true(next > last);
        last = next;
    }
}

static void text_of_every_kind_comes_as_it_was_sent(void **state)
{
    char data[DATA_MAX];

    events_open(*state, "");
    (void)create(*state, "\\\\ \\u2028 \xe2\x80\xa8 data: id: \\/ %20 \xc3\xbc",
                 data);
    (void)events_expect(*state, "created", data);
}

static void a_deletion_is_told_with_the_id(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");
    char data[DATA_MAX];

    events_open(*state, "");
    expect_status(api_delete_todo(*state, id), 204);
    (void)snprintf(data, sizeof data, "{\"id\":%lld}", id);
    (void)events_expect(*state, "deleted", data);
}

static void each_clearing_is_told_once(void **state)
{
    events_open(*state, "");
    for (int i = 0; i < 2; i++) {
        (void)api_create(*state, "{'title':'a','completed':true}");
        (void)api_create(*state, "{'title':'b'}");
        expect_status(api_delete(*state, "/todos?completed=true"), 204);
        expect_status(api_delete(*state, "/todos?completed=false"), 204);
        expect_status(api_delete(*state, "/todos"), 204);
    }
    for (int i = 0; i < 2; i++) {
        (void)events_expect(*state, "created", NULL);
        (void)events_expect(*state, "created", NULL);
        (void)events_expect(*state, "cleared", "{\"completed\":true}");
        (void)events_expect(*state, "cleared", "{\"completed\":false}");
        (void)events_expect(*state, "cleared", "{\"completed\":null}");
    }
}

static void what_changes_nothing_makes_no_event(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");
    char data[DATA_MAX];

    events_open(*state, "");
    (void)expect_todo(api_put(*state, id, "{'title':'a'}"), 200);
    (void)expect_todo(api_patch(*state, id, "{'title':'a'}"), 200);
    (void)expect_todo(api_patch(*state, id, "{}"), 200);
    (void)create(*state, "next", data);
    (void)events_expect(*state, "created", data);
}

static void a_refused_write_makes_no_event(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");
    const char *other = "If-Match: \"0-0\"";
    char data[DATA_MAX];

    events_open(*state, "");
    expect_problem(api_post(*state, "{'title':''}"), 422);
    expect_problem(api_post(*state, "{"), 400);
    expect_problem(api_put(*state, id, "{}"), 422);
    expect_problem(
        api_send(*state, "PATCH", api_path(*state, id), other, "{'title':'b'}"),
        412);
    expect_problem(
        api_send(*state, "DELETE", api_path(*state, id), other, NULL), 412);
    expect_problem(api_delete(*state, "/todos/9223372036854775807"), 404);
    expect_problem(api_delete(*state, "/todos?completed=maybe"), 422);
    (void)create(*state, "next", data);
    (void)events_expect(*state, "created", data);
}

/*
 * Where a stream begins
 */

static void a_stream_begins_behind_what_was_before_it(void **state)
{
    char data[DATA_MAX];

    for (int i = 0; i < 5; i++) {
        (void)create(*state, "before", data);
        events_open(*state, "");
        (void)create(*state, "after", data);
        (void)events_expect(*state, "created", data);
    }
}

/* Makes four changes, and reads the numbers of their events. */
static void make_four(struct api *api, char data[4][DATA_MAX], long long ids[4])
{
    events_open(api, "");
    for (int i = 0; i < 4; i++)
        (void)create(api, "a", data[i]);
    for (int i = 0; i < 4; i++) {
        ids[i] = events_expect(api, "created", data[i]);
        assert_true(i == 0 || ids[i] > ids[i - 1]);
    }
}

static void last_event_id_resumes_without_gap_or_repeat(void **state)
{
    char data[4][DATA_MAX];
    char last[DATA_MAX];
    long long ids[4];

    make_four(*state, data, ids);
    for (int seen = 0; seen < 4; seen++) {
        events_resume(*state, ids[seen]);
        for (int i = seen + 1; i < 4; i++)
            assert_int_equal(events_expect(*state, "created", data[i]), ids[i]);
    }
    (void)create(*state, "last", last); /* the stream goes on, now live */
    assert_true(events_expect(*state, "created", last) > ids[3]);
}

/* With each of the values a stream begins with a reset that names the newest
 * change. The last stream goes on, live. */
static void check_resets(struct api *api, const char *const *values,
                         size_t count)
{
    char data[4][DATA_MAX];
    char last[DATA_MAX];
    char field[128];
    long long ids[4];

    make_four(api, data, ids);
    (void)snprintf(last, sizeof last, "{\"id\":%lld}", ids[3]);
    for (size_t i = 0; i < count; i++) {
        (void)snprintf(field, sizeof field, "Last-Event-ID: %s\r\n", values[i]);
        events_open(api, field);
        (void)events_expect(api, "reset", last);
    }
    (void)create(api, "last", last);
    (void)events_expect(api, "created", last);
}

static void last_event_id_that_is_no_number_is_reset(void **state)
{
    static const char *const values[] = {"x", "12x", "-1", "1.5", "0x1", "+1"};

    check_resets(*state, values, sizeof values / sizeof *values);
}

static void last_event_id_from_the_future_is_reset(void **state)
{
    static const char *const values[] = {"9007199254740991",
                                         "9223372036854775807",
                                         "99999999999999999999999999"};

    check_resets(*state, values, sizeof values / sizeof *values);
}

/*
 * Many
 */

/* Titles are 0 to MANY - 1; each comes once, and numbers only rise. */
static void changes_of_a_crowd_are_told_once_each_in_order(void **state)
{
    bool told[MANY] = {false};
    long long last_change = 0;
    long long last_todo = 0;
    struct api *api = *state;

    events_open(api, "");
    crowd_create(api, MANY);
    for (int i = 0; i < MANY; i++) {
        struct stream_event event;
        const char *title;
        long number;

        assert_true(stream_event(&api->stream, &event));
        assert_string_equal(event.name, "created");
        assert_true(event.id > last_change);
        last_change = event.id;
        long long todo = strtoll(event.data + strlen("{\"id\":"), NULL, 10);

        assert_true(todo > last_todo);
        last_todo = todo;
        title = strstr(event.data, "\"title\":\"");
        assert_non_null(title);
        number = strtol(title + strlen("\"title\":\""), NULL, 10);
        assert_in_range(number, 0, MANY - 1);
        assert_false(told[number]);
        told[number] = true;
    }
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(events_are_an_event_stream),
    cmocka_unit_test(head_of_events_is_the_head_alone),
    cmocka_unit_test(events_take_no_parameter),
    cmocka_unit_test(events_are_only_read),
    cmocka_unit_test(events_go_to_http_1_0_without_chunks),
    cmocka_unit_test(a_creation_is_told_with_the_todo),
    cmocka_unit_test(each_update_is_told_as_it_was_then),
    cmocka_unit_test(text_of_every_kind_comes_as_it_was_sent),
    cmocka_unit_test(a_deletion_is_told_with_the_id),
    cmocka_unit_test(each_clearing_is_told_once),
    cmocka_unit_test(what_changes_nothing_makes_no_event),
    cmocka_unit_test(a_refused_write_makes_no_event),
    cmocka_unit_test(a_stream_begins_behind_what_was_before_it),
    cmocka_unit_test(last_event_id_resumes_without_gap_or_repeat),
    cmocka_unit_test(last_event_id_that_is_no_number_is_reset),
    cmocka_unit_test(last_event_id_from_the_future_is_reset),
    cmocka_unit_test(changes_of_a_crowd_are_told_once_each_in_order),
};

const struct group events_group = GROUP(LEVEL_STREAMS, "events", cases);
