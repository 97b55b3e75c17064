#include "exercises/runner/others.h"
#include "tests/unit/unit.h"

static void only_idle_time_is_nobodys(void **state)
{
    struct others_times times;

    (void)state;
    assert_true(others_read(&times, "cpu  1 2 4 8 16 32 64 128 0 0\n"));
    assert_int_equal(times.idle, 24);
    assert_int_equal(times.all, 255);
}

/* A line of one processor, one of an old system, and none. */
static void other_lines_are_not_read(void **state)
{
    static const char *const lines[] = {"cpu0 1 2 4 8 16 32 64 128 0 0\n",
                                        "cpu  1 2 4 8\n", "intr 1 2 3\n", ""};
    struct others_times times;

    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        assert_false(others_read(&times, lines[i]));
}

static void what_was_not_idle_is_the_others(void **state)
{
    static const struct {
        struct others_times before, after;
        int percent;
    } looks[] = {
        {{100, 200}, {200, 300}, 0},
        {{100, 200}, {175, 300}, 25},
        {{100, 200}, {100, 400}, 100},
        {{100, 200}, {100, 200}, 0}, /* no tick went by */
        {{100, 200}, {90, 300}, 0},  /* set back */
    };

    (void)state;
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++)
        assert_int_equal(others_percent(&looks[i].before, &looks[i].after),
                         looks[i].percent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_idle_time_is_nobodys),
        cmocka_unit_test(other_lines_are_not_read),
        cmocka_unit_test(what_was_not_idle_is_the_others),
    };

    return cmocka_run_group_tests_name("others", tests, NULL, NULL);
}
