/*
 * tests/hostile/framing.c - requests whose end two readers may see differently.
 * Threads: one.   Blocks: on the server of the group.
 *
 * Behind each shape goes a second request, hidden where one of the readings
 * would place it. A shape is refused once and the connection ends; the hidden
 * request must never be answered.
 */
#include <stddef.h>
#include <string.h>

#include "hostile.h"
#include "requests.h"
#include "tests/cmocka_all.h"

/* sizeof, since some shapes hold NUL bytes. */
#define SHAPE(what, text)                                                      \
    {                                                                          \
        what, text HIDDEN, sizeof text HIDDEN - 1                              \
    }

struct shape {
    const char *what; /* the name of the case */
    const char *bytes;
    size_t len;
};

static struct shape shapes[] = {
    /* Lengths */
    SHAPE("length_beside_chunked_is_refused",
          POST "Content-Length: 5\r\n" CHUNKED END CHUNK LAST),
    SHAPE("chunked_beside_length_is_refused",
          POST CHUNKED "Content-Length: 20\r\n" END BODY),
    SHAPE("two_different_lengths_are_refused",
          POST "Content-Length: 20\r\nContent-Length: 5\r\n" END BODY),
    SHAPE("two_equal_lengths_are_refused",
          POST "Content-Length: 20\r\nContent-Length: 20\r\n" END BODY),
    SHAPE("a_list_of_lengths_is_refused",
          POST "Content-Length: 20, 20\r\n" END BODY),
    SHAPE("a_length_with_plus_is_refused",
          POST "Content-Length: +20\r\n" END BODY),
    SHAPE("a_negative_length_is_refused",
          POST "Content-Length: -20\r\n" END BODY),
    SHAPE("minus_zero_length_is_refused",
          GET HOST "Content-Length: -0\r\n" END),
    SHAPE("a_length_with_letters_is_refused",
          POST "Content-Length: 20a\r\n" END BODY),
    SHAPE("a_hexadecimal_length_is_refused",
          POST "Content-Length: 0x14\r\n" END BODY),
    SHAPE("a_fractional_length_is_refused",
          POST "Content-Length: 20.0\r\n" END BODY),
    SHAPE("a_length_of_two_numbers_is_refused",
          POST "Content-Length: 2 0\r\n" END BODY),
    SHAPE("an_empty_length_is_refused", POST "Content-Length:\r\n" END BODY),
    SHAPE("a_length_beyond_64_bits_is_refused",
          POST "Content-Length: 18446744073709551636\r\n" END BODY),
    SHAPE("a_huge_length_is_refused_when_announced",
          POST "Content-Length: 9223372036854775807\r\n" END BODY),

    /* Transfer codings */
    SHAPE("chunked_twice_is_refused", POST CHUNKED CHUNKED END CHUNK LAST),
    SHAPE("chunked_chunked_is_refused",
          POST "Transfer-Encoding: chunked, chunked\r\n" END CHUNK LAST),
    SHAPE("xchunked_is_refused",
          POST "Transfer-Encoding: xchunked\r\n" END CHUNK LAST),
    SHAPE("gzip_chunked_is_refused",
          POST "Transfer-Encoding: gzip, chunked\r\n" END CHUNK LAST),
    SHAPE("chunked_identity_is_refused",
          POST "Transfer-Encoding: chunked, identity\r\n" END CHUNK LAST),
    SHAPE("identity_beside_length_is_refused", POST
          "Transfer-Encoding: identity\r\nContent-Length: 20\r\n" END BODY),
    SHAPE("an_empty_coding_beside_length_is_refused",
          POST "Transfer-Encoding:\r\nContent-Length: 20\r\n" END BODY),
    SHAPE("a_coding_behind_a_vertical_tab_is_refused",
          POST "Transfer-Encoding: \vchunked\r\n" END CHUNK LAST),
    SHAPE("a_quoted_coding_is_refused",
          POST "Transfer-Encoding: \"chunked\"\r\n" END CHUNK LAST),
    SHAPE("a_coding_with_a_parameter_is_refused",
          POST "Transfer-Encoding: chunked;q=1\r\n" END CHUNK LAST),
    SHAPE("chunked_get_with_length_is_refused",
          GET HOST "Content-Length: 5\r\n" CHUNKED END LAST),
    SHAPE("chunked_over_http_1_0_is_refused",
          "POST /todos HTTP/1.0\r\n" HOST CHUNKED END CHUNK LAST),

    /* Chunks */
    SHAPE("a_chunk_extension_is_refused",
          POST CHUNKED END "14;a=b\r\n" BODY "\r\n" LAST),
    SHAPE("a_quoted_chunk_extension_is_refused",
          POST CHUNKED END "14;a=\"\r\n\"\r\n" BODY "\r\n" LAST),
    SHAPE("an_extension_on_the_last_chunk_is_refused",
          POST CHUNKED END CHUNK "0;a\r\n\r\n"),
    SHAPE("a_chunk_size_that_is_no_number_is_refused",
          POST CHUNKED END "G\r\n" BODY "\r\n" LAST),
    SHAPE("an_empty_chunk_size_is_refused",
          POST CHUNKED END "\r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_with_0x_is_refused",
          POST CHUNKED END "0x14\r\n" BODY "\r\n" LAST),
    SHAPE("a_negative_chunk_size_is_refused",
          POST CHUNKED END "-14\r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_with_plus_is_refused",
          POST CHUNKED END "+14\r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_behind_a_space_is_refused",
          POST CHUNKED END " 14\r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_before_a_space_is_refused",
          POST CHUNKED END "14 \r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_that_overflows_is_refused",
          POST CHUNKED END "10000000000000014\r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_beyond_32_bits_is_refused",
          POST CHUNKED END "100000014\r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_longer_than_its_size_is_refused",
          POST CHUNKED END "13\r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_without_its_line_end_is_refused",
          POST CHUNKED END "14\r\n" BODY LAST),
    SHAPE("a_chunk_size_with_a_bare_lf_is_refused",
          POST CHUNKED END "14\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_with_a_bare_cr_is_refused",
          POST CHUNKED END "14\r" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_with_a_cr_between_its_digits_is_refused",
          POST CHUNKED END "1\r4\r\n" BODY "\r\n" LAST),
    SHAPE("a_chunk_size_that_goes_on_behind_a_cr_is_refused",
          POST CHUNKED END "14\r0\r\n" BODY "\r\n" LAST),

    /* Lines and fields */
    SHAPE("bare_lf_in_the_head_is_refused",
          "GET /healthz HTTP/1.1\nHost: localhost\n\n"),
    SHAPE("bare_lf_before_a_hidden_length_is_refused",
          POST "X: a\nContent-Length: 20\r\n" END BODY),
    SHAPE("bare_lf_at_the_end_of_the_head_is_refused", GET HOST "\n"),
    SHAPE("bare_cr_in_a_field_is_refused", GET HOST "X: a\rb\r\n" END),
    SHAPE("a_folded_field_is_refused",
          GET HOST "X: a\r\n Content-Length: 5\r\n" END),
    SHAPE("a_folded_coding_is_refused",
          POST "Transfer-Encoding:\r\n chunked\r\n" END CHUNK LAST),
    SHAPE("a_first_field_behind_a_space_is_refused", GET " " HOST END),
    SHAPE("a_space_before_a_colon_is_refused",
          POST "Content-Length : 20\r\n" END BODY),
    SHAPE("a_space_before_the_colon_of_a_coding_is_refused",
          POST "Transfer-Encoding : chunked\r\n" END CHUNK LAST),
    SHAPE("a_tab_before_a_colon_is_refused", GET HOST "X-Y\t: 1\r\n" END),
    SHAPE("a_tab_before_a_value_is_refused", GET HOST "X:\ta\r\n" END),
    SHAPE("a_tab_in_a_value_is_refused", GET HOST "X: a\tb\r\n" END),
    SHAPE("a_tab_behind_a_value_is_refused", GET HOST "X: a\t\r\n" END),
    SHAPE("a_field_without_a_colon_is_refused",
          GET HOST "Content-Length\r\n" END),
    SHAPE("a_field_without_a_name_is_refused", GET HOST ": 5\r\n" END),
    SHAPE("a_field_name_with_a_bracket_is_refused", GET HOST "X(Y): 5\r\n" END),
    SHAPE("a_nul_in_a_field_is_refused", GET HOST "X: a\0b\r\n" END),
    SHAPE("a_nul_in_a_field_name_is_refused", GET HOST "X\0Y: a\r\n" END),
    SHAPE("a_nul_in_the_target_is_refused",
          "GET /healthz\0x HTTP/1.1\r\n" HOST END),
    SHAPE("a_nul_in_the_method_is_refused",
          "G\0T /healthz HTTP/1.1\r\n" HOST END),

    /* Hosts and versions */
    SHAPE("no_host_is_refused", GET END),
    SHAPE("two_hosts_are_refused", GET HOST HOST END),
    SHAPE("two_different_hosts_are_refused", GET HOST "Host: other\r\n" END),
    SHAPE("http_2_0_is_refused", "GET /healthz HTTP/2.0\r\n" HOST END),
    SHAPE("http_1_2_is_refused", "GET /healthz HTTP/1.2\r\n" HOST END),
    SHAPE("http_0_9_is_refused", "GET /healthz\r\n"),
    SHAPE("a_version_with_a_word_is_refused",
          "GET /healthz HTTP/1.1 more\r\n" HOST END),
    SHAPE("a_tab_before_the_target_is_refused",
          "GET\t/healthz HTTP/1.1\r\n" HOST END),
    SHAPE("two_empty_lines_before_a_request_are_refused", END END GET HOST END),
    SHAPE("eight_empty_lines_before_a_request_are_refused",
          END END END END END END END END GET HOST END),
    SHAPE("a_space_before_a_request_is_refused", " " GET HOST END),
    SHAPE("two_spaces_before_the_target_are_refused",
          "GET  /healthz HTTP/1.1\r\n" HOST END),
    SHAPE("a_line_end_before_the_version_is_refused",
          "GET /healthz \r\nHTTP/1.1\r\n" HOST END),
    SHAPE("a_method_in_small_letters_is_refused",
          "get /healthz HTTP/1.1\r\n" HOST END),
};

enum { SHAPES = sizeof shapes / sizeof shapes[0] };

static void is_refused_once_and_closed(void **state)
{
    const struct shape *shape = *state;
    struct raw raw;
    int status = 400;
    int stored = talk_count(hostile_server.port, "smuggled");

    hostile_open(&raw);
    /* A server may refuse before all was sent. */
    (void)raw_send(&raw, shape->bytes, shape->len);
    talk_until_late(&hostile_server, &raw);
    assert_in_range(talk_read_all(&raw, &status, 1), 0, 1);
    if (status != 505)
        assert_in_range(status, 400, 499);
    assert_int_not_equal(status, 404); /* which the hidden one would get */
    raw_close(&raw);
    assert_int_equal(talk_count(hostile_server.port, "smuggled"), stored);
}

/* A server may learn from a thread's first request where requests begin. Each
 * of these is the first one of a thread: 24 empty lines, a POST, and in its
 * body, which is too long by what a wrong beginning hides, a request. */
static void a_threads_first_request_hides_no_other(void **state)
{
    enum { CLIENTS = 12, LINES = 24, BODY_LEN = 400 };
    static const char head[] = POST "Content-Length: 400\r\n" END;
    static const char hidden[] = GET HOST "Connection: close\r\n" END;
    size_t tail = 2 * (size_t)LINES - 4 + sizeof head - 1;
    char request[2 * LINES + sizeof head - 1 + BODY_LEN];
    struct raw clients[CLIENTS];

    (void)state;
    for (size_t i = 0; i < LINES; i++)
        memcpy(request + 2 * i, END, 2);
    memcpy(request + 2 * (size_t)LINES, head, sizeof head - 1);
    memset(request + sizeof request - BODY_LEN, ' ', BODY_LEN);
    memcpy(request + sizeof request - BODY_LEN, BODY, sizeof BODY - 1);
    memcpy(request + sizeof request - tail, hidden, sizeof hidden - 1);
    for (int i = 0; i < CLIENTS; i++)
        hostile_open(&clients[i]);
    for (int i = 0; i < CLIENTS; i++)
        (void)raw_send(&clients[i], request, sizeof request);
    for (int i = 0; i < CLIENTS; i++) {
        int statuses[2] = {400, 0};

        talk_until_late(&hostile_server, &clients[i]);
        assert_in_range(talk_read_all(&clients[i], statuses, 2), 0, 1);
        assert_true(statuses[0] == 400 || statuses[0] == 503);
        raw_close(&clients[i]);
    }
    assert_int_equal(talk_count(hostile_server.port, "smuggled"), 0);
}

static int setup_with_eight_threads(void **state)
{
    static const char *const args[] = {"--threads", "8", NULL};

    (void)state;
    hostile_start(args, NULL);
    return 0;
}

int hostile_first_requests(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_threads_first_request_hides_no_other),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("first requests", cases, setup_with_eight_threads);
}

/* A shape that announces more body than comes may also be ended as late. */
static int setup_with_a_body_deadline(void **state)
{
    static const char *const args[] = {"--body-timeout", "3", NULL};

    (void)state;
    hostile_start(args, args);
    return 0;
}

int hostile_framing(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };
    struct CMUnitTest cases[SHAPES + sizeof others / sizeof others[0]];

    for (size_t i = 0; i < SHAPES; i++)
        cases[i] = (struct CMUnitTest){
            .name = shapes[i].what,
            .test_func = is_refused_once_and_closed,
            .teardown_func = hostile_still_serves,
            .initial_state = &shapes[i],
        };
    memcpy(cases + SHAPES, others, sizeof others);
    return HOSTILE_GROUP("framing", cases, setup_with_a_body_deadline);
}
