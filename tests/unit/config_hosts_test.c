#include <string.h>

#include "common/setup/config_value.h"
#include "tests/unit/unit.h"

static const struct config_rule hosts = {CONFIG_HOSTS, 0, 0};

static void assert_read(const char *text, bool taken)
{
    const char *read = "as before";

    if (config_value_read(&hosts, text, &read) != taken ||
        strcmp(read, taken ? text : "as before") != 0)
        fail_msg("\"%s\"", text);
}

static void a_list_has_names_addresses_domains_and_a_star(void **state)
{
    static const char *const lists[] = {"a",
                                        "todo.example",
                                        "TODO.example",
                                        "a-b_c.d9",
                                        "a.",
                                        "todo.example.",
                                        ".todo.example",
                                        ".a",
                                        ".localhost",
                                        "*",
                                        "10.0.0.1",
                                        "[::1]",
                                        "[2001:DB8::]",
                                        "a,b",
                                        "a,.b,[::1],1.2.3.4",
                                        "a,*",
                                        "[::ffff:1.2.3.4]"};

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        assert_read(lists[i], true);
}

static void a_list_has_nothing_else(void **state)
{
    static const char *const lists[] = {
        "",         ",",   "a,",   ",a",        "a,,b",   "a:80",
        "http://a", "a/",  "a b",  "a, b",      " a",     "a ",
        ".",        "..",  "a..b", "..a",       "a..",    "*.a",
        "**",       "*a",  "a*",   ".*",        "::1",    "[::1",
        "[::1]:80", "[]",  "[a]",  "[1.2.3.4]", ".[::1]", "[::1].",
        "\xc3\xa4", "a\n", "a;b",  "user@a",    "a?",     "[1:2:3:4:5:6:7:8:9]",
        "[::1%lo]"};

    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        assert_read(lists[i], false);
}

static void a_name_of_255_bytes_is_the_longest(void **state)
{
    char list[2 * 256 + 1];

    (void)state;
    memset(list, 'a', sizeof list);
    list[255] = ',';
    list[511] = '\0';
    assert_read(list, true); /* each of them */
    memset(list, 'a', 256);
    list[256] = '\0';
    assert_read(list, false);
}

static void a_list_says_what_it_wants(void **state)
{
    struct buf words = {0};

    (void)state;
    config_value_describe(&hosts, &words);
    assert_true(unit_buf_has(&words, "NAME,... without ports"));
    buf_release(&words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_has_names_addresses_domains_and_a_star),
        cmocka_unit_test(a_list_has_nothing_else),
        cmocka_unit_test(a_name_of_255_bytes_is_the_longest),
        cmocka_unit_test(a_list_says_what_it_wants),
    };

    return cmocka_run_group_tests_name("config_hosts", tests, NULL, NULL);
}
