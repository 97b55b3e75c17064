/*
 * tests/system/followers.c - many event streams at once, and those among them
 * that behave badly: the others must not notice.
 * Threads: one.   Blocks: on the servers of the case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

enum {
    FOLLOWERS = 20,
    EACH = 100,      /* writes to each of the two servers */
    STEP = 250,      /* changes of 1 KB between two looks */
    SOME = 400,      /* twice so many, and they are still fewer than are kept */
    LONG = 48000,    /* 48 MB of changes */
    LONG_KIB = 16384 /* what a server may grow by meanwhile */
};

static struct stream streams[FOLLOWERS];
static struct raw writers[2];

static int release(void **state)
{
    for (int i = 0; i < FOLLOWERS; i++)
        stream_close(&streams[i]);
    for (int i = 0; i < 2; i++)
        raw_close(&writers[i]);
    return system_release(state);
}

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < FOLLOWERS; i++)
        streams[i].raw.fd = -1;
    for (int i = 0; i < 2; i++)
        writers[i].fd = -1;
    return 0;
}

#define FOLLOWERS_CASE(function)                                               \
    cmocka_unit_test_setup_teardown(function, setup, release)

/*
 * Two servers
 */

/* Asks for EACH writes without reading an answer. */
static void ask_for_many(struct raw *raw, int port, int first)
{
    raw_open(raw, "127.0.0.1", port);
    for (int i = 0; i < EACH; i++) {
        char title[32];
        char request[TALK_MAX];

        (void)snprintf(title, sizeof title, "number %d", first + i);
        talk_write_post(request, title);
        assert_true(raw_send_text(raw, request));
    }
}

/* Reads all the writes from a stream: each once, numbers one by one. `order`
 * keeps in which order; the second stream must tell the same one. */
static void expect_all(struct stream *stream, long order[2 * EACH], bool first)
{
    bool told[2 * EACH] = {false};

    for (int i = 0; i < 2 * EACH; i++) {
        struct stream_event event;
        const char *title;
        long number;

        if (!stream_event(stream, &event))
            fail_msg("the stream ended before it told change %d", i + 1);
        if (event.id != i + 1)
            fail_msg("change %lld was told where change %d was due",
                     (long long)event.id, i + 1);
        assert_string_equal(event.name, "created");
        title = strstr(event.data, "\"title\":\"number ");
        assert_non_null(title);
        number = strtol(title + strlen("\"title\":\"number "), NULL, 10);
        assert_in_range(number, 0, 2 * EACH - 1);
        assert_false(told[number]);
        told[number] = true;
        if (first)
            order[i] = number;
        assert_int_equal(order[i], number);
    }
}

/* So many changes are there, and each server looks for those of the other. */
static void await_written(long long count)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (changes_newest() < count) {
        if (now_ms() > deadline)
            fail_msg("of %lld changes %lld were written", count,
                     changes_newest());
        a_moment();
    }
    changes_let_look(&system_server);
    changes_let_look(&system_second);
}

/* The last thing each stream tells is the last that was written. */
static void all_followers_of_both_servers_are_told_all_once(void **state)
{
    long order[2 * EACH] = {0};

    (void)state;
    system_start(NULL);
    server_start_on(&system_second, system_other, system_server.db, NULL);
    server_stop_clock(&system_second);
    for (int i = 0; i < FOLLOWERS; i++)
        assert_int_equal(
            stream_open_events(&streams[i],
                               i % 2 ? system_second.port : system_server.port,
                               -1),
            200);
    ask_for_many(&writers[0], system_server.port, 0);
    ask_for_many(&writers[1], system_second.port, EACH);
    await_written(2 * EACH);
    for (int i = 0; i < FOLLOWERS; i++)
        expect_all(&streams[i], order, i == 0);
    (void)talk_create(system_second.port, "the last");
    changes_let_look(&system_server);
    for (int i = 0; i < FOLLOWERS; i++)
        assert_int_equal(changes_read_created(&streams[i], "the last"),
                         2 * EACH + 1);
}

/*
 * Those who do not read
 */

/* Three may subscribe: when a fourth is let in, one of them was let go. On the
 * one side by what it has not read, on the other by the write timeout, which
 * passes when the test says so. */
static void start_for_three(void)
{
    static const char *const sync[] = {
        "--threads", "8", "--max-streams", "3", "--write-timeout", "10", NULL};
    static const char *const async[] = {"--max-streams", "3", NULL};

    system_start(system_is_sync() ? sync : async);
}

/* Subscribes, if the server lets it. */
static bool can_follow(struct stream *stream, long long last_id)
{
    int status = stream_open_events(stream, system_server.port, last_id);

    if (status != 200) {
        assert_int_equal(status, 503);
        stream_close(stream);
    }
    return status == 200;
}

/* The first two read on, the third never does. */
static void follow_and_let_one_sleep(void)
{
    start_for_three();
    changes_follow(&streams[0], -1);
    changes_follow(&streams[1], -1);
    changes_follow_blindly(&streams[2], 0);
    changes_await_subscribers(3);
}

/* Makes changes of 1 KB, which the first two read, up to this number. */
static long long read_up_to(long long last, long long newest)
{
    while (last < newest) {
        changes_make(STEP - 1);
        (void)talk_create(system_server.port, "rings"); /* else it looks at
                                                           the log by and by */
        (void)changes_read(&streams[0], last, STEP);
        last = changes_read(&streams[1], last, STEP);
    }
    return last;
}

/* One change more, and the first two read it. */
static long long read_one_more(long long last)
{
    (void)talk_create(system_server.port, "one more");
    (void)changes_read(&streams[0], last, 1);
    return changes_read(&streams[1], last, 1);
}

/* Subscribes behind this change, as soon as there is a place. Some changes more
 * come meanwhile, and wake those who stand; not so many that the log is cut. */
static long long wait_for_a_place(struct stream *stream, long long last,
                                  long long last_id)
{
    long long deadline = now_ms() + PATIENCE_MS;

    for (int more = 0; !can_follow(stream, last_id); more++) {
        if (now_ms() > deadline)
            fail_msg("a client that never reads is not let go");
        if (more < SOME)
            last = read_one_more(last);
        a_moment();
    }
    return last;
}

/* The changes so far are more than the kernel keeps for the sleeper: so its
 * thread stands, and the time of its write passes. The others wait for more,
 * and nothing of theirs does. On the other side it was let go before. */
static void let_the_sleeper_be_late(void)
{
    if (!system_is_sync())
        return;
    gate_open(&system_gate, &system_server);
    gate_await_waiting(&system_gate, "feed.event", 2);
    gate_await_waiting(&system_gate, "client.send", 1);
    server_pass_time(&system_server, 11);
}

static void who_never_reads_is_let_go_and_can_resume(void **state)
{
    struct stream_event event;
    long long got = 0;

    (void)state;
    follow_and_let_one_sleep();
    long long last = read_up_to(0, CHANGES_TOO_MANY);

    let_the_sleeper_be_late();
    last = wait_for_a_place(&streams[3], last, -1);

    /* What it was told before is right, and then it was cut off. */
    stream_close(&streams[3]);
    while (stream_event(&streams[2], &event)) {
        if (event.id != got + 1)
            fail_msg("the one that sleeps was told change %lld behind %lld",
                     (long long)event.id, got);
        got = event.id;
    }
    assert_int_equal(streams[2].end, STREAM_CUT);
    if (got >= last)
        fail_msg("the one that sleeps was told all, though it never read");
    last = wait_for_a_place(&streams[3], last, got);
    (void)changes_read(&streams[3], got, (int)(last - got));
}

static void a_sleeping_subscriber_costs_no_memory(void **state)
{
    (void)state;
    follow_and_let_one_sleep();
    long long last = read_up_to(0, CHANGES_TOO_MANY);
    long before = changes_resident_kib();

    last = read_up_to(last, LONG);
    changes_expect_grown(before, LONG_KIB);
    let_the_sleeper_be_late();
    (void)wait_for_a_place(&streams[3], last, -1);
}

/*
 * Those who leave, and those who do odd things
 */

static void others_go_on_when_some_leave(void **state)
{
    long long last = 0;

    (void)state;
    system_start(NULL);
    for (int i = 0; i < FOLLOWERS; i++)
        changes_follow(&streams[i], -1);
    for (int i = 2; i < FOLLOWERS; i++) {
        if (i % 2)
            raw_reset(&streams[i].raw);
        stream_close(&streams[i]);
        last = read_one_more(last);
    }
}

/* A subscriber has nothing more to send, so its end can only mean that it
 * leaves. */
static void a_subscriber_that_ends_its_side_has_left(void **state)
{
    static const char *const args[] = {"--heartbeat", "3600", NULL};

    (void)state;
    system_start(args);
    changes_follow(&streams[0], -1);
    changes_follow(&streams[1], -1);
    (void)talk_create(system_server.port, "both are told");
    for (int i = 0; i < 2; i++)
        (void)changes_read_created(&streams[i], "both are told");
    raw_half_close(&streams[0].raw);
    talk_until_late(&system_server, &streams[0].raw);
    assert_true(raw_read_eof(&streams[0].raw));
    (void)talk_create(system_server.port, "news");
    (void)changes_read_created(&streams[1], "news");
}

static void what_a_subscriber_sends_meanwhile_is_dropped(void **state)
{
    char request[TALK_MAX];

    (void)state;
    system_start(NULL);
    changes_follow(&streams[0], -1);
    talk_write_post(request, "never asked for");
    for (int i = 0; i < 5; i++) {
        (void)raw_send_some(&streams[0].raw, request, strlen(request));
        (void)raw_send_some(&streams[0].raw, "\0\r\n\r\n garbage", 13);
        (void)talk_create(system_server.port, "news");
        (void)changes_read_created(&streams[0], "news");
    }
    assert_int_equal(talk_count(system_server.port, "never"), 0);
}

/*
 * The log kept
 */

enum { KEPT = 10000, CUT = 5 };

static void ten_thousand_changes_can_be_resumed_and_not_one_more(void **state)
{
    struct stream_event event;
    char newest[64];

    (void)state;
    system_start(NULL);
    changes_make(KEPT + CUT - 1);
    (void)talk_create(system_server.port, "cuts the log");
    assert_int_equal(changes_newest(), KEPT + CUT);

    changes_follow(&streams[0], CUT);
    assert_int_equal(changes_read(&streams[0], CUT, KEPT), KEPT + CUT);
    changes_follow(&streams[1], CUT - 1);
    (void)snprintf(newest, sizeof newest, "{\"id\":%d}", KEPT + CUT);
    assert_true(stream_event(&streams[1], &event));
    assert_string_equal(event.name, "reset");
    assert_string_equal(event.data, newest);
    (void)talk_create(system_server.port, "goes on");
    for (int i = 0; i < 2; i++)
        assert_int_equal(changes_read_created(&streams[i], "goes on"),
                         KEPT + CUT + 1);
}

/* A stream that is slow to resume is overtaken by the end of the log: what it
 * misses is not hidden from it. */
static void a_gap_that_opens_meanwhile_is_told_by_a_reset(void **state)
{
    static const char *const args[] = {"--write-timeout", "3600", NULL};
    struct stream_event event;
    long long last = 0;
    long long newest;
    int resets = 0;

    (void)state;
    system_start(args);
    changes_make(KEPT - 1);
    changes_follow_blindly(&streams[0], 0);
    assert_true(raw_readable(&streams[0].raw, RAW_TIMEOUT_MS));
    changes_make(KEPT);
    (void)talk_create(system_server.port, "cuts the log");
    newest = changes_newest();
    while (last < newest) {
        assert_true(stream_event(&streams[0], &event));
        if (strcmp(event.name, "reset") == 0) {
            resets++;
            assert_true(event.id > last);
        } else {
            assert_int_equal(event.id, last + 1);
        }
        last = event.id;
    }
    assert_int_equal(resets, 1);
}

int system_followers(void)
{
    const struct CMUnitTest cases[] = {
        FOLLOWERS_CASE(all_followers_of_both_servers_are_told_all_once),
        FOLLOWERS_CASE(who_never_reads_is_let_go_and_can_resume),
        FOLLOWERS_CASE(a_sleeping_subscriber_costs_no_memory),
        FOLLOWERS_CASE(others_go_on_when_some_leave),
        FOLLOWERS_CASE(a_subscriber_that_ends_its_side_has_left),
        FOLLOWERS_CASE(what_a_subscriber_sends_meanwhile_is_dropped),
        FOLLOWERS_CASE(a_gap_that_opens_meanwhile_is_told_by_a_reset),
        FOLLOWERS_CASE(ten_thousand_changes_can_be_resumed_and_not_one_more),
    };

    return GROUP("followers", cases, NULL, NULL);
}
