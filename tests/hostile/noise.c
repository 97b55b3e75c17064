/*
 * tests/hostile/noise.c - bytes that are no HTTP, or nearly.
 * Threads: one.   Blocks: on the server of the group.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"

/*
 * Random bytes, the same in each run
 */

enum { ROUNDS = 200, MAX_NOISE = 4096 };

static const uint64_t seed = 20240229;

/* xorshift64*: small, and equal everywhere. */
static uint32_t next_random(uint64_t *random)
{
    *random ^= *random >> 12;
    *random ^= *random << 25;
    *random ^= *random >> 27;
    return (uint32_t)((*random * UINT64_C(2685821657736338717)) >> 32);
}

static uint64_t start_random(void)
{
    print_message("seed %" PRIu64 "\n", seed);
    return seed;
}

/* Sends the bytes and no more, and reads all answers. No noise is a fault of
 * the server: whatever it says, it does not say 500. */
static size_t play(const char *bytes, size_t len, int *statuses, size_t max)
{
    struct raw raw;

    hostile_open(&raw);
    (void)raw_send(&raw, bytes, len); /* it may be cut off */
    raw_half_close(&raw);

    size_t count = talk_read_all(&raw, statuses, max);

    raw_close(&raw);
    for (size_t i = 0; i < count && i < max; i++)
        if (statuses[i] != 505)
            assert_in_range(statuses[i], 200, 499);
    return count;
}

static void random_bytes_get_an_error_or_nothing(void **state)
{
    uint64_t random = start_random();
    char noise[MAX_NOISE];

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t len = next_random(&random) % sizeof noise;
        int status = 400;

        for (size_t i = 0; i < len; i++)
            noise[i] = (char)next_random(&random);
        assert_in_range(play(noise, len, &status, 1), 0, 1);
        if (status != 505)
            assert_in_range(status, 400, 499);
    }
}

/* A changed Content-Length may leave a rest, which is a broken request. */
static void a_request_with_changed_bytes_harms_nobody(void **state)
{
    uint64_t random = start_random();
    char request[TALK_MAX];
    int statuses[4];

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        size_t len;

        talk_write_post(request, "changed");
        len = strlen(request);
        for (int i = 0; i < 3; i++)
            request[next_random(&random) % len] = (char)next_random(&random);
        assert_in_range(play(request, len, statuses, 4), 0, 2);
    }
}

static void words_of_http_in_random_order_harm_nobody(void **state)
{
    static const char *const words[] = {"GET ",
                                        "POST ",
                                        "/todos",
                                        "/healthz",
                                        " HTTP/1.1",
                                        "\r\n",
                                        "Host: a\r\n",
                                        "\r\n\r\n",
                                        "Content-Length: 5\r\n",
                                        ":",
                                        " ",
                                        "Content-Type: application/json\r\n",
                                        "5\r\n",
                                        "0\r\n\r\n",
                                        "Transfer-Encoding: chunked\r\n",
                                        "{\"title\":",
                                        "\"a\"}",
                                        "Expect: 100-continue\r\n",
                                        "\n",
                                        "\t",
                                        "Connection: close\r\n",
                                        "?limit=1",
                                        "Connection: keep-alive\r\n",
                                        "If-Match: *",
                                        "\x80\xff",
                                        "GET /healthz HTTP/1.1\r\nHost: a\r\n",
                                        "Upgrade: a\r\n",
                                        "OPTIONS ",
                                        "POST /todos HTTP/1.1\r\nHost: a\r\n"};
    uint64_t random = start_random();
    char noise[MAX_NOISE];
    int statuses[40];

    (void)state;
    for (int round = 0; round < ROUNDS; round++) {
        char *to = noise;
        uint32_t count = 1 + next_random(&random) % 40;

        for (uint32_t i = 0; i < count; i++)
            to = stpcpy(
                to,
                words[next_random(&random) % (sizeof words / sizeof words[0])]);
        assert_in_range(play(noise, (size_t)(to - noise), statuses, 40), 0,
                        count);
    }
}

/*
 * Other protocols
 */

#define NOISE(what, text)                                                      \
    {                                                                          \
        what, text, sizeof(text) - 1                                           \
    }

struct noise {
    const char *what; /* the name of the case */
    const char *bytes;
    size_t len;
};

static struct noise others[] = {
    NOISE("a_tls_hello_is_refused",
          "\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03"
          "0123456789abcdef0123456789abcdef\x00\x00\x04\x13\x01\x13\x02"
          "\x01\x00"),
    NOISE("an_http_2_preface_is_refused",
          "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00"
          "\x00"),
    NOISE("an_ssh_banner_is_refused", "SSH-2.0-OpenSSH_9.2\r\n"),
    NOISE("a_socks_hello_is_refused", "\x05\x01\x00"),
    NOISE("a_redis_command_is_refused", "*1\r\n$4\r\nPING\r\n"),
    NOISE("a_mail_greeting_is_refused", "EHLO localhost\r\n"),
    NOISE("a_proxy_header_is_refused",
          "PROXY TCP4 10.0.0.1 10.0.0.2 1 2\r\n"
          "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    NOISE("connect_is_refused",
          "CONNECT localhost:443 HTTP/1.1\r\nHost: localhost:443\r\n\r\n"),
    NOISE("connect_to_a_path_is_refused",
          "CONNECT /todos HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    NOISE("trace_is_refused",
          "TRACE /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    NOISE("an_unknown_method_is_refused",
          "BREW /todos HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    NOISE("options_for_everything_is_refused",
          "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    NOISE("a_proxy_request_is_refused",
          "GET http://example.org/healthz HTTP/1.1\r\n"
          "Host: example.org\r\n\r\n"),
    NOISE("nul_bytes_are_refused", "\0\0\0\0\0\0\0\0\r\n\r\n"),
    NOISE("a_zero_in_percent_is_no_end_of_a_path",
          "GET /healthz%00 HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    NOISE("a_climbing_path_is_refused",
          "GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n"),
    NOISE("a_climbing_path_in_percent_is_refused",
          "GET /docs/%2e%2e%2f%2e%2e/etc/passwd HTTP/1.1\r\n"
          "Host: localhost\r\n\r\n"),
};

enum { OTHERS = sizeof others / sizeof others[0] };

static void is_refused_at_most_once(void **state)
{
    const struct noise *noise = *state;
    int status = 400;

    assert_in_range(play(noise->bytes, noise->len, &status, 1), 0, 1);
    if (status != 505)
        assert_in_range(status, 400, 499);
}

static void a_hundred_thousand_empty_lines_end_in_nothing(void **state)
{
    static char lines[200000];
    int status = 400;

    (void)state;
    for (size_t i = 0; i < sizeof lines; i += 2)
        memcpy(lines + i, "\r\n", 2);
    assert_in_range(play(lines, sizeof lines, &status, 1), 0, 1);
    assert_in_range(status, 400, 499);
}

/* A server need not take up an offer. The answer comes in plain HTTP, and what
 * follows is a request like any other, or dropped with the connection. */
static void an_offered_upgrade_is_not_taken(void **state)
{
    static const char *const offers[] = {"websocket", "h2c"};
    char requests[TALK_MAX];

    (void)state;
    for (int i = 0; i < 2; i++) {
        int statuses[2] = {0, 404};

        (void)snprintf(requests, sizeof requests,
                       "GET /healthz HTTP/1.1\r\n"
                       "Host: localhost\r\n"
                       "Connection: Upgrade\r\n"
                       "Upgrade: %s\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                       "Sec-WebSocket-Version: 13\r\n"
                       "\r\n"
                       "GET /hidden HTTP/1.1\r\n"
                       "Host: localhost\r\n"
                       "Connection: close\r\n"
                       "\r\n",
                       offers[i]);
        assert_in_range(play(requests, strlen(requests), statuses, 2), 1, 2);
        assert_int_equal(statuses[0], 200);
        assert_int_equal(statuses[1], 404);
    }
}

/* The answer is on its way, so what comes is read and dropped for a moment. In
 * that moment a fast client sends gigabytes. */
static void a_flood_behind_the_last_answer_is_cut(void **state)
{
    struct raw raw;

    (void)state;
    hostile_open(&raw);
    assert_true(raw_send_text(&raw, "GET /healthz HTTP/1.1\r\n"
                                    "Host: localhost\r\n"
                                    "Connection: close\r\n\r\n"));
    assert_true(raw_readable(&raw, RAW_TIMEOUT_MS));
    if (!talk_flood(&raw))
        fail_msg("the server reads on and on behind its last answer");
    raw_close(&raw);
}

int hostile_noise(void)
{
    const struct CMUnitTest fixed[] = {
        HOSTILE_CASE(random_bytes_get_an_error_or_nothing),
        HOSTILE_CASE(a_request_with_changed_bytes_harms_nobody),
        HOSTILE_CASE(words_of_http_in_random_order_harm_nobody),
        HOSTILE_CASE(a_hundred_thousand_empty_lines_end_in_nothing),
        HOSTILE_CASE(an_offered_upgrade_is_not_taken),
        HOSTILE_CASE(a_flood_behind_the_last_answer_is_cut),
        cmocka_unit_test(the_server_ends_with_nothing_left_over),
    };
    enum { FIXED = sizeof fixed / sizeof fixed[0] };
    struct CMUnitTest cases[OTHERS + FIXED];

    for (size_t i = 0; i < OTHERS; i++)
        cases[i] = (struct CMUnitTest){
            .name = others[i].what,
            .test_func = is_refused_at_most_once,
            .teardown_func = hostile_still_serves,
            .initial_state = &others[i],
        };
    memcpy(&cases[OTHERS], fixed, sizeof fixed);
    return HOSTILE_GROUP("noise", cases, hostile_setup);
}
