/*
 * tests/system/options.c - the command line: what is refused, and what is
 * asked. Threads: one.   Blocks: until the program has ended.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

/* A program that takes a wrong value must not begin to serve, or the test would
 * wait for it: this database cannot be opened. */
#define NO_DB "--db", "/nonexistent/folder/todos.db"

/* To which of the two programs a mistake can be made. */
enum room { BOTH, SYNC_ONLY, ASYNC_ONLY };

struct mistake {
    const char *what; /* the name of the case */
    const char *args[5];
    const char *named; /* what the line must name */
    enum room room;
};

static struct mistake mistakes[] = {
    {"an_unknown_flag_is_refused", {"--unknown", "1"}, "--unknown", BOTH},
    {"a_stray_word_is_refused", {"word"}, "word", BOTH},
    {"a_short_flag_is_refused", {"-p", "80"}, "-p", BOTH},
    {"a_flag_cut_short_is_refused", {"--por", "80"}, "--por", BOTH},
    {"a_flag_without_its_value_is_refused", {"--port"}, "--port", BOTH},
    {"a_port_in_words_is_refused", {"--port", "http"}, "http", BOTH},
    {"an_empty_port_is_refused", {"--port", ""}, "--port", BOTH},
    {"a_negative_port_is_refused", {"--port", "-1"}, "-1", BOTH},
    {"a_port_beyond_16_bits_is_refused", {"--port", "65536"}, "65536", BOTH},
    {"a_port_with_a_tail_is_refused", {"--port", "80x"}, "80x", BOTH},
    {"a_port_behind_a_space_is_refused", {"--port", " 80"}, "--port", BOTH},
    {"a_port_that_overflows_is_refused",
     {"--port", "18446744073709551617"},
     "--port",
     BOTH},
    {"a_host_that_is_no_address_is_refused",
     {"--host", "1.2.3"},
     "1.2.3",
     BOTH},
    {"a_timeout_in_words_is_refused",
     {"--head-timeout", "soon"},
     "--head-timeout",
     BOTH},
    {"a_negative_timeout_is_refused",
     {"--body-timeout", "-1"},
     "--body-timeout",
     BOTH},
    {"a_timeout_of_zero_is_refused",
     {"--idle-timeout", "0"},
     "--idle-timeout",
     BOTH},
    {"an_infinite_timeout_is_refused",
     {"--write-timeout", "inf"},
     "--write-timeout",
     BOTH},
    {"a_timeout_that_is_no_number_is_refused",
     {"--shutdown-timeout", "nan"},
     "--shutdown-timeout",
     BOTH},
    {"a_timeout_of_centuries_is_refused",
     {"--head-timeout", "1e99"},
     "--head-timeout",
     BOTH},
    {"a_port_is_not_shared_by_threads",
     {"--reuse-port"},
     "todo-async",
     SYNC_ONLY},
    {"an_unknown_log_level_is_refused", {"--log-level", "loud"}, "loud", BOTH},
    {"a_public_url_without_scheme_is_refused",
     {"--public-url", "example.org"},
     "example.org",
     BOTH},
    {"a_public_url_of_another_scheme_is_refused",
     {"--public-url", "ftp://example.org"},
     "--public-url",
     BOTH},
    {"an_origin_without_scheme_is_refused",
     {"--cors-origin", "example.org"},
     "example.org",
     BOTH},
    {"an_origin_with_a_path_is_refused",
     {"--cors-origin", "https://example.org/todos"},
     "--cors-origin",
     BOTH},
    {"the_origin_null_is_refused", {"--cors-origin", "null"}, "null", BOTH},
    {"an_origin_in_other_letters_is_refused",
     {"--cors-origin", "https://b\xc3\xbc"
                       "cher.example"},
     "xn--",
     BOTH},
    {"an_origin_in_hexadecimal_is_refused",
     {"--cors-origin", "http://0x7f.1"},
     "0x7f.1",
     BOTH},
    {"a_public_url_with_a_query_is_refused",
     {"--public-url", "https://example.org/api?x"},
     "--public-url",
     BOTH},
    {"a_public_url_that_browsers_would_shorten_is_refused",
     {"--public-url", "https://example.org//api"},
     "--public-url",
     BOTH},
    {"an_upstream_with_a_password_is_refused",
     {"--upstream", "http://a:b@example.org"},
     "--upstream",
     BOTH},
    {"an_upstream_with_a_fragment_is_refused",
     {"--upstream", "http://example.org/#x"},
     "--upstream",
     BOTH},
    {"a_host_in_hexadecimal_is_refused", {"--host", "0x7f.1"}, "0x7f.1", BOTH},
    {"a_host_with_a_port_is_refused",
     {"--host", "127.0.0.1:80"},
     "127.0.0.1:80",
     BOTH},
    {"a_timeout_with_a_comma_is_refused",
     {"--head-timeout", "1,5"},
     "1,5",
     BOTH},
    {"a_database_named_like_a_flag_is_refused",
     {"--db", "--port", "0"},
     "--db",
     BOTH},
    {"an_allowed_host_with_a_port_is_refused",
     {"--allowed-host", "a,todo.example:80"},
     "todo.example:80",
     BOTH},
    {"an_allowed_url_is_refused",
     {"--allowed-host", "https://todo.example"},
     "https://todo.example",
     BOTH},
    {"a_star_for_subdomains_is_refused",
     {"--allowed-host", "*.example"},
     "*.example",
     BOTH},
    {"a_blank_between_allowed_hosts_is_refused",
     {"--allowed-host", "a, b"},
     "a, b",
     BOTH},
    {"an_allowed_host_of_no_bytes_is_refused",
     {"--allowed-host", ""},
     "--allowed-host",
     BOTH},
    {"no_threads_are_refused", {"--threads", "0"}, "--threads", SYNC_ONLY},
    {"a_million_threads_are_refused",
     {"--threads", "1000000"},
     "1000000",
     SYNC_ONLY},
    {"threads_in_words_are_refused", {"--threads", "many"}, "many", SYNC_ONLY},
    {"streams_for_all_threads_are_refused",
     {"--threads", "4", "--max-streams", "4"},
     "--max-streams",
     SYNC_ONLY},
    {"streams_beyond_the_usual_threads_are_refused",
     {"--max-streams", "100"},
     "--max-streams",
     SYNC_ONLY},
    {"streams_beyond_the_only_thread_are_refused",
     {"--threads", "1", "--max-streams", "2"},
     "--max-streams",
     SYNC_ONLY},
    {"no_store_threads_are_refused",
     {"--store-threads", "0"},
     "--store-threads",
     ASYNC_ONLY},
    {"an_empty_store_queue_is_refused",
     {"--store-queue", "0"},
     "--store-queue",
     ASYNC_ONLY},
    {"no_connections_are_refused",
     {"--max-connections", "0"},
     "--max-connections",
     ASYNC_ONLY},
    {"half_a_connection_is_refused",
     {"--max-connections", "1.5"},
     "1.5",
     ASYNC_ONLY},

    /* What one program has, the other must refuse. */
    {"threads_belong_to_the_other_program",
     {"--threads", "4"},
     "--threads",
     ASYNC_ONLY},
    {"store_threads_belong_to_the_other_program",
     {"--store-threads", "4"},
     "--store-threads",
     SYNC_ONLY},
    {"the_store_queue_belongs_to_the_other_program",
     {"--store-queue", "4"},
     "--store-queue",
     SYNC_ONLY},
    {"max_connections_belong_to_the_other_program",
     {"--max-connections", "4"},
     "--max-connections",
     SYNC_ONLY},
};

enum { MISTAKES = sizeof mistakes / sizeof mistakes[0] };

void system_expect_mistaken(const char *const *args, const char *named)
{
    const char *argv[8] = {system_program, NO_DB};
    char *out;
    char *err;

    for (size_t n = 3; *args; args++)
        argv[n++] = *args;
    assert_int_equal(program_run(argv, &out, &err), 2);
    assert_string_equal(out, "");
    assert_non_null(strstr(err, named));
    system_expect_one_line(err);
    free(out);
    free(err);
}

static void is_one_line_and_exit_2(void **state)
{
    const struct mistake *mistake = *state;

    system_expect_mistaken(mistake->args, mistake->named);
}

/*
 * Questions
 */

/* Runs the program with one argument; it must succeed. Gives what it said. */
static char *said_to(const char *question)
{
    const char *argv[] = {system_program, question, NULL};
    char *out;
    char *err;

    assert_int_equal(program_run(argv, &out, &err), 0);
    assert_string_equal(err, "");
    free(err);
    return out;
}

static void help_names_every_flag(void **state)
{
    static const char *const flags[] = {
        "--host",         "--port",          "--port-file",
        "--db",           "--public-url",    "--cors-origin",
        "--allowed-host", "--head-timeout",  "--body-timeout",
        "--idle-timeout", "--write-timeout", "--shutdown-timeout",
        "--log-level",    "--help",          "--version",
        "TODO_"};
    char *help = said_to("--help");

    (void)state;
    for (size_t i = 0; i < sizeof flags / sizeof flags[0]; i++)
        assert_non_null(strstr(help, flags[i]));
    assert_int_equal(strstr(help, "--threads") != NULL, system_is_sync());
    assert_int_equal(strstr(help, "--store-threads") != NULL,
                     !system_is_sync());
    assert_int_equal(strstr(help, "--store-queue") != NULL, !system_is_sync());
    assert_int_equal(strstr(help, "--max-connections") != NULL,
                     !system_is_sync());
    free(help);
}

static void an_answer_that_cannot_be_written_is_exit_1(void **state)
{
    static const char *const tries[][2] = {
        {"exec \"$0\" \"$1\" > /dev/full", "--help"},
        {"exec \"$0\" \"$1\" > /dev/full", "--version"},
        {"exec \"$0\" \"$1\" >&-", "--help"},
        {"exec \"$0\" \"$1\" >&-", "--version"}};

    (void)state;
    for (size_t i = 0; i < sizeof tries / sizeof tries[0]; i++) {
        const char *argv[] = {"/bin/sh",      "-c",        tries[i][0],
                              system_program, tries[i][1], NULL};
        char *out;
        char *err;

        assert_int_equal(program_run(argv, &out, &err), 1);
        free(out);
        free(err);
    }
}

static void help_fits_eighty_columns(void **state)
{
    char *help = said_to("--help");

    (void)state;
    for (char *line = help; *line; line += strcspn(line, "\n") + 1)
        assert_in_range(strcspn(line, "\n"), 0, 80);
    free(help);
}

static void version_is_one_line_with_the_name_and_a_number(void **state)
{
    char *version = said_to("--version");
    const char *name = system_is_sync() ? "todo-sync " : "todo-async ";

    (void)state;
    assert_memory_equal(version, name, strlen(name));
    assert_true(isdigit((unsigned char)version[strlen(name)]));
    system_expect_one_line(version);
    free(version);
}

/*
 * The group
 */

static int run_mistakes(void)
{
    struct CMUnitTest cases[MISTAKES];
    enum room self = system_is_sync() ? SYNC_ONLY : ASYNC_ONLY;
    size_t count = 0;

    for (size_t i = 0; i < MISTAKES; i++)
        if (mistakes[i].room == BOTH || mistakes[i].room == self)
            cases[count++] =
                (struct CMUnitTest){.name = mistakes[i].what,
                                    .test_func = is_one_line_and_exit_2,
                                    .initial_state = &mistakes[i]};
    return groups_run_one("wrong options", cases, count, NULL, NULL);
}

int system_options(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(help_names_every_flag),
        SYSTEM_CASE(help_fits_eighty_columns),
        SYSTEM_CASE(an_answer_that_cannot_be_written_is_exit_1),
        SYSTEM_CASE(version_is_one_line_with_the_name_and_a_number),
    };

    return run_mistakes() + GROUP("options", cases, NULL, NULL);
}
