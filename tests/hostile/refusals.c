/*
 * tests/hostile/refusals.c - what is said of a request that is refused.
 * Threads: one.   Blocks: on the server of the group.
 *
 * On one server the parser notices some of it, on the other our own code. The
 * words are the same.
 */
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"

#define HOST "Host: localhost\r\n"
#define POST                                                                   \
    "POST /todos HTTP/1.1\r\n" HOST "Content-Type: application/json\r\n"
#define CHUNKED "Transfer-Encoding: chunked\r\n"
#define BODY    "{\"title\":\"refused\"}" /* 19 = 0x13 bytes */

/* The request is all that is sent: what is missing is missing. */
static void is_refused_as(const char *request, const char *detail)
{
    struct raw raw;
    struct raw_answer answer;
    char said[256];

    (void)snprintf(said, sizeof said, "\"detail\":\"%s\"", detail);
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, request));
    raw_half_close(&raw);
    assert_true(raw_read_answer(&raw, &answer, false));
    assert_int_equal(answer.status, 400);
    if (!strstr(answer.body, said))
        fail_msg("%s: not %s", answer.body, said);
    raw_answer_release(&answer);
    raw_close(&raw);
}

static void a_bad_length_is_called_so(void **state)
{
    static const char *const values[] = {
        "13.", "13,13", "13 13", "1e1", "0xd", "13, 13", "+13", "-13", "", "x"};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        char request[256];

        (void)snprintf(request, sizeof request,
                       POST "Content-Length: %s\r\n\r\n" BODY, values[i]);
        is_refused_as(request,
                      "Content-Length must be a plain decimal number.");
    }
}

static void the_coding_identity_is_called_unknown(void **state)
{
    (void)state;
    is_refused_as(POST "Transfer-Encoding: identity\r\n\r\n" BODY,
                  "The only transfer coding understood is chunked, and only in "
                  "HTTP/1.1.");
}

static void a_body_that_ends_early_is_called_so(void **state)
{
    static const char *const requests[] = {
        POST "Content-Length: 20\r\n\r\n" BODY,
        POST CHUNKED "\r\n14\r\n" BODY,
        POST CHUNKED "\r\n13\r\n" BODY "\r\n",
        POST CHUNKED "\r\n13;a=b\r\n" BODY "\r\n0\r\n\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        is_refused_as(requests[i],
                      "The body ended early, or its chunks are broken.");
}

static void a_broken_head_is_not_explained(void **state)
{
    static const char *const requests[] = {
        POST,
        "POST /tod",
        "\r\n\r\n" POST "\r\n",
        POST "X:\ta\r\n\r\n",
        POST "X: a\r\n b\r\n\r\n",
        POST "X : a\r\n\r\n",
        "M-SEARCH /todos HTTP/1.1\r\n" HOST "\r\n",
        "GET /todos RTSP/1.1\r\n" HOST "\r\n",
        "COPY /todos HTTP/1.1\r\n" HOST "\r\n",
        "MOVE /todos HTTP/2.0\r\n" HOST "\r\n",
    };

    (void)state;
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        is_refused_as(requests[i],
                      "The request is not HTTP as this server accepts it.");
}

int hostile_refusals(void)
{
    const struct CMUnitTest cases[] = {
        HOSTILE_CASE(a_bad_length_is_called_so),
        HOSTILE_CASE(the_coding_identity_is_called_unknown),
        HOSTILE_CASE(a_body_that_ends_early_is_called_so),
        HOSTILE_CASE(a_broken_head_is_not_explained),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };

    return HOSTILE_GROUP("refusals", cases, hostile_setup);
}
