#include <stdio.h>
#include <string.h>

#include "common/http/http_request.h"
#include "tests/unit/unit.h"

static const struct config config = {
    .program = "todo-test", .host = "127.0.0.1", .port = 8080};

/* Reads the field (and a second one, unless NULL) of a request for todo 7. */
static enum todo_err read_fields(const char *name, const char *first,
                                 const char *second,
                                 struct conditions *conditions)
{
    const char *values[] = {first, second};
    struct http_request request = {0};
    struct reply reply = {0};
    enum todo_err err;

    request.head = (struct http_head){.method = "DELETE",
                                      .path = {"/todos/7", 8},
                                      .major = 1,
                                      .minor = 1,
                                      .field_count = 1};
    request.head.fields[0] = (struct http_field){{"Host", 4}, {"[::1]", 5}};
    for (int i = 0; i < 2 && values[i]; i++)
        request.head.fields[request.head.field_count++] = (struct http_field){
            {name, strlen(name)}, {values[i], strlen(values[i])}};
    err = http_request_accept(&request, &config, &reply);
    *conditions = request.conditions;
    reply_release(&reply);
    return err;
}

static void assert_versions(const int64_t *got, int count, const char *field,
                            const int64_t *want)
{
    int wanted = 0;

    while (wanted < 4 && want[wanted] != 0)
        wanted++;
    if (count != wanted ||
        (count > 0 && memcmp(got, want, (size_t)count * sizeof *got) != 0))
        fail_msg("%s: %d versions, not %d", field, count, wanted);
}

/* Which versions of todo 7 a list names; 0 ends them. If-Match compares
 * strongly: a weak tag is a tag, and matches nothing. */
static void lists_name_versions_of_this_todo(void **state)
{
    static const struct {
        const char *field;
        int64_t match[4], none_match[4];
    } cases[] = {
        {"\"7-1\"", {1}, {1}},
        {"\"7-1\", \"7-2\",\"7-30\"", {1, 2, 30}, {1, 2, 30}},
        {"\"7-1\",,\t, \"7-2\",", {1, 2}, {1, 2}},
        {"W/\"7-1\"", {0}, {1}},
        {"W/\"7-1\", \"7-2\"", {2}, {1, 2}},
        {"\"8-1\"", {0}, {0}},
        {"\"77-1\"", {0}, {0}},
        {"\"8-1\", \"7-3\", \"9-1\"", {3}, {3}},
        {"\"7\"", {0}, {0}},
        {"\"\"", {0}, {0}},
        {"\"-\"", {0}, {0}},
        {"\"*\"", {0}, {0}},
        {"\"7-\"", {0}, {0}},
        {"\"7-01\"", {0}, {0}},
        {"\"7--1\"", {0}, {0}},
        {"\"7-+1\"", {0}, {0}},
        {"\"7-1x\"", {0}, {0}},
        {"\"7-1 \"", {0}, {0}},
        {"\" 7-1\"", {0}, {0}},
        {"\"7-1.0\"", {0}, {0}},
        {"\"7-1-1\"", {0}, {0}},
        {"\"07-1\"", {0}, {0}},
        {"\"a,b\", \"7-4\"", {4}, {4}},
        {"\"7-1,\"", {0}, {0}},
        {"\"7-1, 7-2\"", {0}, {0}},
        {"\"7-9223372036854775799\"",
         {9223372036854775799},
         {9223372036854775799}},
        {"\"7-9223372036854775808\"", {0}, {0}},
        {"\"7-18446744073709551617\"", {0}, {0}},
        {"\"7-99999999999999999999999999999999999999\"", {0}, {0}},
        {"\"\xC3\xA9\"", {0}, {0}},
        {"\"W/7-1\"", {0}, {0}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conditions read;

        assert_int_equal(read_fields("If-Match", cases[i].field, NULL, &read),
                         TODO_OK);
        assert_true(read.has_match && !read.match_any);
        assert_int_equal(read.none_match_count, 0);
        assert_versions(read.match, read.match_count, cases[i].field,
                        cases[i].match);
        assert_int_equal(
            read_fields("If-None-Match", cases[i].field, NULL, &read), TODO_OK);
        assert_false(read.has_match || read.none_match_any);
        assert_int_equal(read.match_count, 0);
        assert_versions(read.none_match, read.none_match_count, cases[i].field,
                        cases[i].none_match);
    }
}

static void what_is_no_list_of_tags_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        ",",
        " , ",
        "7-1",
        "\"7-1",
        "7-1\"",
        "\"",
        "'7-1'",
        "\"7-1\"x",
        "x\"7-1\"",
        "w/\"7-1\"",
        "W/7-1",
        "W/",
        "W/\"",
        "W\"7-1\"",
        "W/ \"7\"",
        "**",
        "*, \"7-1\"",
        "\"7-1\", *",
        "*,*",
        "\"7-1\" \"7-2\"",
        "\"7-1\";\"7-2\"",
        "\"7\"1\"",
        "\"7-1\", junk",
        "junk, \"7-1\"",
    };

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct conditions read;

        if (read_fields("If-Match", bad[i], NULL, &read) !=
                TODO_ERR_CONDITION ||
            read_fields("If-None-Match", bad[i], NULL, &read) !=
                TODO_ERR_CONDITION)
            fail_msg("%s", bad[i]);
    }
}

static void a_star_is_any(void **state)
{
    struct conditions read;

    (void)state;
    assert_int_equal(read_fields("If-Match", "*", NULL, &read), TODO_OK);
    assert_true(read.has_match && read.match_any && !read.none_match_any);
    assert_int_equal(read_fields("If-None-Match", "*", NULL, &read), TODO_OK);
    assert_true(!read.has_match && !read.match_any && read.none_match_any);
}

/* Two lists could be joined, but so nobody sends them. */
static void a_second_field_is_refused(void **state)
{
    struct conditions read;

    (void)state;
    assert_int_equal(read_fields("If-Match", "\"7-1\"", "\"7-2\"", &read),
                     TODO_ERR_CONDITION);
    assert_int_equal(read_fields("If-None-Match", "\"7-1\"", "*", &read),
                     TODO_ERR_CONDITION);
}

static void sixteen_tags_pass_and_seventeen_do_not(void **state)
{
    static const char *const names[] = {"If-Match", "If-None-Match"};
    static const char *const begins[] = {"\"7-", "\"8-", " W/\"7-"};
    struct conditions read;

    (void)state;
    for (size_t kind = 0; kind < sizeof begins / sizeof *begins; kind++)
        for (size_t name = 0; name < 2; name++) {
            struct buf field = {0};

            for (int i = 1; i <= CONDITIONS_MAX_TAGS; i++)
                buf_printf(&field, "%s%d\",", begins[kind], i);
            buf_put(&field, "", 1);
            assert_int_equal(read_fields(names[name], field.data, NULL, &read),
                             TODO_OK);
            field.len--; /* the NUL */
            buf_put(&field, "\"9-9\"", sizeof "\"9-9\"");
            assert_int_equal(read_fields(names[name], field.data, NULL, &read),
                             TODO_ERR_CONDITION);
            buf_release(&field);
        }
}

static void all_sixteen_versions_are_kept(void **state)
{
    struct conditions read;
    char field[256];
    size_t len = 0;

    (void)state;
    for (int i = 1; i <= CONDITIONS_MAX_TAGS; i++)
        len +=
            (size_t)snprintf(field + len, sizeof field - len, "\"7-%d\",", i);
    assert_int_equal(read_fields("If-Match", field, NULL, &read), TODO_OK);
    for (int i = 1; i <= CONDITIONS_MAX_TAGS; i++)
        assert_int_equal(conditions_check(&read, i), TODO_OK);
    assert_int_equal(conditions_check(&read, CONDITIONS_MAX_TAGS + 1),
                     TODO_ERR_PRECONDITION);
    assert_int_equal(conditions_check(&read, 0), TODO_ERR_PRECONDITION);
}

/* --- what they decide ----------------------------------------------------- */

static void conditions_decide_about_a_version(void **state)
{
    static const struct {
        const char *name, *field;
        bool write_1, write_2, unmodified_1; /* of version 1 and 2 */
    } cases[] = {
        {"If-Match", "\"7-1\"", true, false, false},
        {"If-Match", "\"7-2\", \"7-1\"", true, true, false},
        {"If-Match", "W/\"7-1\"", false, false, false},
        {"If-Match", "\"8-1\"", false, false, false},
        {"If-Match", "*", true, true, false},
        {"If-None-Match", "\"7-1\"", false, true, true},
        {"If-None-Match", "W/\"7-1\"", false, true, true},
        {"If-None-Match", "\"8-1\"", true, true, false},
        {"If-None-Match", "*", false, false, true},
        {"If-Unrelated", "\"7-2\"", true, true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct conditions read;

        assert_int_equal(
            read_fields(cases[i].name, cases[i].field, NULL, &read), TODO_OK);
        if ((conditions_check(&read, 1) == TODO_OK) != cases[i].write_1 ||
            (conditions_check(&read, 2) == TODO_OK) != cases[i].write_2 ||
            conditions_unmodified(&read, 1) != cases[i].unmodified_1)
            fail_msg("%s: %s", cases[i].name, cases[i].field);
    }
}

static void both_conditions_must_hold(void **state)
{
    struct conditions both = {.has_match = true,
                              .match_count = 2,
                              .match = {1, 2},
                              .none_match_count = 1,
                              .none_match = {2}};

    (void)state;
    assert_int_equal(conditions_check(&both, 1), TODO_OK);
    assert_int_equal(conditions_check(&both, 2), TODO_ERR_PRECONDITION);
    assert_int_equal(conditions_check(&both, 3), TODO_ERR_PRECONDITION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_name_versions_of_this_todo),
        cmocka_unit_test(what_is_no_list_of_tags_is_refused),
        cmocka_unit_test(a_star_is_any),
        cmocka_unit_test(a_second_field_is_refused),
        cmocka_unit_test(sixteen_tags_pass_and_seventeen_do_not),
        cmocka_unit_test(all_sixteen_versions_are_kept),
        cmocka_unit_test(conditions_decide_about_a_version),
        cmocka_unit_test(both_conditions_must_hold),
    };

    return cmocka_run_group_tests_name("conditions", tests, NULL, NULL);
}
