#include "talk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

void talk_write_get(char request[TALK_MAX], const char *path)
{
    (void)snprintf(request, TALK_MAX,
                   "GET %s HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "\r\n",
                   path);
}

void talk_write_post(char request[TALK_MAX], const char *title)
{
    (void)snprintf(request, TALK_MAX,
                   "POST /todos HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: %zu\r\n"
                   "\r\n"
                   "{\"title\":\"%s\"}",
                   strlen(title) + strlen("{\"title\":\"\"}"), title);
}

int talk(int port, const char *request, struct raw_answer *answer)
{
    struct raw raw;
    struct raw_answer own = {0};

    if (!answer)
        answer = &own;
    *answer = (struct raw_answer){0};
    if (!raw_try_open(&raw, "127.0.0.1", port))
        return 0;
    /* A server may answer before it read all, so a failed send is no end. */
    (void)raw_send_text(&raw, request);
    (void)raw_read_answer(&raw, answer, false);
    raw_close(&raw);

    int status = answer->status;

    raw_answer_release(&own);
    return status;
}

void talk_send(struct raw *raw, const char *text)
{
    if (!raw_send_text(raw, text))
        fail_msg("a request could not be sent: %s",
                 raw->reset ? "the server has ended the connection"
                            : "the server takes no more bytes");
}

int talk_patiently(int port, const char *request, struct raw_answer *answer)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int status;

    while ((status = talk(port, request, answer)) == 503 &&
           now_ms() < deadline) {
        if (answer)
            raw_answer_release(answer);
        a_moment();
    }
    return status;
}

int talk_get(int port, const char *path, struct raw_answer *answer)
{
    char request[TALK_MAX];

    talk_write_get(request, path);
    return talk(port, request, answer);
}

long long talk_id_of(const char *json)
{
    const char *id = strstr(json, "\"id\":");

    return id ? strtoll(id + strlen("\"id\":"), NULL, 10) : 0;
}

bool talk_has_title(const struct raw_answer *answer, const char *title)
{
    char member[TALK_TITLE_MAX + 16];

    (void)snprintf(member, sizeof member, "\"title\":\"%s\"", title);
    return answer->body && strstr(answer->body, member);
}

long long talk_create(int port, const char *title)
{
    char request[TALK_MAX];
    struct raw_answer answer;

    talk_write_post(request, title);
    talk_expect(talk_patiently(port, request, &answer), 201);
    talk_expect_title(&answer, title);
    long long id = talk_id_of(answer.body);

    raw_answer_release(&answer);
    assert_true(id >= 1);
    return id;
}

void talk_fill_list(int port)
{
    enum { LENGTH = 1000, AT_ONCE = 50 };
    struct raw raw;
    char title[TALK_TITLE_MAX];
    char request[TALK_MAX];

    memset(title, 'x', sizeof title - 1);
    title[sizeof title - 1] = '\0';
    talk_write_post(request, title);
    raw_open(&raw, "127.0.0.1", port);
    for (int i = 0; i < LENGTH; i += AT_ONCE) {
        struct raw_answer answer;

        for (int j = 0; j < AT_ONCE; j++)
            talk_send(&raw, request);
        for (int j = 0; j < AT_ONCE; j++) {
            (void)raw_read_answer(&raw, &answer, false);
            talk_expect(answer.status, 201);
            raw_answer_release(&answer);
        }
    }
    raw_close(&raw);
}

int talk_count(int port, const char *text)
{
    char path[TALK_MAX / 2];
    char request[TALK_MAX];
    struct raw_answer answer;
    int count = -1;

    (void)snprintf(path, sizeof path, "/todos?limit=1000&q=%s", text);
    talk_write_get(request, path);
    if (talk_patiently(port, request, &answer) == 200) {
        count = 0;
        for (const char *at = answer.body; (at = strstr(at, "\"id\":")); at++)
            count++;
    }
    raw_answer_release(&answer);
    return count;
}

void talk_expect_at(int status, int expected, const char *file, int line)
{
    if (status == expected)
        return;
    if (status == 0)
        print_error("ERROR: no answer came; %d was expected\n", expected);
    else
        print_error("ERROR: the answer was %d; %d was expected\n", status,
                    expected);
    _fail(file, line);
}

void talk_expect_title_at(const struct raw_answer *answer, const char *title,
                          const char *file, int line)
{
    if (talk_has_title(answer, title))
        return;
    print_error("ERROR: the answer has no todo with the title \"%s\": %.300s\n",
                title, answer->body ? answer->body : "no body");
    _fail(file, line);
}

void talk_expect_count_at(int port, const char *text, int expected,
                          const char *file, int line)
{
    int count = talk_count(port, text);

    if (count == expected)
        return;
    if (count < 0)
        print_error("ERROR: the list of todos was not answered 200\n");
    else
        print_error("ERROR: there are %d todos with \"%s\" in their title; %d "
                    "were expected\n",
                    count, text, expected);
    _fail(file, line);
}

size_t talk_read_all(struct raw *raw, int *statuses, size_t max)
{
    struct raw_answer answer;
    size_t count = 0;

    while (raw_read_answer(raw, &answer, false)) {
        if (count < max)
            statuses[count] = answer.status;
        count++;
        raw_answer_release(&answer);
    }
    raw_answer_release(&answer);
    if (!raw->eof && !raw->reset)
        fail_msg("the connection is still open after %zu answers", count);
    if (raw->len > 0)
        fail_msg("%zu stray bytes after %zu answers: %.200s", raw->len, count,
                 raw->buf);
    return count;
}

/* One more second passes, unless so many have that other deadlines may come. */
static void pass_a_second(struct server *server, int *passed)
{
    enum { MOST = 1800 };

    if ((*passed)++ < MOST)
        server_pass_time(server, 1);
    a_moment();
}

void talk_until_cut(struct server *server, struct raw *raw)
{
    long long deadline = now_ms() + PATIENCE_MS;

    for (int passed = 0; !raw->reset;) {
        if (now_ms() > deadline)
            fail_msg("a client that never reads was never cut");
        (void)raw_send_some(raw, "\r\n", 2);
        pass_a_second(server, &passed);
    }
}

void talk_until_late(struct server *server, struct raw *raw)
{
    long long deadline = now_ms() + PATIENCE_MS;

    for (int passed = 0; !raw_readable(raw, 0);) {
        if (now_ms() > deadline)
            fail_msg("time passes, and a client is never late");
        pass_a_second(server, &passed);
    }
}

bool talk_flood(struct raw *raw)
{
    enum { PIECE = 64 * 1024, PIECES = 1024 };
    static const char noise[PIECE];

    for (int i = 0; i < PIECES; i++)
        if (!raw_send(raw, noise, sizeof noise))
            break;
    return raw->reset;
}

void talk_still_serves(int port)
{
    struct raw_answer answer;
    char path[64];
    char request[TALK_MAX];

    talk_write_get(request, "/healthz");
    talk_expect(talk_patiently(port, request, NULL), 200);

    long long id = talk_create(port, "still here");

    (void)snprintf(path, sizeof path, "/todos/%lld", id);
    talk_write_get(request, path);
    talk_expect(talk_patiently(port, request, &answer), 200);
    talk_expect_title(&answer, "still here");
    assert_int_equal(talk_id_of(answer.body), id);
    raw_answer_release(&answer);
}
