/*
 * tests/system/prefix.c - a server that clients find below a path.
 * Threads: one.   Blocks: on the server of the case.
 *
 * The deployment: a proxy at https://todo.example/api/ takes "/api" away and
 * forwards the rest. What the server tells must lead through the proxy: URLs
 * and paths have "/api", links of pages are relative.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/stream.h"

#define PATH "/api"
#define BASE "https://todo.example" PATH

static void start_below_a_path(void)
{
    static const char *const args[] = {"--public-url", BASE "/", NULL};

    system_start(args);
}

static void expect_in_field(const struct raw_answer *answer, const char *name,
                            const char *beginning)
{
    char value[512];

    assert_true(raw_answer_field(answer, name, value, sizeof value));
    assert_memory_equal(value, beginning, strlen(beginning));
}

static void every_url_has_the_path(void **state)
{
    char request[TALK_MAX];
    struct raw_answer answer;

    (void)state;
    start_below_a_path();
    talk_write_post(request, "one");
    talk_expect(talk(system_server.port, request, &answer), 201);
    expect_in_field(&answer, "Location", BASE "/todos/");
    assert_non_null(strstr(answer.body, "\"url\":\"" BASE "/todos/"));
    raw_answer_release(&answer);
    (void)talk_create(system_server.port, "two");
    talk_expect(talk_get(system_server.port, "/todos?limit=1", &answer), 200);
    expect_in_field(&answer, "Link", "<" BASE "/todos?");
    assert_non_null(strstr(answer.body, "\"url\":\"" BASE "/todos/"));
    raw_answer_release(&answer);
    talk_expect(talk_get(system_server.port, "/todos/export", &answer), 200);
    assert_non_null(strstr(answer.body, "\"url\":\"" BASE "/todos/"));
    raw_answer_release(&answer);
    talk_expect(talk_get(system_server.port, "/openapi.json", &answer), 200);
    assert_non_null(
        strstr(answer.body, "\"servers\": [{\"url\": \"" BASE "\""));
    raw_answer_release(&answer);
}

static void the_url_in_an_event_has_the_path(void **state)
{
    struct stream stream;
    struct stream_event event;

    (void)state;
    start_below_a_path();
    (void)talk_create(system_server.port, "told");
    talk_expect(stream_open_events(&stream, system_server.port, 0), 200);
    assert_true(stream_event(&stream, &event));
    assert_string_equal(event.name, "created");
    assert_non_null(strstr(event.data, "\"url\":\"" BASE "/todos/"));
    stream_close(&stream);
}

/* A request that fails, and how. The last ones no handler sees. */
static void the_type_of_a_problem_has_the_path(void **state)
{
    static const struct {
        const char *request;
        int status;
    } failures[] = {
        {"GET /nowhere HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
        {"GET /todos/9 HTTP/1.1\r\nHost: localhost\r\n\r\n", 404},
        {"PUT /todos HTTP/1.1\r\nHost: localhost\r\n\r\n", 405},
        {"GET /todos?limit=0 HTTP/1.1\r\nHost: localhost\r\n\r\n", 422},
        {"GET /suggestions HTTP/1.1\r\nHost: localhost\r\n\r\n", 503},
        {"GET / HTTP/1.1\r\nHost: /\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},
        {"GET / HTTP/1.1\r\nHost: a\r\nX: \t\x01\r\n\r\n", 400},
    };

    (void)state;
    start_below_a_path();
    for (size_t i = 0; i < sizeof failures / sizeof failures[0]; i++) {
        struct raw_answer answer;

        talk_expect(talk(system_server.port, failures[i].request, &answer),
                    failures[i].status);
        assert_memory_equal(answer.body, "{\"type\":\"" PATH "/docs#problem-",
                            strlen("{\"type\":\"" PATH "/docs#problem-"));
        raw_answer_release(&answer);
    }
}

/* The status of `GET path`. Only the head is read: a stream has no end. */
static int status_of(const char *path)
{
    char request[TALK_MAX];
    struct raw raw;
    struct raw_answer answer;
    int status;

    talk_write_get(request, path);
    system_ask(&raw, request);
    assert_true(raw_read_head(&raw, &answer));
    status = answer.status;
    raw_answer_release(&answer);
    raw_close(&raw);
    return status;
}

/* Follows each reference of a page or a script that begins with "./", up to
 * where a query, a place or something computed begins. Gives how many. */
static int follow_references(const char *text)
{
    int count = 0;

    for (const char *at = text; (at = strstr(at, "./")) != NULL; at += 2) {
        size_t len = strcspn(at + 1, "\"'`?#$<> \n");
        char path[64];

        if (at == text || !strchr("\"'`", at[-1]))
            continue;
        assert_true(len < sizeof path);
        memcpy(path, at + 1, len);
        path[len] = '\0';
        if (len > 1 && path[len - 1] == '/')
            path[len - 1] = '\0'; /* an id would follow */
        if (status_of(path) == 404)
            fail_msg("\".%s\" leads nowhere", path);
        count++;
    }
    return count;
}

static void links_are_relative_and_lead_somewhere(void **state)
{
    static const char *const texts[] = {
        "/", "/docs", "/live", "/docs/live.js", "/waiting", "/docs/waiting.js"};
    static const char *const roots[] = {"href=\"/", "src=\"/", "('/", "= '/",
                                        "`/"};

    (void)state;
    start_below_a_path();
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        struct raw_answer answer;

        talk_expect(talk_get(system_server.port, texts[i], &answer), 200);
        for (size_t j = 0; j < sizeof roots / sizeof roots[0]; j++)
            if (strstr(answer.body, roots[j]))
                fail_msg("%s has %s", texts[i], roots[j]);
        assert_true(follow_references(answer.body) > 0);
        raw_answer_release(&answer);
    }
}

int system_prefix(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(every_url_has_the_path),
        SYSTEM_CASE(the_url_in_an_event_has_the_path),
        SYSTEM_CASE(the_type_of_a_problem_has_the_path),
        SYSTEM_CASE(links_are_relative_and_lead_somewhere),
    };

    return GROUP("below a path", cases, NULL, NULL);
}
