#include <string.h>

#include "common/base/url.h"
#include "tests/unit/unit.h"

/* Reads each of the words, which stand with one blank between them. */
static void try_words(const char *words, bool taken)
{
    while (*words != '\0') {
        size_t len = strcspn(words, " ");
        char word[2 * URL_SIZE];
        struct url url;

        assert_true(len < sizeof word);
        memcpy(word, words, len);
        word[len] = '\0';
        if (url_read(&url, word) != taken)
            fail_msg("\"%s\" is %s", word, taken ? "refused" : "taken");
        words += len + (words[len] == ' ');
    }
}

static void becomes(const char *text, const char *expected)
{
    struct url url;
    char written[URL_SIZE];

    if (!url_read(&url, text))
        fail_msg("\"%s\" is refused", text);
    assert_true(url_write(&url, written));
    assert_string_equal(written, expected);
    assert_true(url_read(&url, written)); /* it is its own spelling */
    assert_true(url_write(&url, written));
    assert_string_equal(written, expected);
}

static void a_url_has_its_parts(void **state)
{
    struct url url;

    (void)state;
    assert_true(url_read(&url, "https://Example.org:8443/Api/v1"));
    assert_string_equal(url.scheme, "https");
    assert_string_equal(url.host, "example.org");
    assert_int_equal(url.port, 8443);
    assert_string_equal(url.path, "/Api/v1");
    assert_true(url_read(&url, "http://[::1]"));
    assert_string_equal(url.host, "[::1]");
    assert_int_equal(url.port, 0);
    assert_string_equal(url.path, "");
}

static void scheme_and_host_are_written_in_lower_case(void **state)
{
    (void)state;
    becomes("HTTPS://App.Example/Path", "https://app.example/Path");
    becomes("APP+x-1.2://HOST", "app+x-1.2://host");
}

static void the_usual_port_is_not_written(void **state)
{
    (void)state;
    becomes("http://a:80", "http://a");
    becomes("https://a:443/x", "https://a/x");
    becomes("https://a:0443", "https://a");
    becomes("https://a:80", "https://a:80");
    becomes("http://a:443", "http://a:443");
    becomes("app://a:80", "app://a:80");
    becomes("http://a:65535", "http://a:65535");
}

static void ipv6_addresses_are_written_as_browsers_write_them(void **state)
{
    (void)state;
    becomes("http://[::1]:8001", "http://[::1]:8001");
    becomes("http://[0:0:0:0:0:0:0:1]", "http://[::1]");
    becomes("http://[2001:DB8::0001]", "http://[2001:db8::1]");
    becomes("http://[1:2:3:4:5:6:7::]", "http://[1:2:3:4:5:6:7:0]");
    becomes("http://[64:ff9b::1.2.3.4]", "http://[64:ff9b::102:304]");
}

static void hosts_with_another_spelling_are_refused(void **state)
{
    (void)state;
    try_words("http://127.0.0.1 http://0.0.0.0 http://1.2.3.4.a http://1a "
              "http://a_b http://xn--bcher-kva.example http://0xy",
              true);
    try_words("http://127.1 http://0x7f.1 http://0x7f000001 http://2130706433 "
              "http://0X7F.0.0.1 http://127.0.0.01 http://256.0.0.1 "
              "http://1.2.3.4.5 http://a.1 http://a.0x http://a. http://.a "
              "http://a..b http://. http://[::ffff:1.2.3.4] http://[::1.2.3.4] "
              "http://[] http://[::1 http://::1 http://[::1]a http://[1] "
              "http://[fe80::1%25eth0] http://[:::] http://\xc3\xa4 "
              "http://a%2eb http://a*",
              false);
}

static void what_is_no_such_url_is_refused(void **state)
{
    (void)state;
    try_words("a //a http http: http:/ http:/a http:a :// ://a 1a://b +a://b "
              "h_t://a http:// http:///a http://a: http://a:0 http://a:00 "
              "http://a:65536 http://a:99999999999999999999 http://a:x "
              "http://a:-1 http://a:+1 http://a:1:2 http://u@a http://u:p@a "
              "http://a?b http://a/?b http://a#b http://a/#b http://a\\b",
              false);
    try_words("\thttp://a http://a\t http://a/\x01 http://a/\x7f", false);
}

static void a_path_has_no_segment_that_browsers_take_out(void **state)
{
    (void)state;
    try_words("http://a/ http://a/b/ http://a/b/c http://a/%20~ "
              "http://a/... http://a/.b http://a/b. http://a/!$&'()*+,;=:@",
              true);
    try_words("http://a// http://a//b http://a/b//c http://a/. http://a/.. "
              "http://a/./b http://a/b/../c http://a/% http://a/%2 "
              "http://a/%g0 http://a/\" http://a/< http://a/\\ http://a/^ "
              "http://a/\xc3\xa4",
              false);
}

static void the_longest_has_255_bytes(void **state)
{
    char text[URL_SIZE + 1] = "http://a/";
    struct url url;

    (void)state;
    memset(text + strlen(text), 'x', URL_SIZE - strlen(text));
    text[URL_SIZE] = '\0';
    assert_false(url_read(&url, text));
    text[URL_SIZE - 1] = '\0';
    becomes(text, text);
    memset(text, 'x', URL_SIZE - 1); /* a scheme alone */
    assert_false(url_read(&url, text));
}

static void the_path_of_a_url_is_found_in_it(void **state)
{
    (void)state;
    assert_string_equal(url_path("https://example.org/api"), "/api");
    assert_string_equal(url_path("https://example.org"), "");
    assert_string_equal(url_path("http://[::1]:1/a/b"), "/a/b");
    assert_string_equal(url_path(""), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_has_its_parts),
        cmocka_unit_test(scheme_and_host_are_written_in_lower_case),
        cmocka_unit_test(the_usual_port_is_not_written),
        cmocka_unit_test(ipv6_addresses_are_written_as_browsers_write_them),
        cmocka_unit_test(hosts_with_another_spelling_are_refused),
        cmocka_unit_test(what_is_no_such_url_is_refused),
        cmocka_unit_test(a_path_has_no_segment_that_browsers_take_out),
        cmocka_unit_test(the_longest_has_255_bytes),
        cmocka_unit_test(the_path_of_a_url_is_found_in_it),
    };

    return cmocka_run_group_tests_name("url", tests, NULL, NULL);
}
