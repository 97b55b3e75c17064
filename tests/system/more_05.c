/*
 * tests/system/more_05.c - the log says of an answer that could not be written
 * that its client was gone.
 * Threads: one.   Blocks: on the server of the case, until it has ended: then
 *                 every line is written.
 *
 * The servers here write the line before the answer: ./learn more 05 asks for
 * more.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

enum {
    PAGES = 20,          /* more than a socket takes (tcp_wmem, tcp(7)) */
    ANSWERS = 1 + PAGES, /* with the one that was asked for before */
    TODOS = 4            /* of which each client deletes one */
};

static const char page[] = "/todos?limit=1000";
static const char page_line[] = " GET /todos "; /* in the log */

/* The statuses of the lines that have this request, in order; gives how many
 * lines there are. */
static int statuses_of(const char *log, const char *request, int *statuses,
                       int max)
{
    static const char label[] = "request: "; /* the id and the status follow */
    char line[1024];
    int count = 0;

    for (; *log; log += strspn(log, "\n")) {
        size_t len = strcspn(log, "\n");
        const char *id;

        (void)snprintf(line, sizeof line, "%.*s ", (int)len, log);
        log += len;
        id = strstr(line, label);
        if (!id || !strstr(id, request))
            continue;
        id += strlen(label);
        if (count < max)
            statuses[count] = (int)strtol(id + strcspn(id, " "), NULL, 10);
        count++;
    }
    return count;
}

/* Ends the server and gives its log: free with free(3). */
static char *whole_log(void)
{
    gate_release(&system_gate);
    server_stop(&system_server);
    return server_log(&system_server);
}

/* How a client waits for its answer. */
enum client { ENDS_AND_LEAVES, LEAVES, ENDS, STAYS };

static void delete_one(struct raw *raw, enum client client)
{
    char request[TALK_MAX];

    (void)snprintf(request, sizeof request,
                   "DELETE /todos/%d HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "\r\n",
                   (int)client + 1);
    system_ask(raw, request);
    gate_await_waiting(&system_gate, "keeper.write", (int)client + 1);
    if (client == ENDS_AND_LEAVES || client == ENDS)
        raw_half_close(raw);
}

static void expect_logged(const char *log, enum client client, int expected)
{
    char request[64];
    int status;

    (void)snprintf(request, sizeof request, " DELETE /todos/%d ",
                   (int)client + 1);
    assert_int_equal(statuses_of(log, request, &status, 1), 1);
    if (status != expected)
        fail_msg("the log has %d for%sby a client that %s; %d was expected",
                 status, request,
                 expected == 499 ? "had left when its answer came"
                                 : "got its answer",
                 expected);
}

/* The server has seen each end, and no client resets before that. */
static void only_what_could_not_be_written_is_logged_as_499(void **state)
{
    struct raw raws[TODOS];

    (void)state;
    system_start(NULL);
    for (int i = 0; i < TODOS; i++)
        (void)talk_create(system_server.port, "to be deleted");
    system_hold_at("store.commit");
    for (int i = 0; i < TODOS; i++)
        delete_one(&raws[i], (enum client)i);
    system_look_around();
    raw_reset(&raws[ENDS_AND_LEAVES]);
    raw_reset(&raws[LEAVES]);
    system_look_around();
    gate_release(&system_gate);
    talk_expect(system_hear(&raws[ENDS]), 204);
    talk_expect(system_hear(&raws[STAYS]), 204);
    free(system_await_logged(" DELETE /todos/1\n", false));
    free(system_await_logged(" DELETE /todos/2\n", false));

    char *log = whole_log();

    expect_logged(log, ENDS_AND_LEAVES, 499);
    expect_logged(log, LEAVES, 499);
    expect_logged(log, ENDS, 204);
    expect_logged(log, STAYS, 204);
    free(log);
}

/* Returns when a part of an answer of this length is on its way, and no more of
 * it comes: the kernel has no room. */
static void await_part(const struct raw *raw, size_t len)
{
    long long deadline = now_ms() + PATIENCE_MS;
    size_t now = 0, before;

    do {
        if (now_ms() > deadline)
            fail_msg("no part of the answer stays in the kernel");
        before = now;
        system_look_around();
        now = system_on_the_way(raw);
    } while (now != before || now % len == 0);
}

/* Asks for one page many times, and ends its side. Returns when an answer waits
 * for the client. */
static void ask_for_pages(struct raw *raw)
{
    char request[TALK_MAX];
    struct raw_answer answer;
    size_t len;

    system_start(NULL);
    talk_fill_list(system_server.port);
    talk_write_get(request, page);
    talk_expect(talk(system_server.port, request, &answer), 200);
    len = strlen(answer.head) + answer.body_len;
    raw_answer_release(&answer);
    raw_open_small_segments(raw, "127.0.0.1", system_server.port, 4096);
    for (int i = 0; i < PAGES; i++)
        talk_send(raw, request);
    raw_half_close(raw);
    await_part(raw, len);
}

static void an_answer_that_is_taken_late_is_logged_as_it_is(void **state)
{
    struct raw raw;
    struct raw_answer answer;
    int statuses[ANSWERS];

    (void)state;
    ask_for_pages(&raw);
    for (int i = 0; i < PAGES; i++) {
        (void)raw_read_answer(&raw, &answer, false);
        talk_expect(answer.status, 200);
        raw_answer_release(&answer);
    }
    raw_close(&raw);

    char *log = whole_log();

    assert_int_equal(statuses_of(log, page_line, statuses, ANSWERS), ANSWERS);
    free(log);
    for (int i = 0; i < ANSWERS; i++)
        if (statuses[i] != 200)
            fail_msg("the client got answer %d, and the log has %d", i,
                     statuses[i]);
}

/* What the kernel has taken by then was written. */
static void an_answer_that_is_cut_midway_is_logged_as_499(void **state)
{
    struct raw raw;
    int statuses[ANSWERS], count;

    (void)state;
    ask_for_pages(&raw);
    raw_reset(&raw);

    char *log = whole_log();

    count = statuses_of(log, page_line, statuses, ANSWERS);
    free(log);
    assert_in_range(count, 2, PAGES);
    for (int i = 0; i < count - 1; i++)
        if (statuses[i] != 200)
            fail_msg("answer %d had been written, and the log has %d", i,
                     statuses[i]);
    if (statuses[count - 1] != 499)
        fail_msg("the client left in the middle of an answer, and the log has "
                 "%d",
                 statuses[count - 1]);
}

int system_more_05(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(only_what_could_not_be_written_is_logged_as_499),
        SYSTEM_CASE(an_answer_that_is_taken_late_is_logged_as_it_is),
        SYSTEM_CASE(an_answer_that_is_cut_midway_is_logged_as_499),
    };

    return GROUP("one step further: 05", cases, NULL, NULL);
}
