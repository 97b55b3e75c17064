#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/load/answer.h"
#include "tests/unit/unit.h"

/* Reads the text in pieces of so many bytes, each of which ends where it ends.
 */
static enum answer_state read_in(struct answer *answer, const char *text,
                                 size_t step)
{
    enum answer_state state = ANSWER_MORE;
    size_t len = strlen(text);

    answer_begin(answer);
    for (size_t at = 0; at < len && state == ANSWER_MORE; at += step) {
        size_t piece_len = len - at < step ? len - at : step;
        char *piece = unit_copy(text + at, piece_len);

        state = answer_read(answer, piece, piece_len);
        free(piece);
    }
    return state;
}

static enum answer_state state_of(const char *text)
{
    struct answer answer;

    return read_in(&answer, text, strlen(text));
}

/* What it is once the other side has closed behind it. */
static enum answer_state state_at_end(const char *text)
{
    struct answer answer;

    assert_int_equal(read_in(&answer, text, 1024), ANSWER_MORE);
    return answer_end(&answer);
}

static void an_answer_is_whole_at_its_last_byte(void **state)
{
    static const char *const whole[] = {
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5\r\nhello\r\n0\r\n\r\n",
        "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 204 No Content\r\n\r\n",
        "HTTP/1.1 304 Not Modified\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n"
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
    };
    static const int statuses[] = {200, 201, 503, 204, 304, 200};

    (void)state;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        for (size_t step = 1; step <= 64; step *= 2) {
            struct answer answer;

            assert_int_equal(read_in(&answer, whole[i], step), ANSWER_WHOLE);
            assert_int_equal(answer.status, statuses[i]);
            assert_true(answer.keeps);
        }
}

static void an_answer_may_end_its_connection(void **state)
{
    struct answer answer;

    (void)state;
    (void)read_in(&answer,
                  "HTTP/1.1 200 OK\r\nConnection: close\r\n"
                  "Content-Length: 0\r\n\r\n",
                  64);
    assert_true(answer.is_whole);
    assert_false(answer.keeps);

    assert_int_equal(read_in(&answer, "HTTP/1.1 200 OK\r\n\r\nhello", 64),
                     ANSWER_MORE); /* as long as the connection */
    assert_int_equal(answer_end(&answer), ANSWER_WHOLE);
    assert_int_equal(answer.status, 200);
    assert_false(answer.keeps);
}

static void a_wrong_length_is_a_lie(void **state)
{
    static const char head[] = "HTTP/1.1 200 OK\r\n";
    static const char *const longer[] = {
        "Content-Length: 3\r\n\r\nhello",
        "Content-Length: 0\r\n\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nhello",
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "Content-Length: -5\r\n\r\nhello",
        "Content-Length: 99999999999999999999\r\n\r\nhello",
        "Transfer-Encoding: chunked\r\n\r\nhello",
    };
    char text[256];

    (void)state;
    for (size_t i = 0; i < sizeof longer / sizeof *longer; i++) {
        (void)snprintf(text, sizeof text, "%s%s", head, longer[i]);
        assert_int_equal(state_of(text), ANSWER_LIED);
    }
    assert_int_equal(
        state_at_end("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"),
        ANSWER_LIED);
    assert_int_equal(state_at_end("HTTP/1.1 200 OK\r\nTransfer-Encoding: "
                                  "chunked\r\n\r\n5\r\nhello\r\n"),
                     ANSWER_LIED);
}

static void an_end_before_the_head_is_a_cut(void **state)
{
    struct answer answer;

    (void)state;
    answer_begin(&answer);
    assert_int_equal(answer_end(&answer), ANSWER_CUT);
    assert_int_equal(state_at_end("HTTP/1.1 200 OK\r\nContent-"), ANSWER_CUT);
    assert_int_equal(state_at_end("HTTP/1.1 100 Continue\r\n\r\n"), ANSWER_CUT);
}

static void what_is_no_answer_is_told(void **state)
{
    (void)state;
    assert_int_equal(state_of("220 smtp.example ESMTP\r\n"), ANSWER_NOT_HTTP);
    assert_int_equal(state_of("GET / HTTP/1.1\r\n\r\n"), ANSWER_NOT_HTTP);
    assert_int_equal(state_of("HTTP/1.1 200 OK\r\nBad Field: 1\r\n\r\n"),
                     ANSWER_NOT_HTTP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_whole_at_its_last_byte),
        cmocka_unit_test(an_answer_may_end_its_connection),
        cmocka_unit_test(a_wrong_length_is_a_lie),
        cmocka_unit_test(an_end_before_the_head_is_a_cut),
        cmocka_unit_test(what_is_no_answer_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
