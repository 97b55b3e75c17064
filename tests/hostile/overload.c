/*
 * tests/hostile/overload.c - clients that take more than the server has: its
 * write buffers, its connections, its threads, its queue to the database.
 * Threads: one.   Blocks: on the server of the group.
 */
#include <stddef.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"
#include "tests/support/hold.h"
#include "tests/support/patience.h"

/*
 * A client that never reads
 */

static int setup_with_a_write_deadline(void **state)
{
    static const char *const args[] = {"--write-timeout", "10", NULL};

    (void)state;
    hostile_start(args, args);
    talk_fill_list(hostile_server.port);
    return 0;
}

static void a_client_that_never_reads_is_cut_in_the_end(void **state)
{
    enum { LISTS = 200 };
    struct raw raw;
    char request[TALK_MAX];

    (void)state;
    talk_write_get(request, "/todos?limit=1000");
    raw_open_small_segments(&raw, "127.0.0.1", hostile_server.port, 4096);
    for (int i = 0; i < LISTS; i++)
        (void)raw_send_some(&raw, request, strlen(request));
    assert_true(raw_readable(&raw, RAW_TIMEOUT_MS));
    talk_still_serves(hostile_server.port);
    talk_until_cut(&hostile_server, &raw);
    raw_close(&raw);
}

static int write_deadline(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_client_that_never_reads_is_cut_in_the_end),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("clients that never read", cases,
                         setup_with_a_write_deadline);
}

/*
 * Writes that wait for a held database
 */

enum { WRITERS = 10 };

struct writers {
    struct raw raw[WRITERS];
    int status[WRITERS]; /* 0 while there is no answer */
    size_t count;
};

static void writers_ask(struct writers *writers, size_t count,
                        const char *title)
{
    char request[TALK_MAX];

    *writers = (struct writers){.count = count};
    talk_write_post(request, title);
    for (size_t i = 0; i < count; i++)
        hostile_settle(&writers->raw[i]);
    for (size_t i = 0; i < count; i++)
        assert_true(raw_send_text(&writers->raw[i], request));
}

/* Reads the answer of one writer; a 503 must say when to come again. */
static void writer_hears(struct writers *writers, size_t i)
{
    struct raw_answer answer;
    char value[8];

    assert_true(raw_read_answer(&writers->raw[i], &answer, false));
    writers->status[i] = answer.status;
    if (answer.status == 503)
        assert_true(
            raw_answer_field(&answer, "Retry-After", value, sizeof value));
    raw_answer_release(&answer);
}

/* Waits until at least `least` writers have an answer; all must be 503. */
static void writers_are_refused(struct writers *writers, size_t least)
{
    long long deadline = now_ms() + PATIENCE_MS;
    size_t refused = 0;

    while (refused < least) {
        for (size_t i = 0; i < writers->count; i++)
            if (!writers->status[i] && raw_readable(&writers->raw[i], 0)) {
                writer_hears(writers, i);
                assert_int_equal(writers->status[i], 503);
                refused++;
            }
        if (now_ms() > deadline)
            fail_msg("only %zu of %zu writers were refused", refused, least);
        a_moment();
    }
}

/* The database is free: reads all answers that are left, and gives how many
 * writes were stored. */
static int writers_are_answered(struct writers *writers)
{
    int stored = 0;

    for (size_t i = 0; i < writers->count; i++) {
        if (!writers->status[i])
            writer_hears(writers, i);
        if (writers->status[i] == 201)
            stored++;
        else
            assert_int_equal(writers->status[i], 503);
        raw_close(&writers->raw[i]);
    }
    return stored;
}

static int setup_a_short_queue(void **state)
{
    static const char *const args[] = {"--store-queue", "1", NULL};

    (void)state;
    hostile_start(NULL, args);
    return 0;
}

/* One write is with the writer thread, one in the queue, and the others hear
 * so. When they come before the thread has taken the first, one more does. */
static void writes_beyond_a_full_queue_hear_503_at_once(void **state)
{
    struct hold hold;
    struct writers writers;

    (void)state;
    hold_begin(&hold, hostile_server.db);
    writers_ask(&writers, WRITERS, "queued");
    writers_are_refused(&writers, WRITERS - 2);
    hold_end(&hold);
    int stored = writers_are_answered(&writers);

    assert_in_range(stored, 1, 2);
    assert_int_equal(talk_count(hostile_server.port, "queued"), stored);
}

static int store_queue(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(writes_beyond_a_full_queue_hear_503_at_once),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("a full store queue", cases, setup_a_short_queue);
}

static int setup_four_threads(void **state)
{
    static const char *const args[] = {"--threads", "4", NULL};

    (void)state;
    hostile_start(args, NULL);
    return 0;
}

/* Four writes hold four threads; another client hears so before they end. */
static void a_client_beyond_waiting_threads_hears_503_at_once(void **state)
{
    struct hold hold;
    struct writers writers;
    struct raw_answer answer;
    char value[8];

    (void)state;
    hold_begin(&hold, hostile_server.db);
    writers_ask(&writers, 4, "threaded");
    assert_int_equal(talk_get(hostile_server.port, "/healthz", &answer), 503);
    assert_true(raw_answer_field(&answer, "Retry-After", value, sizeof value));
    raw_answer_release(&answer);
    for (size_t i = 0; i < writers.count; i++)
        assert_false(raw_readable(&writers.raw[i], 0));
    hold_end(&hold);
    assert_int_equal(writers_are_answered(&writers), 4);
    assert_int_equal(talk_count(hostile_server.port, "threaded"), 4);
}

static int threads(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_client_beyond_waiting_threads_hears_503_at_once),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("all threads wait", cases, setup_four_threads);
}

/*
 * The connection cap
 */

static int setup_eight_connections(void **state)
{
    static const char *const args[] = {"--max-connections", "8", NULL};

    (void)state;
    hostile_start(NULL, args);
    return 0;
}

/* Asks on a new connection that stays open, and gives the status; 503 also for
 * a connection that ended without an answer. */
static int ask_and_stay(struct raw *raw)
{
    struct raw_answer answer;
    char request[TALK_MAX];

    talk_write_get(request, "/healthz");
    hostile_open(raw);
    (void)raw_send_text(raw, request); /* it may have ended by now */
    (void)raw_read_answer(raw, &answer, false);
    int status = answer.status;

    raw_answer_release(&answer);
    return status == 0 && (raw->eof || raw->reset) ? 503 : status;
}

static void connections_beyond_the_cap_are_refused_until_one_ends(void **state)
{
    enum { CAP = 8, BEYOND = 20 };
    struct raw within[CAP];
    struct raw beyond[BEYOND];
    long long deadline = now_ms() + PATIENCE_MS;

    (void)state;
    for (int i = 0; i < CAP; i++)
        assert_int_equal(ask_and_stay(&within[i]), 200);
    for (int i = 0; i < BEYOND; i++)
        assert_int_equal(ask_and_stay(&beyond[i]), 503);
    for (int i = 0; i < CAP; i++)
        assert_false(raw_readable(&within[i], 0));
    for (int i = 0; i < BEYOND; i++)
        raw_close(&beyond[i]);
    raw_close(&within[0]);
    /* The server may see the ends later than it sees the next client. */
    while (talk_get(hostile_server.port, "/healthz", NULL) != 200)
        assert_true(now_ms() < deadline);
    for (int i = 1; i < CAP; i++)
        raw_close(&within[i]);
}

static int connection_cap(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(connections_beyond_the_cap_are_refused_until_one_ends),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("the connection cap", cases, setup_eight_connections);
}

int hostile_overload(void)
{
    if (hostile_is_sync())
        return write_deadline() + threads();
    return write_deadline() + store_queue() + connection_cap();
}
