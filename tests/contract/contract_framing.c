/*
 * Level 4: where a request ends. What two readers could take for two different
 * requests is 400 and closes, and what follows on the connection is dropped:
 * wire_expect_closing sends a whole GET behind each request and no answer to it
 * may come.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

#define POST_FRAMED(fields) POST_TODOS fields "\r\n" MILK

/* The same milk in one chunk. */
#define MILK_CHUNK "10\r\n" MILK "\r\n"

static void check_400(struct api *api, const char *request)
{
    wire_expect_closing(api, request, 400);
    expect_titles(api_get(api, "/todos"), "");
}

static void two_content_lengths_are_400(void **state)
{
    check_400(*state, POST_FRAMED(LENGTH(16) LENGTH(17)));
    check_400(*state, POST_FRAMED(LENGTH(0) LENGTH(16)));
}

static void two_equal_content_lengths_are_400(void **state)
{
    check_400(*state, POST_FRAMED(LENGTH(16) LENGTH(16)));
}

static void content_length_that_is_a_list_is_400(void **state)
{
    check_400(*state, POST_FRAMED("Content-Length: 16, 16\r\n"));
}

static void content_length_with_a_sign_is_400(void **state)
{
    check_400(*state, POST_FRAMED("Content-Length: +16\r\n"));
    check_400(*state, POST_FRAMED("Content-Length: -16\r\n"));
    check_400(*state, POST_FRAMED("Content-Length: -0\r\n"));
}

static void content_length_with_more_than_digits_is_400(void **state)
{
    check_400(*state, POST_FRAMED("Content-Length: 16.0\r\n"));
    check_400(*state, POST_FRAMED("Content-Length: 16a\r\n"));
    check_400(*state, POST_FRAMED("Content-Length: 0x10\r\n"));
    check_400(*state, POST_FRAMED("Content-Length: 1 6\r\n"));
    check_400(*state, POST_FRAMED("Content-Length: sixteen\r\n"));
}

static void empty_content_length_is_400(void **state)
{
    check_400(*state, POST_FRAMED("Content-Length: \r\n"));
}

static void bad_content_length_is_400_on_get_too(void **state)
{
    wire_expect_closing(
        *state, "GET /healthz HTTP/1.1\r\n" HOST LENGTH(0) LENGTH(0) "\r\n",
        400);
}

static void content_length_with_chunked_is_400(void **state)
{
    check_400(*state,
              POST_TODOS LENGTH(16) CHUNKED "\r\n" MILK_CHUNK "0\r\n\r\n");
    check_400(*state,
              POST_TODOS CHUNKED LENGTH(16) "\r\n" MILK_CHUNK "0\r\n\r\n");
}

static void transfer_coding_other_than_chunked_is_400(void **state)
{
    check_400(*state, POST_FRAMED("Transfer-Encoding: gzip\r\n"));
    check_400(*state, POST_FRAMED("Transfer-Encoding: identity\r\n"));
    check_400(*state, POST_FRAMED("Transfer-Encoding: xchunked\r\n"));
    check_400(*state, POST_FRAMED("Transfer-Encoding: \r\n"));
}

static void several_transfer_codings_are_400(void **state)
{
    check_400(*state,
              POST_TODOS "Transfer-Encoding: gzip, chunked\r\n\r\n" MILK_CHUNK
                         "0\r\n\r\n");
    check_400(*state, POST_TODOS
              "Transfer-Encoding: chunked, chunked\r\n\r\n" MILK_CHUNK
              "0\r\n\r\n");
    check_400(*state, POST_TODOS CHUNKED CHUNKED "\r\n" MILK_CHUNK "0\r\n\r\n");
    check_400(*state, POST_TODOS "Transfer-Encoding: identity\r\n" CHUNKED
                                 "\r\n" MILK_CHUNK "0\r\n\r\n");
}

static void chunk_extension_is_400(void **state)
{
    check_400(*state, POST_TODOS CHUNKED "\r\n10;a=b\r\n" MILK "\r\n0\r\n\r\n");
    check_400(*state, POST_TODOS CHUNKED "\r\n10;a\r\n" MILK "\r\n0\r\n\r\n");
    check_400(*state, POST_TODOS CHUNKED "\r\n" MILK_CHUNK "0;a=b\r\n\r\n");
}

static void announced_trailer_is_400(void **state)
{
    check_400(*state, POST_TODOS CHUNKED "Trailer: X-Sum\r\n\r\n" MILK_CHUNK
                                         "0\r\nX-Sum: 5\r\n\r\n");
}

/* Not every HTTP library tells what follows the last chunk. Then the request
 * may be served; but what follows is never taken for a request. */
static void check_tail(struct api *api, const char *request)
{
    const struct answer *answer;

    wire_open(api, request);
    wire_send(api, "GET /healthz HTTP/1.1\r\n" HOST "\r\n");
    answer = wire_next(api, "POST");
    if (answer->http.status != 201)
        expect_problem(answer, 400);
    if (wire_next(api, "GET")->http.status != 0)
        expect_status(&api->answer, 200);
}

static void trailer_is_no_request(void **state)
{
    check_tail(*state,
               POST_TODOS CHUNKED "\r\n" MILK_CHUNK "0\r\nX-Sum: 5\r\n\r\n");
    check_tail(*state, POST_TODOS CHUNKED "\r\n" MILK_CHUNK "0\r\nX\r\n\r\n");
}

static void bare_lf_behind_the_last_chunk_is_no_request(void **state)
{
    check_tail(*state, POST_TODOS CHUNKED "\r\n" MILK_CHUNK "0\r\n\n");
}

static void chunk_size_that_is_none_is_refused(void **state)
{
    wire_expect_refusal(*state,
                        POST_TODOS CHUNKED "\r\nxyz\r\n" MILK "\r\n0\r\n\r\n");
    wire_expect_refusal(*state,
                        POST_TODOS CHUNKED "\r\n-10\r\n" MILK "\r\n0\r\n\r\n");
    wire_expect_refusal(*state,
                        POST_TODOS CHUNKED "\r\n\r\n" MILK "\r\n0\r\n\r\n");
    expect_titles(api_get(*state, "/todos"), "");
}

static void chunk_size_that_wraps_around_is_refused(void **state)
{
    wire_expect_refusal(*state, POST_TODOS CHUNKED
                        "\r\n10000000000000010\r\n" MILK "\r\n0\r\n\r\n");
    expect_titles(api_get(*state, "/todos"), "");
}

static void body_that_ends_early_is_400(void **state)
{
    static const char *const requests[] = {
        POST_TODOS LENGTH(17) "\r\n" MILK,
        POST_TODOS CHUNKED "\r\n11\r\n" MILK,
        POST_TODOS CHUNKED "\r\n" MILK_CHUNK,
    };
    struct api *api = *state;

    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++) {
        wire_open(api, requests[i]);
        raw_half_close(&api->raw);
        expect_problem(wire_next(api, "POST"), 400);
        wire_expect_end(api);
    }
    expect_titles(api_get(api, "/todos"), "");
}

static void chunked_body_is_read(void **state)
{
    (void)expect_todo(
        wire_ask(*state, POST_TODOS CHUNKED "\r\n" MILK_CHUNK "0\r\n\r\n"),
        201);
}

static void chunked_body_of_many_chunks_is_read(void **state)
{
    const struct answer *answer = wire_ask(
        *state, POST_TODOS CHUNKED "\r\n1\r\n{\r\n7\r\n\"title\"\r\n1\r\n:\r\n"
                                   "006\r\n\"milk\"\r\n1\r\n}\r\n0\r\n\r\n");

    (void)expect_todo(answer, 201);
    expect_member(answer, "title", "'milk'");
}

static void chunk_sizes_are_hexadecimal_in_either_case(void **state)
{
    (void)expect_todo(wire_ask(*state, POST_TODOS CHUNKED
                               "\r\nE\r\n{\"title\":\"milk\r\n"
                               "2\r\n\"}\r\n0\r\n\r\n"),
                      201);
    (void)expect_todo(wire_ask(*state, POST_TODOS CHUNKED
                               "\r\ne\r\n{\"title\":\"milk\r\n"
                               "2\r\n\"}\r\n0\r\n\r\n"),
                      201);
}

static void name_of_the_coding_ignores_case(void **state)
{
    (void)expect_todo(wire_ask(*state, POST_TODOS
                               "transfer-encoding: CHUNKED\r\n\r\n" MILK_CHUNK
                               "0\r\n\r\n"),
                      201);
}

static void field_names_ignore_case(void **state)
{
    expect_status(wire_ask(*state, "POST /todos HTTP/1.1\r\nhOST:localhost\r\n"
                                   "CONTENT-TYPE:application/json\r\n"
                                   "content-length:16\r\n\r\n" MILK),
                  201);
    expect_titles(api_get(*state, "/todos"), "milk");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(two_content_lengths_are_400),
    cmocka_unit_test(two_equal_content_lengths_are_400),
    cmocka_unit_test(content_length_that_is_a_list_is_400),
    cmocka_unit_test(content_length_with_a_sign_is_400),
    cmocka_unit_test(content_length_with_more_than_digits_is_400),
    cmocka_unit_test(empty_content_length_is_400),
    cmocka_unit_test(bad_content_length_is_400_on_get_too),
    cmocka_unit_test(content_length_with_chunked_is_400),
    cmocka_unit_test(transfer_coding_other_than_chunked_is_400),
    cmocka_unit_test(several_transfer_codings_are_400),
    cmocka_unit_test(chunk_extension_is_400),
    cmocka_unit_test(announced_trailer_is_400),
    cmocka_unit_test(trailer_is_no_request),
    cmocka_unit_test(bare_lf_behind_the_last_chunk_is_no_request),
    cmocka_unit_test(chunk_size_that_is_none_is_refused),
    cmocka_unit_test(chunk_size_that_wraps_around_is_refused),
    cmocka_unit_test(body_that_ends_early_is_400),
    cmocka_unit_test(chunked_body_is_read),
    cmocka_unit_test(chunked_body_of_many_chunks_is_read),
    cmocka_unit_test(chunk_sizes_are_hexadecimal_in_either_case),
    cmocka_unit_test(name_of_the_coding_ignores_case),
    cmocka_unit_test(field_names_ignore_case),
};

const struct group framing_group = GROUP(LEVEL_ERRORS, "framing", cases);
