/*
 * tests/system/log.c - what the log says about a request, and what it does not.
 * Threads: one.   Blocks: on the server of the case, until it has ended: then
 *                 every line is written.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

/* Ends the server and gives its log: free with free(3). */
static char *whole_log(void)
{
    server_stop(&system_server);
    return server_log(&system_server);
}

/* Copies the only line that has this text. */
static void only_line_with(const char *log, const char *text, char *line,
                           size_t size)
{
    const char *found = strstr(log, text);

    assert_non_null(found);
    assert_null(strstr(found + 1, text));
    while (found > log && found[-1] != '\n')
        found--;
    (void)snprintf(line, size, "%.*s", (int)strcspn(found, "\n"), found);
}

static void await_line_with(const char *text)
{
    long long deadline = now_ms() + PATIENCE_MS;
    bool found;

    do {
        char *log = server_log(&system_server);

        found = strstr(log, text);
        free(log);
        if (!found && now_ms() > deadline)
            fail_msg("no line of the log has \"%s\"", text);
        a_moment();
    } while (!found);
}

/* True when a word of the line begins with this text. */
static bool has_word(const char *line, const char *text)
{
    for (const char *at = line; (at = strstr(at, text)); at++)
        if (at == line || at[-1] == ' ')
            return true;
    return false;
}

/* True when the line has a number that "ms" follows. */
static bool has_milliseconds(const char *line)
{
    const char *ms = line;

    while ((ms = strstr(ms + 1, "ms"))) {
        const char *before = ms[-1] == ' ' ? ms - 2 : ms - 1;

        if (before > line && isdigit((unsigned char)*before))
            return true;
    }
    return false;
}

static void a_request_is_one_line_with_all_that_matters(void **state)
{
    struct raw_answer answer;
    char id[128];
    char line[1024];

    (void)state;
    system_start(NULL);
    assert_int_equal(talk_get(system_server.port, "/todos/77", &answer), 404);
    assert_true(raw_answer_field(&answer, "X-Request-Id", id, sizeof id));
    raw_answer_release(&answer);

    char *log = whole_log();

    only_line_with(log, id, line, sizeof line);
    free(log);
    assert_true(has_word(line, "GET"));
    assert_true(has_word(line, "/todos/77"));
    assert_true(has_word(line, "404"));
    assert_true(has_milliseconds(line));
    assert_true(has_word(line, system_is_sync() ? "req-" : "loop"));
}

static void every_request_on_a_connection_has_its_own_line_and_id(void **state)
{
    enum { REQUESTS = 20 };
    struct raw raw;
    char ids[REQUESTS][128];
    char line[1024];

    (void)state;
    system_start(NULL);
    system_open(&raw);
    for (int i = 0; i < REQUESTS; i++) {
        struct raw_answer answer;
        char request[TALK_MAX];

        talk_write_post(request, "counted");
        assert_true(raw_send_text(&raw, request));
        assert_true(raw_read_answer(&raw, &answer, false));
        if (!raw_answer_field(&answer, "X-Request-Id", ids[i], sizeof ids[i]))
            fail_msg("no X-Request-Id in\n%s", answer.head);
        raw_answer_release(&answer);
    }
    raw_close(&raw);

    char *log = whole_log();

    for (int i = 0; i < REQUESTS; i++) {
        only_line_with(log, ids[i], line, sizeof line);
        if (!has_word(line, "POST") || !has_word(line, "201"))
            fail_msg("a POST that was answered 201 is logged so: %s", line);
    }
    free(log);
}

static void a_problem_tells_the_request_id_of_its_line(void **state)
{
    struct raw_answer answer;
    char id[128];
    char member[160];

    (void)state;
    system_start(NULL);
    assert_int_equal(talk_get(system_server.port, "/none", &answer), 404);
    assert_true(raw_answer_field(&answer, "X-Request-Id", id, sizeof id));
    (void)snprintf(member, sizeof member, "\"request_id\":\"%s\"", id);
    assert_non_null(strstr(answer.body, member));
    raw_answer_release(&answer);
}

static void neither_bodies_nor_credentials_are_logged(void **state)
{
    (void)state;
    system_start(NULL);
    assert_int_equal(talk(system_server.port,
                          "POST /todos HTTP/1.1\r\n"
                          "Host: localhost\r\n"
                          "Authorization: Bearer sesame\r\n"
                          "Content-Type: application/json\r\n"
                          "Content-Length: 18\r\n"
                          "\r\n"
                          "{\"title\":\"private\"}",
                          NULL),
                     400); /* one byte short of its end */
    talk_still_serves(system_server.port);

    char *log = whole_log();

    assert_null(strstr(log, "sesame"));
    assert_null(strstr(log, "private"));
    assert_null(strstr(log, "still here"));
    free(log);
}

/* What a client sends must not look like a line of ours. */
static void no_client_can_forge_a_line(void **state)
{
    struct raw raw;

    (void)state;
    system_start(NULL);
    system_ask(&raw, "GET /a\x1b[31m\x80 HTTP/1.1\r\nHost: localhost\r\n\r\n");
    raw_half_close(&raw);
    assert_true(raw_read_eof(&raw));
    raw_close(&raw);
    system_ask(&raw, "GET /b\rFORGED HTTP/1.1\r\nHost: localhost\r\n\r\n");
    raw_half_close(&raw);
    assert_true(raw_read_eof(&raw));
    raw_close(&raw);

    char *log = whole_log();

    for (const char *at = log; *at; at++)
        assert_true(*at == '\n' || isprint((unsigned char)*at));
    assert_null(strstr(log, "\nFORGED"));
    free(log);
}

/* It ends as it would if somebody heard the answer: with a line, and with the
 * end of its wait. */
static void a_client_that_leaves_in_its_body_has_a_line(void **state)
{
    struct raw raw;
    char line[1024];
    char threads[64];

    (void)state;
    system_start(NULL);
    gate_open(&system_gate, &system_server);
    system_ask(&raw, "POST /todos HTTP/1.1\r\n"
                     "Host: localhost\r\n"
                     "Content-Type: application/json\r\n"
                     "Content-Length: 20\r\n"
                     "\r\n"
                     "{\"title\":");
    gate_await_waiting(&system_gate, "client.body", 1);
    raw_reset(&raw);
    await_line_with("POST");
    system_gate.label = "client.body";
    assert_int_equal(gate_marks(&system_gate, "go", threads, sizeof threads),
                     1);
    gate_release(&system_gate);

    char *log = whole_log();

    only_line_with(log, "POST", line, sizeof line);
    free(log);
    assert_true(has_word(line, "/todos"));
    assert_true(has_word(line, "400"));
}

static void level_error_keeps_requests_out_of_the_log(void **state)
{
    static const char *const args[] = {"--log-level", "error", NULL};

    (void)state;
    system_start(args);
    talk_still_serves(system_server.port);

    char *log = whole_log();

    assert_null(strstr(log, "/healthz"));
    free(log);
}

int system_log(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_request_is_one_line_with_all_that_matters),
        SYSTEM_CASE(every_request_on_a_connection_has_its_own_line_and_id),
        SYSTEM_CASE(a_problem_tells_the_request_id_of_its_line),
        SYSTEM_CASE(neither_bodies_nor_credentials_are_logged),
        SYSTEM_CASE(no_client_can_forge_a_line),
        SYSTEM_CASE(a_client_that_leaves_in_its_body_has_a_line),
        SYSTEM_CASE(level_error_keeps_requests_out_of_the_log),
    };

    return GROUP("log", cases, NULL, NULL);
}
