#include <stdlib.h>
#include <string.h>

#include "common/http/http_rules.h"
#include "tests/unit/unit.h"

static struct http_text text(const char *word)
{
    return (struct http_text){word, strlen(word)};
}

/* A head that passes: GET /todos HTTP/1.1, Host: h. */
static struct http_head good_head(void)
{
    struct http_head head = {.method = "GET",
                             .path = {"/todos", 6},
                             .major = 1,
                             .minor = 1,
                             .field_count = 1};

    head.fields[0] = (struct http_field){{"Host", 4}, {"h", 1}};
    return head;
}

static void add(struct http_head *head, const char *name, const char *value)
{
    assert_true(head->field_count < HTTP_MAX_FIELDS);
    head->fields[head->field_count++] =
        (struct http_field){text(name), text(value)};
}

static enum todo_err check(const struct http_head *head,
                           struct http_meaning *meaning)
{
    struct problem problem = {0};
    enum todo_err err = http_rules_check(head, meaning, &problem);

    assert_true(err != TODO_ERR_MALFORMED || problem.detail);
    assert_true(err || !problem.detail);
    return err;
}

/* What a good head with these fields more (NULL ends them) is judged. */
static enum todo_err check_with(const char *const *fields,
                                struct http_meaning *meaning)
{
    struct http_head head = good_head();

    for (; fields[0]; fields += 2)
        add(&head, fields[0], fields[1]);
    return check(&head, meaning);
}

static void a_plain_get_passes_and_has_no_body(void **state)
{
    struct http_head head = good_head();
    struct http_meaning meaning = {.chunked = true, .content_length = 7};

    (void)state;
    assert_int_equal(check(&head, &meaning), TODO_OK);
    assert_true(meaning.keep_alive);
    assert_false(meaning.has_length || meaning.chunked);
    assert_uint_equal(meaning.content_length, 0);
    assert_true(http_text_is(meaning.host, "h"));
}

/* --- framing -------------------------------------------------------------- */

/* llhttp knows more methods than civetweb does, so the two rooms agree here. */
static void methods_are_those_that_both_parsers_know(void **state)
{
    static const char *const known[] = {"GET",      "HEAD",  "POST", "OPTIONS",
                                        "PROPFIND", "MKCOL", "LOCK", "REPORT"};
    static const char *const others[] = {
        "TRACE", "COPY", "MOVE",   "SEARCH",   "PURGE",  "M-SEARCH", "LINK",
        "MERGE", "ACL",  "NOTIFY", "CHECKOUT", "SOURCE", "get",      ""};

    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (!http_is_method(known[i]))
            fail_msg("%s is no method", known[i]);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (http_is_method(others[i]))
            fail_msg("%s is a method", others[i]);
}

static void lengths_are_plain_decimals(void **state)
{
    static const struct {
        const char *value;
        uint64_t length;
    } good[] = {
        {"0", 0},
        {"17", 17},
        {"007", 7},
        {"65537", 65537},
        {"18446744073709551615", UINT64_MAX},
        {"18446744073709551616", UINT64_MAX},
        {"99999999999999999999999999999999999999999", UINT64_MAX},
    };
    static const char *const bad[] = {
        "",    "-1",  "+1",    "1.0",  "0x10", "1e3",
        "1 2", "1,1", "1, 1",  "1\t",  "a",    "4x",
        "-0",  "1;",  "\"1\"", "\xB2", "1_0",  "18446744073709551616x",
    };
    struct http_meaning meaning;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *fields[] = {"Content-Length", good[i].value, NULL};

        assert_int_equal(check_with(fields, &meaning), TODO_OK);
        assert_true(meaning.has_length && !meaning.chunked);
        assert_true(meaning.content_length >= good[i].length ||
                    meaning.content_length == UINT64_MAX);
        assert_true(good[i].length == UINT64_MAX ||
                    meaning.content_length == good[i].length);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *fields[] = {"content-length", bad[i], NULL};

        if (check_with(fields, &meaning) != TODO_ERR_MALFORMED)
            fail_msg("Content-Length: %s", bad[i]);
    }
}

/* However long, a length never wraps round to a small one. */
static void no_length_is_taken_for_a_smaller_one(void **state)
{
    char digits[64];
    uint64_t last = 0;

    (void)state;
    for (size_t len = 1; len < sizeof digits; len++) {
        struct http_meaning meaning;
        struct http_head head = good_head();

        digits[len - 1] = (char)('0' + (len * 7 + 1) % 10);
        add(&head, "Content-Length", "");
        head.fields[1].value = (struct http_text){digits, len};
        assert_int_equal(check(&head, &meaning), TODO_OK);
        assert_true(meaning.content_length >= last);
        last = meaning.content_length;
    }
    assert_true(last == UINT64_MAX);
}

static void only_chunked_is_a_transfer_coding(void **state)
{
    static const char *const bad[] = {
        "",         "gzip",        "gzip, chunked", "chunked, chunked",
        "chunked,", "identity",    "chunked;q=1",   "xchunked",
        "chunkedx", "\"chunked\"",
    };
    static const char *const good[] = {"chunked", "Chunked", "CHUNKED"};
    struct http_meaning meaning;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        const char *fields[] = {"Transfer-Encoding", good[i], NULL};

        assert_int_equal(check_with(fields, &meaning), TODO_OK);
        assert_true(meaning.chunked && !meaning.has_length);
        assert_uint_equal(meaning.content_length, 0);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        const char *fields[] = {"transfer-encoding", bad[i], NULL};

        if (check_with(fields, &meaning) != TODO_ERR_MALFORMED)
            fail_msg("Transfer-Encoding: %s", bad[i]);
    }
}

static void who_can_be_read_two_ways_is_refused(void **state)
{
    static const char *const heads[][5] = {
        {"Content-Length", "5", "Content-Length", "5", NULL},
        {"Content-Length", "5", "content-length", "6", NULL},
        {"Transfer-Encoding", "chunked", "Transfer-Encoding", "chunked", NULL},
        {"Content-Length", "5", "Transfer-Encoding", "chunked", NULL},
        {"Transfer-Encoding", "chunked", "Content-Length", "5", NULL},
        {"Transfer-Encoding", "identity", "Content-Length", "0", NULL},
        {"Trailer", "X-Sum", NULL},
        {"Transfer-Encoding", "chunked", "Trailer", "", NULL},
        {"Host", "h", NULL},
        {"host", "other", NULL},
        {"", "no name", NULL},
    };
    struct http_meaning meaning;

    (void)state;
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        if (check_with(heads[i], &meaning) != TODO_ERR_MALFORMED)
            fail_msg("%s: %s", heads[i][0], heads[i][1]);
}

static void http_1_0_knows_no_chunks_and_needs_no_host(void **state)
{
    struct http_head head = good_head();
    struct http_meaning meaning;

    (void)state;
    head.minor = 0;
    head.field_count = 0;
    assert_int_equal(check(&head, &meaning), TODO_OK);
    assert_uint_equal(meaning.host.len, 0);
    add(&head, "Transfer-Encoding", "chunked");
    assert_int_equal(check(&head, &meaning), TODO_ERR_MALFORMED);
    head = good_head();
    head.field_count = 0;
    assert_int_equal(check(&head, &meaning), TODO_ERR_MALFORMED);
}

static void only_http_1_0_and_1_1_are_spoken(void **state)
{
    static const int versions[][2] = {{0, 9}, {1, 2}, {1, 9},
                                      {2, 0}, {3, 0}, {0, 1}};

    (void)state;
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
        struct http_head head = good_head();
        struct http_meaning meaning;

        head.major = versions[i][0];
        head.minor = versions[i][1];
        assert_int_equal(check(&head, &meaning), TODO_ERR_HTTP_VERSION);
    }
}

static void a_target_begins_with_a_slash(void **state)
{
    static const char *const targets[] = {
        "", "*", "todos", "http://h/todos", "h:80", "\\todos"};

    (void)state;
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        struct http_head head = good_head();
        struct http_meaning meaning;

        head.path = text(targets[i]);
        assert_int_equal(check(&head, &meaning), TODO_ERR_MALFORMED);
    }
}

/* --- sizes ---------------------------------------------------------------- */

static void sixty_three_fields_pass_and_more_do_not(void **state)
{
    struct http_head head = good_head();
    struct http_meaning meaning;

    (void)state;
    while (head.field_count < HTTP_MAX_FIELDS - 1)
        add(&head, "X", "y");
    assert_int_equal(check(&head, &meaning), TODO_OK);
    add(&head, "X", "y");
    assert_int_equal(check(&head, &meaning), TODO_ERR_HEAD_TOO_LARGE);
    head.field_count = 1000; /* the parser has counted on */
    assert_int_equal(check(&head, &meaning), TODO_ERR_HEAD_TOO_LARGE);
}

static void a_head_has_at_most_16_kib(void **state)
{
    struct http_head head = good_head();
    struct http_meaning meaning;
    const size_t rest = strlen("GET /todos HTTP/1.1\r\nHost: h\r\nX: \r\n\r\n");
    char *value = unit_alloc(HTTP_MAX_HEAD);

    (void)state;
    memset(value, 'v', HTTP_MAX_HEAD);
    add(&head, "X", "");
    head.fields[1].value = (struct http_text){value, HTTP_MAX_HEAD - rest};
    assert_int_equal(check(&head, &meaning), TODO_OK);
    head.fields[1].value.len++;
    assert_int_equal(check(&head, &meaning), TODO_ERR_HEAD_TOO_LARGE);
    free(value);
}

static void a_target_has_at_most_8_kib(void **state)
{
    struct http_head head = good_head();
    struct http_meaning meaning;
    char *target = unit_alloc(HTTP_MAX_TARGET + 1);

    (void)state;
    memset(target, '/', HTTP_MAX_TARGET + 1);
    head.path = (struct http_text){target, HTTP_MAX_TARGET};
    assert_int_equal(check(&head, &meaning), TODO_OK);
    head.query = text(""); /* the question mark counts */
    assert_int_equal(check(&head, &meaning), TODO_ERR_TARGET_TOO_LONG);
    head.path.len = 1;
    head.query = (struct http_text){target, HTTP_MAX_TARGET - 2};
    assert_int_equal(check(&head, &meaning), TODO_OK);
    head.query.len++;
    assert_int_equal(check(&head, &meaning), TODO_ERR_TARGET_TOO_LONG);
    free(target);
}

/* --- Host, Connection ----------------------------------------------------- */

static void hosts_are_names_and_addresses(void **state)
{
    static const char *const good[] = {
        "h",          "localhost:8080", "127.0.0.1",   "127.0.0.1:1", "[::1]",
        "[::1]:80",   "a-b.c_d~e",      "EXAMPLE.com", "h:",          "[::]",
        "[fe80::1]:", "h:65535",        "h:00080",
    };
    static const char *const bad[] = {
        "",        "a b",
        "a/b",     "a\"b",
        "<h>",     "h:80a",
        "h:-1",    ":80",
        "[]",      "[:]",
        "[::1",    "[::1]x",
        "[a/]",    "::1",
        "h:1:2",   "u@h",
        "h%41",    "\xC3\xA9",
        "[::1]80", "h,i",
        "h?",      "h#",
        "[[::1]]", "[::1]]",
        "h:65536", "h:99999999999999999999",
    };
    struct http_head head = good_head();
    struct http_meaning meaning;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        head.fields[0].value = text(good[i]);
        if (check(&head, &meaning) != TODO_OK)
            fail_msg("Host: %s", good[i]);
        assert_true(meaning.host.at == good[i]);
        assert_uint_equal(meaning.host.len, strlen(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        head.fields[0].value = text(bad[i]);
        if (check(&head, &meaning) != TODO_ERR_HOST)
            fail_msg("Host: %s", bad[i]);
    }
}

static void a_host_has_at_most_255_bytes(void **state)
{
    struct http_head head = good_head();
    struct http_meaning meaning;
    char *host = unit_alloc(HTTP_MAX_HOST + 1);

    (void)state;
    memset(host, 'h', HTTP_MAX_HOST + 1);
    head.fields[0].value = (struct http_text){host, HTTP_MAX_HOST};
    assert_int_equal(check(&head, &meaning), TODO_OK);
    head.fields[0].value.len++;
    assert_int_equal(check(&head, &meaning), TODO_ERR_HOST);
    free(host);
}

static void connections_stay_as_asked(void **state)
{
    static const struct {
        const char *connection; /* NULL: no such field */
        bool stays_1_0, stays_1_1;
    } cases[] = {
        {NULL, false, true},
        {"keep-alive", true, true},
        {"Keep-Alive", true, true},
        {"close", false, false},
        {"CLOSE", false, false},
        {"keep-alive, close", false, false},
        {"close, keep-alive", false, false},
        {"x, keep-alive", true, true},
        {"upgrade, keep-alive", false, false},
        {"keep-alive, Upgrade", false, false},
        {", ,keep-alive", true, true},
        {"upgrade", false, false},
        {"", false, false},
        {"keep-alivex", false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int minor = 0; minor < 2; minor++) {
            struct http_head head = good_head();
            struct http_meaning meaning;
            bool want = minor ? cases[i].stays_1_1 : cases[i].stays_1_0;

            head.minor = minor;
            if (cases[i].connection)
                add(&head, "Connection", cases[i].connection);
            assert_int_equal(check(&head, &meaning), TODO_OK);
            if (meaning.keep_alive != want)
                fail_msg("HTTP/1.%d, Connection: %s", minor,
                         cases[i].connection);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_get_passes_and_has_no_body),
        cmocka_unit_test(methods_are_those_that_both_parsers_know),
        cmocka_unit_test(lengths_are_plain_decimals),
        cmocka_unit_test(no_length_is_taken_for_a_smaller_one),
        cmocka_unit_test(only_chunked_is_a_transfer_coding),
        cmocka_unit_test(who_can_be_read_two_ways_is_refused),
        cmocka_unit_test(http_1_0_knows_no_chunks_and_needs_no_host),
        cmocka_unit_test(only_http_1_0_and_1_1_are_spoken),
        cmocka_unit_test(a_target_begins_with_a_slash),
        cmocka_unit_test(sixty_three_fields_pass_and_more_do_not),
        cmocka_unit_test(a_head_has_at_most_16_kib),
        cmocka_unit_test(a_target_has_at_most_8_kib),
        cmocka_unit_test(hosts_are_names_and_addresses),
        cmocka_unit_test(a_host_has_at_most_255_bytes),
        cmocka_unit_test(connections_stay_as_asked),
    };

    return cmocka_run_group_tests_name("http_rules", tests, NULL, NULL);
}
