/*
 * tests/system/late.c - clients that read late, and those that have left when
 * their answer comes.
 * Threads: one.   Blocks: on the server of the case.
 *
 * The probe `client.send` tells that an answer waits for its client. Each case
 * ends its server, which must find nothing left over.
 */
#include <signal.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

/* A list has about 100 KB, a page 400 KB, and so many of them are more than a
 * socket takes. */
enum { TODOS = 100, LISTS = 80, PAGES = 30, MANY = 50, FEW = 4 };

static const char upwards[] = "/todos";
static const char downwards[] = "/todos?sort=-id";
static const char page[] = "/todos?limit=1000";

static void make_a_long_list(void)
{
    static const char letter[] = "\xf0\x9f\x95\x90"; /* four bytes: U+1F550 */
    char title[800 + 1] = "";
    char request[TALK_MAX];

    for (char *to = title; to < title + 800;)
        to = stpcpy(to, letter);
    talk_write_post(request, title);
    for (int i = 0; i < TODOS; i++)
        talk_expect(talk(system_server.port, request, NULL), 201);
    gate_open(&system_gate, &system_server);
}

static void start_with_a_long_list(const char *const *args)
{
    system_start(args);
    make_a_long_list();
}

static void end_with_nothing_left_over(void)
{
    gate_release(&system_gate);
    server_stop(&system_server);
}

/* Asks for one list many times, and reads nothing. */
static void ask_for(struct raw *raw, const char *path, int times)
{
    char request[TALK_MAX];

    talk_write_get(request, path);
    raw_open_small_segments(raw, "127.0.0.1", system_server.port, 4096);
    for (int i = 0; i < times; i++)
        talk_send(raw, request);
}

static void ask_for_lists(struct raw *raw, const char *path)
{
    ask_for(raw, path, LISTS);
}

/* Each of the answers must be what a client hears that reads at once. */
static void hear(struct raw *raw, const char *path, int times)
{
    struct raw_answer now, late;

    talk_expect(talk_get(system_server.port, path, &now), 200);
    for (int i = 0; i < times; i++) {
        if (!raw_read_answer(raw, &late, false))
            fail_msg("answer %d did not come whole", i + 1);
        talk_expect(late.status, 200);
        if (late.body_len != now.body_len ||
            memcmp(late.body, now.body, now.body_len) != 0)
            fail_msg("answer %d is not what a client hears that reads at once",
                     i + 1);
        raw_answer_release(&late);
    }
    raw_answer_release(&now);
}

static void read_lists(struct raw *raw, const char *path)
{
    hear(raw, path, LISTS);
    raw_close(raw);
}

static void an_answer_that_is_read_late_is_whole(void **state)
{
    struct raw late;

    (void)state;
    start_with_a_long_list(NULL);
    ask_for_lists(&late, upwards);
    gate_await_waiting(&system_gate, "client.send", 1);
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    read_lists(&late, upwards);
    end_with_nothing_left_over();
}

/* Of such a page, far more than a read's worth is left when the kernel takes no
 * more. */
static void a_long_answer_that_is_read_late_is_whole(void **state)
{
    struct raw late;

    (void)state;
    system_start(NULL);
    talk_fill_list(system_server.port);
    gate_open(&system_gate, &system_server);
    ask_for(&late, page, PAGES);
    gate_await_waiting(&system_gate, "client.send", 1);
    hear(&late, page, PAGES);
    raw_close(&late);
    end_with_nothing_left_over();
}

/* Two of them read in the end, and the others leave. */
static void answers_that_are_read_late_are_not_mixed(void **state)
{
    enum { CLIENTS = 9 };
    struct raw one, others[CLIENTS];

    (void)state;
    start_with_a_long_list(NULL);
    ask_for_lists(&one, upwards);
    gate_await_waiting(&system_gate, "client.send", 1);
    for (int i = 0; i < CLIENTS; i++) {
        ask_for_lists(&others[i], downwards);
        gate_await_waiting(&system_gate, "client.send", i + 2);
    }
    read_lists(&one, upwards);
    read_lists(&others[0], downwards);
    for (int i = 1; i < CLIENTS; i++)
        raw_reset(&others[i]);
    end_with_nothing_left_over();
}

/* How many answers have been put aside for their clients: a thread puts none
 * aside. */
static int count_put_aside(void)
{
    char threads[256];

    system_gate.label = "client.send";
    return gate_marks(&system_gate, "park", threads, sizeof threads);
}

/* Asks on this connection until the server has taken a request while one and
 * the same answer was on its way. Gives how many it has asked. */
static int ask_behind_an_answer(struct raw *late)
{
    char request[TALK_MAX];
    int asked = 0, before;

    talk_write_get(request, "/readyz");
    do {
        gate_await_waiting(&system_gate, "client.send", 1);
        before = count_put_aside();
        talk_send(late, request);
        asked++;
        system_look_around();
        gate_await_waiting(&system_gate, "client.send", 1);
    } while (count_put_aside() != before);
    return asked;
}

static void a_request_behind_an_answer_under_way_is_answered(void **state)
{
    struct raw late;
    struct raw_answer answer;
    int asked;

    (void)state;
    start_with_a_long_list(NULL);
    ask_for_lists(&late, upwards);
    asked = ask_behind_an_answer(&late);
    hear(&late, upwards, LISTS);
    raw_half_close(&late); /* if it is idle, it ends now */
    for (int i = 0; i < asked; i++) {
        if (!raw_read_answer(&late, &answer, false))
            fail_msg("no answer came to a request that came behind an answer "
                     "under way");
        talk_expect(answer.status, 200);
        raw_answer_release(&answer);
    }
    raw_close(&late);
    end_with_nothing_left_over();
}

static void a_client_that_leaves_instead_of_reading_harms_nobody(void **state)
{
    struct raw leaves;

    (void)state;
    start_with_a_long_list(NULL);
    for (int by_reset = 0; by_reset < 2; by_reset++) {
        ask_for_lists(&leaves, upwards);
        gate_await_waiting(&system_gate, "client.send", 1);
        if (by_reset)
            raw_reset(&leaves);
        else
            raw_close(&leaves);
        talk_still_serves(system_server.port);
    }
    end_with_nothing_left_over();
}

/* The server reads no more from it, so it is a write that meets the reset; and
 * since the client has ended its side, it fails with EPIPE. */
static void
a_client_that_ends_its_side_and_leaves_an_answer_harms_nobody(void **state)
{
    struct raw leaves;

    (void)state;
    start_with_a_long_list(NULL);
    ask_for_lists(&leaves, upwards);
    gate_await_waiting(&system_gate, "client.send", 1);
    raw_half_close(&leaves);
    system_look_around();
    raw_reset(&leaves);
    talk_still_serves(system_server.port);
    end_with_nothing_left_over();
}

/* The deadline ends a write that is under way. */
static void a_client_that_never_reads_is_cut_and_harms_nobody(void **state)
{
    static const char *const args[] = {"--write-timeout", "10", NULL};
    struct raw never;

    (void)state;
    start_with_a_long_list(args);
    ask_for_lists(&never, upwards);
    gate_await_waiting(&system_gate, "client.send", 1);
    talk_until_cut(&system_server, &never);
    raw_close(&never);
    talk_still_serves(system_server.port);
    end_with_nothing_left_over();
}

/* It takes while the server stands still, and the deadline passes. */
static void a_client_that_took_in_time_gets_the_rest(void **state)
{
    static const char *const args[] = {"--write-timeout", "10", NULL};
    struct raw late;

    (void)state;
    start_with_a_long_list(args);
    ask_for_lists(&late, upwards);
    gate_await_waiting(&system_gate, "client.send", 1);
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    server_freeze(&system_server);
    while (raw_fill(&late, now_ms()) || system_kept_by_kernel(&late) > 0)
        assert_false(late.eof || late.reset);
    server_pass_time_frozen(&system_server, 11);
    server_thaw(&system_server);
    read_lists(&late, upwards);
    end_with_nothing_left_over();
}

/* Nobody hears when the writes of clients that left are done. A thread marks
 * its wait before it queues its write, so not even a later write comes behind
 * them. */
static void await_many(const char *title)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (talk_count(system_server.port, title) < MANY && now_ms() < deadline)
        a_moment();
    talk_expect_count(system_server.port, title, MANY);
}

/* A client that ends its side first and then the connection leaves the server a
 * socket on which the first write already fails with EPIPE. Between the two the
 * loop must have seen the end: only when it reads does it ask whether a client
 * leaves. An answer to somebody else shows that it has. */
static void answers_to_fifty_clients_that_left_harm_nobody(void **state)
{
    struct raw leaves[MANY];
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    gate_hold(&system_gate, &system_server, "store.commit");
    talk_write_post(request, "for nobody");
    for (int i = 0; i < MANY; i++)
        system_ask(&leaves[i], request);
    gate_await_waiting(&system_gate, "keeper.write", MANY);
    for (int i = 0; i < MANY; i++)
        raw_half_close(&leaves[i]);
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    for (int i = 0; i < MANY; i++)
        raw_reset(&leaves[i]);
    gate_release(&system_gate);
    talk_still_serves(system_server.port);
    await_many("nobody");
    end_with_nothing_left_over();
}

/* By FIN and by RST in turn; the last few in the middle of a request, which the
 * loop has read when somebody else is answered. */
static void leave_in_some_way(struct raw *leaves, int number)
{
    if (number >= MANY - FEW) {
        talk_send(leaves, "GET /healthz HTTP/1.1\r\nHost: ");
        talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    }
    if (number % 2)
        raw_reset(leaves);
    else
        raw_close(leaves);
}

static void clients_that_come_and_go_leave_nothing_behind(void **state)
{
    struct raw stays, leaves;
    struct raw_answer answer;
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    talk_write_get(request, "/healthz");
    for (int i = 0; i < MANY; i++) {
        system_ask(&leaves, request);
        (void)raw_read_answer(&leaves, &answer, false);
        talk_expect(answer.status, 200);
        raw_answer_release(&answer);
        leave_in_some_way(&leaves, i);
    }
    system_ask(&stays, request);
    (void)raw_read_answer(&stays, &answer, false);
    talk_expect(answer.status, 200);
    raw_answer_release(&answer);
    server_stop(&system_server);
    raw_close(&stays);
}

int system_late(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(an_answer_that_is_read_late_is_whole),
        SYSTEM_CASE(a_long_answer_that_is_read_late_is_whole),
        SYSTEM_CASE(answers_that_are_read_late_are_not_mixed),
        SYSTEM_CASE(a_request_behind_an_answer_under_way_is_answered),
        SYSTEM_CASE(a_client_that_leaves_instead_of_reading_harms_nobody),
        SYSTEM_CASE(
            a_client_that_ends_its_side_and_leaves_an_answer_harms_nobody),
        SYSTEM_CASE(a_client_that_never_reads_is_cut_and_harms_nobody),
        SYSTEM_CASE(a_client_that_took_in_time_gets_the_rest),
        SYSTEM_CASE(answers_to_fifty_clients_that_left_harm_nobody),
        SYSTEM_CASE(clients_that_come_and_go_leave_nothing_behind),
    };

    return GROUP("answers come late", cases, NULL, NULL);
}
