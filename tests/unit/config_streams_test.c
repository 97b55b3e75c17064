#include <stdio.h>
#include <string.h>

#include "common/setup/config.h"
#include "tests/cmocka_all.h"

enum { MAX_WORDS = 8 };

/* Reads the program's name, then these words up to a NULL. */
static struct config read_words(enum config_room room, const char *const *words)
{
    static char copies[MAX_WORDS][32];
    static char program[] = "program";
    char *argv[MAX_WORDS + 2] = {program};
    struct config config;
    int argc = 1;

    for (; words[argc - 1]; argc++) {
        char *copy = copies[argc - 1];

        assert_true(argc < MAX_WORDS && strlen(words[argc - 1]) < 32);
        memcpy(copy, words[argc - 1], strlen(words[argc - 1]) + 1);
        argv[argc] = copy;
    }
    assert_int_equal(config_read(&config, room, argc, argv), CONFIG_RUN);
    return config;
}

static int streams_of(const char *a, const char *b, const char *c,
                      const char *d)
{
    const char *const words[] = {a, b, c, d, NULL};

    return read_words(CONFIG_SYNC, words).max_streams;
}

static void a_heartbeat_comes_every_15_s_unless_told(void **state)
{
    static const char *const none[] = {NULL};
    static const char *const half[] = {"--heartbeat", "0.5", NULL};
    static const enum config_room rooms[] = {CONFIG_SYNC, CONFIG_ASYNC};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(read_words(rooms[i], none).heartbeat_ms, 15000);
        assert_int_equal(read_words(rooms[i], half).heartbeat_ms, 500);
    }
}

/* Rounded up: with a single thread one stream must be possible. */
static void half_the_threads_are_for_streams_unless_told(void **state)
{
    (void)state;
    assert_int_equal(streams_of(NULL, NULL, NULL, NULL), 32);
    assert_int_equal(streams_of("--threads", "10", NULL, NULL), 5);
    assert_int_equal(streams_of("--threads", "7", NULL, NULL), 4);
    assert_int_equal(streams_of("--threads", "1", NULL, NULL), 1);
    assert_int_equal(streams_of("--threads", "8", "--max-streams", "3"), 3);
    assert_int_equal(streams_of("--max-streams", "3", "--threads", "8"), 3);
}

/* A single thread serves one stream, and no two. */
static void streams_leave_a_thread_for_others(void **state)
{
    static char words[][16] = {"program", "--threads", "", "--max-streams", ""};
    static const char *const refused[][2] = {
        {"1", "2"}, {"2", "2"}, {"8", "8"}};
    char *argv[] = {words[0], words[1], words[2], words[3], words[4], NULL};
    struct config config;

    (void)state;
    assert_int_equal(streams_of("--threads", "1", "--max-streams", "1"), 1);
    assert_int_equal(streams_of("--threads", "8", "--max-streams", "7"), 7);
    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(words[2], sizeof words[2], "%s", refused[i][0]);
        (void)snprintf(words[4], sizeof words[4], "%s", refused[i][1]);
        assert_int_equal(config_read(&config, CONFIG_SYNC, 5, argv),
                         CONFIG_MISTAKEN);
    }
}

static void a_loop_takes_ten_thousand_streams_unless_told(void **state)
{
    static const char *const none[] = {NULL};
    static const char *const few[] = {"--max-streams=2", NULL};

    (void)state;
    assert_int_equal(read_words(CONFIG_ASYNC, none).max_streams, 10000);
    assert_int_equal(read_words(CONFIG_ASYNC, few).max_streams, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heartbeat_comes_every_15_s_unless_told),
        cmocka_unit_test(half_the_threads_are_for_streams_unless_told),
        cmocka_unit_test(streams_leave_a_thread_for_others),
        cmocka_unit_test(a_loop_takes_ten_thousand_streams_unless_told),
    };

    return cmocka_run_group_tests_name("config_streams", tests, NULL, NULL);
}
