/*
 * tests/hostile/chunks.c - bodies in chunks, to their last byte and beyond.
 * Threads: one.   Blocks: on the server of the group.
 *
 * The shapes of framing.c have broken chunks among them. Here it is the end of
 * the body, and the place where the bytes are cut, that a server may mistake.
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "requests.h"
#include "tests/cmocka_all.h"

/* What looks alike and is right: both requests are answered. */
static void a_chunked_body_ends_where_it_says(void **state)
{
    static const char request[] = POST CHUNKED END
        "00014\r\n" BODY "\r\n"
        "0000\r\n\r\n" HIDDEN
        "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    struct raw raw;
    int statuses[3];

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, request));
    assert_int_equal(talk_read_all(&raw, statuses, 3), 3);
    assert_int_equal(statuses[0], 201);
    assert_int_equal(statuses[1], 404);
    assert_int_equal(statuses[2], 200);
    raw_close(&raw);
}

/* The line end behind the last chunk is no line end, and nothing follows. */
static void chunks_that_end_by_a_bare_lf_store_nothing(void **state)
{
    struct raw raw;
    struct raw_answer answer;
    int stored = talk_count(hostile_server.port, "smuggled");

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, POST CHUNKED END CHUNK "0\r\n\n"));
    assert_true(raw_read_answer(&raw, &answer, false));
    assert_int_equal(answer.status, 400);
    assert_true(raw_read_eof(&raw));
    raw_answer_release(&answer);
    raw_close(&raw);
    assert_int_equal(talk_count(hostile_server.port, "smuggled"), stored);
}

/* Trailer fields may follow the last chunk (RFC 9112 section 7.1.2). Here they
 * are refused, and so is what only looks like them. */
static void what_follows_the_last_chunk_is_refused(void **state)
{
    static const char *const tails[] = {"0\r\nX-Sum: 5\r\n\r\n",
                                        "0\r\nX\r\n\r\n", "0\r\n\n",
                                        "0\r\nX\r0\r\n\r\n", "0\r\n0\r\n\r\n"};
    int stored = talk_count(hostile_server.port, "smuggled");

    (void)state;
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++) {
        struct raw raw;
        int status = 0;

        hostile_open(&raw);
        assert_true(raw_send_text(&raw, POST CHUNKED END CHUNK));
        assert_true(raw_send_text(&raw, tails[i]));
        (void)raw_send_text(&raw, HIDDEN);
        assert_int_equal(talk_read_all(&raw, &status, 1), 1);
        assert_int_equal(status, 400);
        raw_close(&raw);
    }
    assert_int_equal(talk_count(hostile_server.port, "smuggled"), stored);
}

/* A size is known before its chunk comes; nobody waits for that. */
static void a_chunk_too_large_is_refused_when_announced(void **state)
{
    static const char *const sizes[] = {"10001\r\n", CHUNK "FFED\r\n",
                                        "7fffffffffffffff\r\n"};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct raw raw;
        int status = 0;

        hostile_open(&raw);
        assert_true(raw_send_text(&raw, POST CHUNKED END));
        assert_true(raw_send_text(&raw, sizes[i]));
        assert_int_equal(talk_read_all(&raw, &status, 1), 1);
        assert_int_equal(status, 413);
        raw_close(&raw);
    }
}

/* Sends a POST of known length, and when that is answered, one in chunks: its
 * head and the body up to the cut at once, and the rest when the server has
 * begun to answer, be it by 100 or by a refusal. Gives the status. */
static int status_when_cut(struct raw *raw, const char *body, size_t cut)
{
    static const char head[] = POST "Expect: 100-continue\r\n" CHUNKED END;
    char first[512];
    struct raw_answer answer;
    int status;

    (void)snprintf(first, sizeof first, "%s%.*s", head, (int)cut, body);
    hostile_open(raw);
    talk_send(raw, POST "Content-Length: 17\r\n" END "{\"title\":\"plain\"}");
    (void)raw_read_answer(raw, &answer, false);
    talk_expect(answer.status, 201);
    raw_answer_release(&answer);
    talk_send(raw, first);
    assert_true(raw_readable(raw, RAW_TIMEOUT_MS));
    (void)raw_send_text(raw, body + cut);
    (void)raw_read_answer(raw, &answer, false);
    status = answer.status;
    raw_answer_release(&answer);
    return status;
}

/* A part of the body comes with the head; a server may have it in another place
 * than the rest. */
static void bad_chunks_are_refused_wherever_they_are_cut(void **state)
{
    static const char *const bodies[] = {
        "14;a\r\n" BODY "\r\n" LAST, "1\r4\r\n" BODY "\r\n" LAST,
        CHUNK "0;a\r\n\r\n", CHUNK "0\r\nX: 1\r\n\r\n"};
    int stored = talk_count(hostile_server.port, "smuggled");

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        for (size_t cut = 0; cut <= strlen(bodies[i]); cut++) {
            struct raw raw;

            assert_int_equal(status_when_cut(&raw, bodies[i], cut), 400);
            assert_true(raw_read_eof(&raw));
            raw_close(&raw);
        }
    }
    assert_int_equal(talk_count(hostile_server.port, "smuggled"), stored);
}

static void good_chunks_are_taken_wherever_they_are_cut(void **state)
{
    static const char body[] =
        "1\r\n{\r\n0e\r\n\"title\":\"taken\r\n2\r\n\"}\r\n000\r\n\r\n";

    (void)state;
    for (size_t cut = 0; cut < sizeof body; cut++) {
        struct raw raw;
        int status = 0;

        assert_int_equal(status_when_cut(&raw, body, cut), 201);
        assert_true(raw_send_text(&raw, GET HOST "Connection: close\r\n" END));
        assert_int_equal(talk_read_all(&raw, &status, 1), 1);
        assert_int_equal(status, 200);
        raw_close(&raw);
    }
}

int hostile_chunks(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_chunked_body_ends_where_it_says),
        HOSTILE_CASE(chunks_that_end_by_a_bare_lf_store_nothing),
        HOSTILE_CASE(what_follows_the_last_chunk_is_refused),
        HOSTILE_CASE(a_chunk_too_large_is_refused_when_announced),
        HOSTILE_CASE(bad_chunks_are_refused_wherever_they_are_cut),
        HOSTILE_CASE(good_chunks_are_taken_wherever_they_are_cut),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("chunks", cases, hostile_setup);
}
