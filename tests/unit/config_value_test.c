#include <stdlib.h>
#include <string.h>

#include "common/base/log.h"
#include "common/setup/config_value.h"
#include "tests/unit/unit.h"

union field {
    const char *text;
    int number;
    int64_t ms;
    enum log_level level;
};

/* Tries each of the words, which stand with one blank between them. */
static void try_words(struct config_rule rule, const char *words, bool taken)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        char *word = strndup(words, len);
        union field field = {0};

        assert_true(word != NULL);
        if (config_value_read(&rule, word, &field) != taken)
            fail_msg("\"%s\" is %s", word, taken ? "refused" : "taken");
        free(word);
        words += len + (words[len] == ' ');
    }
}

static void takes(struct config_rule rule, const char *words)
{
    try_words(rule, words, true);
}

static void refuses(struct config_rule rule, const char *words)
{
    union field field = {0};

    try_words(rule, words, false);
    if (config_value_read(&rule, "", &field))
        fail_msg("nothing is taken");
}

static void text_is_anything_but_nothing(void **state)
{
    const struct config_rule text = {CONFIG_TEXT, 0, 0};

    (void)state;
    takes(text, "a todos.db -");
    refuses(text, "");
}

static void a_whole_number_lies_within_its_bounds(void **state)
{
    const struct config_rule port = {CONFIG_INT, 0, 65535};
    const struct config_rule threads = {CONFIG_INT, 1, 1024};

    (void)state;
    takes(port, "0 1 65535 08");
    refuses(port, "-1 65536 99999999999999999999");
    takes(threads, "1 1024");
    refuses(threads, "0 1025");
}

static void a_whole_number_has_nothing_but_digits(void **state)
{
    const struct config_rule port = {CONFIG_INT, 0, 65535};

    (void)state;
    refuses(port, "1x x1 0x1 +1 1.0 1e1 \t1 1\t abc");
}

static void seconds_lie_within_their_bounds(void **state)
{
    const struct config_rule seconds = {CONFIG_SECONDS, 1, 86400000};

    (void)state;
    takes(seconds, "0.001 1 0.5 1.25 86400 86400.0 86400.000 007");
    refuses(seconds, "0 0.0 0.000 86400.001 86401 99999999999999999999 -1");
}

static void seconds_have_digits_and_at_most_three_decimals(void **state)
{
    const struct config_rule seconds = {CONFIG_SECONDS, 1, 86400000};

    (void)state;
    refuses(seconds, "0.0001 1.0000 .5 5. . 1,5 1.2.3 1e1 0x1 inf nan 1s +1");
}

static void seconds_become_milliseconds(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {{"0.001", 1}, {"0.05", 50},  {"0.050", 50}, {"0.2", 200},
                 {"1", 1000},  {"1.5", 1500}, {"10", 10000}, {"2.999", 2999}};
    const struct config_rule seconds = {CONFIG_SECONDS, 1, 86400000};

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
        int64_t ms = 0;

        assert_true(config_value_read(&seconds, cases[i].text, &ms));
        assert_int_equal(ms, cases[i].ms);
    }
}

static void a_level_is_one_of_four_words(void **state)
{
    const struct config_rule level = {CONFIG_LEVEL, 0, 0};
    enum log_level read = LOG_DEBUG;

    (void)state;
    takes(level, "error warn info debug");
    refuses(level, "INFO infos loud 2");
    assert_true(config_value_read(&level, "error", &read));
    assert_int_equal(read, LOG_ERROR);
    assert_true(config_value_read(&level, "debug", &read));
    assert_int_equal(read, LOG_DEBUG);
}

static void a_host_is_an_ipv4_address(void **state)
{
    const struct config_rule host = {CONFIG_HOST, 0, 0};

    (void)state;
    takes(host, "127.0.0.1 0.0.0.0 255.255.255.255 localhost");
    refuses(host, "127.1 ::1 [::1] example.com 127.0.0.1x 1.2.3.256 LOCALHOST");
}

static void localhost_becomes_its_address(void **state)
{
    const struct config_rule host = {CONFIG_HOST, 0, 0};
    const char *read = NULL;

    (void)state;
    assert_true(config_value_read(&host, "localhost", &read));
    assert_string_equal(read, "127.0.0.1");
}

/* Whether the rule keeps the first text as the second. */
static void becomes(struct config_rule rule, const char *text, const char *kept)
{
    const char *read = NULL;

    if (!config_value_read(&rule, text, &read))
        fail_msg("\"%s\" is refused", text);
    assert_string_equal(read, kept);
}

/* What is refused in all three; the rest of it: url_test.c. */
static const char no_url[] =
    "a //a http:/a http:// http:///a http://a: http://a:0 http://u@a "
    "http://a?b http://a/?b http://a#b http://a/\n http://\xc3\xa4 "
    "http://a/b//c http://a/../b http://127.1 ftp//a";

static void a_public_url_is_one_of_the_web(void **state)
{
    const struct config_rule url = {CONFIG_URL, 0, 0};

    (void)state;
    takes(url, "http://a https://a.example:1/b/c http://[::1]:8001/x");
    refuses(url, no_url);
    refuses(url, "ftp://a file:///a ws://a http://a//");
}

static void a_public_url_loses_its_last_slash(void **state)
{
    const struct config_rule url = {CONFIG_URL, 0, 0};

    (void)state;
    becomes(url, "https://a.example:8443/x/", "https://a.example:8443/x");
    becomes(url, "HTTPS://A.Example:443/X/", "https://a.example/X");
    becomes(url, "http://a/", "http://a");
}

static void a_url_to_be_asked_has_no_tls(void **state)
{
    const struct config_rule http = {CONFIG_HTTP, 0, 0};

    (void)state;
    takes(http, "http://a http://127.0.0.1:1 http://a/b/c http://[::1]:8/%20");
    refuses(http, no_url);
    refuses(http, "https://a ftp://a file:///a");
    becomes(http, "HTTP://A/b/", "http://a/b/"); /* b/ may differ from b */
}

static void an_origin_is_a_star_or_what_browsers_send(void **state)
{
    const struct config_rule origin = {CONFIG_ORIGIN, 0, 0};

    (void)state;
    takes(origin, "* https://a.example http://localhost:65535 http://[::1]:1 "
                  "app+x://y");
    refuses(origin, no_url);
    refuses(origin, "** null ://a http://a/b http://a:b http://a,http://b "
                    "http://* file://a ws://a wss://a");
}

static void an_origin_is_kept_as_browsers_send_it(void **state)
{
    const struct config_rule origin = {CONFIG_ORIGIN, 0, 0};

    (void)state;
    becomes(origin, "https://App.Example:443", "https://app.example");
    becomes(origin, "HTTP://a:80", "http://a");
    becomes(origin, "http://a:443", "http://a:443");
    becomes(origin, "http://a:08080", "http://a:8080");
    becomes(origin, "https://a/", "https://a");
    becomes(origin, "https://[0:0::0:1]", "https://[::1]");
    becomes(origin, "*", "*");
}

static void each_kind_of_url_is_kept_by_itself(void **state)
{
    const struct config_rule url = {CONFIG_URL, 0, 0};
    const struct config_rule http = {CONFIG_HTTP, 0, 0};
    const struct config_rule origin = {CONFIG_ORIGIN, 0, 0};
    const char *a = NULL, *b = NULL, *c = NULL;

    (void)state;
    assert_true(config_value_read(&url, "http://a", &a));
    assert_true(config_value_read(&http, "http://b", &b));
    assert_true(config_value_read(&origin, "http://c", &c));
    assert_string_equal(a, "http://a");
    assert_string_equal(b, "http://b");
    assert_string_equal(c, "http://c");
}

static void what_is_refused_leaves_the_field_alone(void **state)
{
    const struct config_rule port = {CONFIG_INT, 0, 65535};
    const struct config_rule seconds = {CONFIG_SECONDS, 1, 86400000};
    int number = 17;
    int64_t ms = 18;

    (void)state;
    assert_false(config_value_read(&port, "65536", &number));
    assert_int_equal(number, 17);
    assert_false(config_value_read(&seconds, "86400.001", &ms));
    assert_int_equal(ms, 18);
}

static void a_rule_says_what_it_wants(void **state)
{
    const struct config_rule queue = {CONFIG_INT, 1, 1000000};
    const struct config_rule seconds = {CONFIG_SECONDS, 1, 86400000};
    struct buf words = {0};

    (void)state;
    config_value_describe(&queue, &words);
    unit_assert_buf(&words, "a whole number from 1 to 1000000");
    buf_clear(&words);
    config_value_put_bounds(&seconds, ", ", &words);
    unit_assert_buf(&words, ", 0.001 to 86400");
    buf_release(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_anything_but_nothing),
        cmocka_unit_test(a_whole_number_lies_within_its_bounds),
        cmocka_unit_test(a_whole_number_has_nothing_but_digits),
        cmocka_unit_test(seconds_lie_within_their_bounds),
        cmocka_unit_test(seconds_have_digits_and_at_most_three_decimals),
        cmocka_unit_test(seconds_become_milliseconds),
        cmocka_unit_test(a_level_is_one_of_four_words),
        cmocka_unit_test(a_host_is_an_ipv4_address),
        cmocka_unit_test(localhost_becomes_its_address),
        cmocka_unit_test(a_public_url_is_one_of_the_web),
        cmocka_unit_test(a_public_url_loses_its_last_slash),
        cmocka_unit_test(a_url_to_be_asked_has_no_tls),
        cmocka_unit_test(an_origin_is_a_star_or_what_browsers_send),
        cmocka_unit_test(an_origin_is_kept_as_browsers_send_it),
        cmocka_unit_test(each_kind_of_url_is_kept_by_itself),
        cmocka_unit_test(what_is_refused_leaves_the_field_alone),
        cmocka_unit_test(a_rule_says_what_it_wants),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
