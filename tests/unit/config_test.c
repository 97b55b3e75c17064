#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/http/limits.h"
#include "common/setup/config.h"
#include "tests/cmocka_all.h"
#include "tests/support/environment.h"

enum { MAX_WORDS = 20, MAX_SAID = 8192 };

static struct config config;
static char said[MAX_SAID]; /* on standard output or error, by the last read */

/* Sends both outputs to a file while the options are read. */
static enum config_result read_words(enum config_room room, int argc,
                                     char **argv)
{
    FILE *file = tmpfile();
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);

    assert_true(file && out >= 0 && err >= 0);
    assert_int_equal(fflush(stdout), 0);
    assert_int_equal(dup2(fileno(file), STDOUT_FILENO), STDOUT_FILENO);
    assert_int_equal(dup2(fileno(file), STDERR_FILENO), STDERR_FILENO);
    enum config_result result = config_read(&config, room, argc, argv);
    assert_int_equal(fflush(stdout), 0);
    assert_int_equal(dup2(out, STDOUT_FILENO), STDOUT_FILENO);
    assert_int_equal(dup2(err, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(out), 0);
    assert_int_equal(close(err), 0);

    rewind(file);
    said[fread(said, 1, sizeof(said) - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    return result;
}

/* Reads a command line of words with one blank between them. The config then
 * points into it. */
static enum config_result read_line(enum config_room room, const char *line)
{
    static char words[1024];
    static char program[] = "/usr/bin/program";
    char *argv[MAX_WORDS + 1] = {program};
    int argc = 1;

    assert_true(strlen(line) < sizeof(words));
    memcpy(words, line, strlen(line) + 1);
    for (char *at = words; at && *at != '\0';) {
        assert_true(argc < MAX_WORDS);
        argv[argc++] = at;
        at = strchr(at, ' ');
        if (at)
            *at++ = '\0';
    }
    return read_words(room, argc, argv);
}

static void runs(enum config_room room, const char *line)
{
    enum config_result result = read_line(room, line);

    if (result != CONFIG_RUN)
        fail_msg("%s is refused: %s", line, said);
    assert_string_equal(said, "");
}

static void set_variable(const char *name, const char *value)
{
    /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
    assert_int_equal(setenv(name, value, 1), 0);
}

static void is_told(enum config_room room, const char *line, const char *text)
{
    assert_int_equal(read_line(room, line), CONFIG_MISTAKEN);
    assert_string_equal(said, text);
}

#define URL_RULE ", at most 255 bytes, in ASCII (other letters as xn--...)"

static void without_words_the_defaults_count(void **state)
{
    (void)state;
    runs(CONFIG_SYNC, "");
    assert_string_equal(config.program, "todo-sync");
    assert_string_equal(config.host, "127.0.0.1");
    assert_int_equal(config.port, 8001);
    assert_string_equal(config.db, "todos.db");
    assert_true(!config.port_file && !config.public_url);
    assert_true(!config.cors_origin && !config.docs_dir && !config.upstream);
    assert_int_equal(config.head_timeout_ms, 10000);
    assert_int_equal(config.body_timeout_ms, 30000);
    assert_int_equal(config.idle_timeout_ms, 60000);
    assert_int_equal(config.write_timeout_ms, 30000);
    assert_int_equal(config.upstream_timeout_ms, 2000);
    assert_int_equal(config.shutdown_timeout_ms, 5000);
    assert_int_equal(config.log_level, LOG_INFO);
    assert_int_equal(config.threads, 64);
    assert_false(config.auth);
    assert_true(config.hash_jobs >= 1); /* one less than processors */
    assert_int_equal(config.hash_queue, 16);
    assert_int_equal(config.rate_limit, 0);

    runs(CONFIG_ASYNC, "");
    assert_string_equal(config.program, "todo-async");
    assert_int_equal(config.port, 8002);
    assert_int_equal(config.store_threads, 2);
    assert_int_equal(config.store_queue, 1024);
    assert_int_equal(config.max_connections, 10000);
}

/* It takes no flags, and no variables either. */
static void another_program_has_the_defaults_of_both(void **state)
{
    (void)state;
    set_variable("TODO_DB", "other.db");
    config = (struct config){.port = 1, .auth = true};
    config_default(&config, "todo-other");
    assert_string_equal(config.program, "todo-other");
    assert_string_equal(config.host, "127.0.0.1");
    assert_string_equal(config.db, "todos.db");
    assert_int_equal(config.idle_timeout_ms, 60000);
    assert_int_equal(config.shutdown_timeout_ms, 5000);
    assert_int_equal(config.listener, -1);
    assert_true(config.hash_jobs >= 1);
    assert_false(config.auth);
    assert_int_equal(config.port, 0); /* each has one of its own */
    assert_int_equal(config.threads, 0);
    assert_int_equal(config.store_threads, 0);
}

static void each_flag_sets_its_own_member(void **state)
{
    (void)state;
    runs(CONFIG_SYNC, "--host 127.0.0.2 --port 1 --port-file p --db d "
                      "--public-url http://u --cors-origin http://o "
                      "--docs-dir v --upstream http://m:9/p");
    assert_string_equal(config.host, "127.0.0.2");
    assert_int_equal(config.port, 1);
    assert_string_equal(config.port_file, "p");
    assert_string_equal(config.db, "d");
    assert_string_equal(config.public_url, "http://u");
    assert_string_equal(config.cors_origin, "http://o");
    assert_string_equal(config.docs_dir, "v");
    assert_string_equal(config.upstream, "http://m:9/p");

    runs(CONFIG_SYNC, "--head-timeout=1 --body-timeout=2 --idle-timeout=3 "
                      "--write-timeout=4 --upstream-timeout=5 "
                      "--shutdown-timeout=6 "
                      "--log-level=debug --threads=7");
    assert_int_equal(config.head_timeout_ms, 1000);
    assert_int_equal(config.body_timeout_ms, 2000);
    assert_int_equal(config.idle_timeout_ms, 3000);
    assert_int_equal(config.write_timeout_ms, 4000);
    assert_int_equal(config.upstream_timeout_ms, 5000);
    assert_int_equal(config.shutdown_timeout_ms, 6000);
    assert_int_equal(config.log_level, LOG_DEBUG);
    assert_int_equal(config.threads, 7);

    runs(CONFIG_ASYNC,
         "--store-threads 8 --store-queue=9 --max-connections 11");
    assert_int_equal(config.store_threads, 8);
    assert_int_equal(config.store_queue, 9);
    assert_int_equal(config.max_connections, 11);
}

static void a_switch_needs_no_value(void **state)
{
    (void)state;
    runs(CONFIG_SYNC, "--auth --hash-jobs 3 --hash-queue 0");
    assert_true(config.auth);
    assert_int_equal(config.hash_jobs, 3);
    assert_int_equal(config.hash_queue, 0);
    runs(CONFIG_ASYNC, "--rate-limit 1000000");
    assert_int_equal(config.rate_limit, LIMITS_MAX);
    runs(CONFIG_ASYNC, "--port 1 --auth");
    assert_true(config.auth);
    runs(CONFIG_ASYNC, "--auth --auth=no");
    assert_false(config.auth);
    is_told(CONFIG_SYNC, "--auth yes",
            "todo-sync: yes: no such option; see --help\n");
    is_told(CONFIG_SYNC, "--auth=on",
            "todo-sync: --auth: \"on\" is not yes or no\n");
    set_variable("TODO_AUTH", "yes");
    runs(CONFIG_SYNC, "");
    assert_true(config.auth);
    runs(CONFIG_SYNC, "--auth=no");
    assert_false(config.auth);
    set_variable("TODO_AUTH", "1");
    is_told(CONFIG_ASYNC, "",
            "todo-async: TODO_AUTH: \"1\" is not yes or no; if a platform "
            "sets it, give --auth, which outranks it\n");
}

static void at_least_one_password_is_hashed_at_once(void **state)
{
    (void)state;
    is_told(CONFIG_SYNC, "--hash-jobs 0",
            "todo-sync: --hash-jobs: \"0\" is not a whole number from 1 to "
            "64\n");
    is_told(CONFIG_SYNC, "--rate-limit -1",
            "todo-sync: --rate-limit: \"-1\" is not a whole number from 0 to "
            "1000000\n");
    is_told(CONFIG_ASYNC, "--hash-queue -1",
            "todo-async: --hash-queue: \"-1\" is not a whole number from 0 to "
            "1024\n");
}

static void a_flag_outranks_a_variable_and_a_variable_the_default(void **state)
{
    (void)state;
    set_variable("TODO_PORT", "17");
    set_variable("TODO_LOG_LEVEL", "error");
    runs(CONFIG_SYNC, "--port 18");
    assert_int_equal(config.port, 18);
    assert_int_equal(config.log_level, LOG_ERROR);
    runs(CONFIG_ASYNC, "");
    assert_int_equal(config.port, 17);
}

static void of_a_repeated_flag_the_last_counts(void **state)
{
    (void)state;
    runs(CONFIG_SYNC, "--port 18 --port=19");
    assert_int_equal(config.port, 19);
}

static void an_empty_variable_counts_as_none(void **state)
{
    (void)state;
    set_variable("TODO_PORT", "");
    runs(CONFIG_SYNC, "");
    assert_int_equal(config.port, 8001);
}

static void variables_of_the_other_program_are_not_read(void **state)
{
    (void)state;
    set_variable("TODO_STORE_QUEUE", "many");
    runs(CONFIG_SYNC, "");
    is_told(CONFIG_ASYNC, "",
            "todo-async: TODO_STORE_QUEUE: \"many\" is not a whole number from "
            "1 to 1000000; if a platform sets it, give --store-queue, which "
            "outranks it\n");
}

static void each_mistake_gets_one_clear_line(void **state)
{
    (void)state;
    is_told(CONFIG_SYNC, "--port abc",
            "todo-sync: --port: \"abc\" is not a whole number from 0 to "
            "65535\n");
    is_told(CONFIG_ASYNC, "--port=abc",
            "todo-async: --port: \"abc\" is not a whole number from 0 to "
            "65535\n");
    is_told(CONFIG_SYNC, "--idle-timeout 1s",
            "todo-sync: --idle-timeout: \"1s\" is not a number of seconds with "
            "at most three decimals, from 0.001 to 86400\n");
    is_told(CONFIG_SYNC, "--host ::1",
            "todo-sync: --host: \"::1\" is not an IPv4 address in digits, or "
            "localhost\n");
    is_told(CONFIG_SYNC, "--log-level 3",
            "todo-sync: --log-level: \"3\" is not one of error, warn, info, "
            "debug\n");
    is_told(CONFIG_SYNC, "--public-url a",
            "todo-sync: --public-url: \"a\" is not http(s)://HOST[:PORT]"
            "[/PATH]" URL_RULE "\n");
    is_told(CONFIG_SYNC, "--upstream https://a",
            "todo-sync: --upstream: \"https://a\" is not http://HOST[:PORT]"
            "[/PATH]" URL_RULE "\n");
    is_told(CONFIG_SYNC, "--cors-origin null",
            "todo-sync: --cors-origin: \"null\" is not * or "
            "SCHEME://HOST[:PORT]" URL_RULE "\n");
    is_told(CONFIG_SYNC, "--db=",
            "todo-sync: --db: \"\" is not a name of at least one byte\n");
    is_told(CONFIG_SYNC, "--port", "todo-sync: --port: needs a value\n");
    is_told(CONFIG_SYNC, "--prot 1",
            "todo-sync: --prot: no such option; see --help\n");
    is_told(CONFIG_SYNC, "--por=1",
            "todo-sync: --por: no such option; see --help\n");
    is_told(CONFIG_SYNC, "--port 1 more",
            "todo-sync: more: no such option; see --help\n");
    is_told(CONFIG_SYNC, "-p", "todo-sync: -p: no such option; see --help\n");
    is_told(CONFIG_SYNC, "--", "todo-sync: --: no such option; see --help\n");
}

static void an_option_of_the_other_program_is_told_as_such(void **state)
{
    (void)state;
    is_told(CONFIG_SYNC, "--store-queue 4",
            "todo-sync: --store-queue: only todo-async has it\n");
    is_told(CONFIG_ASYNC, "--threads=4",
            "todo-async: --threads: only todo-sync has it\n");
}

static void a_mistake_in_the_environment_names_the_variable(void **state)
{
    (void)state;
    set_variable("TODO_HEAD_TIMEOUT", "soon");
    is_told(CONFIG_SYNC, "",
            "todo-sync: TODO_HEAD_TIMEOUT: \"soon\" is not a number of seconds "
            "with at most three decimals, from 0.001 to 86400; if a platform "
            "sets it, give --head-timeout, which outranks it\n");
}

/* Of an option that a flag gives, the variable is nobody's business. */
static void a_flag_outranks_a_bad_variable(void **state)
{
    (void)state;
    set_variable("TODO_PORT", "tcp://10.0.0.1:80");
    set_variable("TODO_PUBLIC_URL", "here");
    set_variable("TODO_LOG_LEVEL", "error");
    runs(CONFIG_SYNC, "--port 0 --public-url=http://a");
    assert_int_equal(config.port, 0);
    assert_string_equal(config.public_url, "http://a");
    assert_int_equal(config.log_level, LOG_ERROR);
    is_told(CONFIG_SYNC, "--public-url http://a",
            "todo-sync: TODO_PORT: \"tcp://10.0.0.1:80\" is not a whole number "
            "from 0 to 65535; if a platform sets it, give --port, which "
            "outranks it\n");
}

static void a_mistake_on_the_command_line_is_told_first(void **state)
{
    (void)state;
    set_variable("TODO_HOST", "somewhere");
    is_told(CONFIG_SYNC, "--port --host", "todo-sync: --port: needs a value\n");
}

static void the_next_flag_is_no_value(void **state)
{
    (void)state;
    is_told(CONFIG_SYNC, "--db --port 0", "todo-sync: --db: needs a value\n");
    runs(CONFIG_SYNC, "--db=--port --port=0");
    assert_string_equal(config.db, "--port");
    runs(CONFIG_SYNC, "--db -");
    assert_string_equal(config.db, "-");
}

static void control_bytes_do_not_break_the_line(void **state)
{
    (void)state;
    is_told(CONFIG_SYNC, "--port=1\n2\x1b",
            "todo-sync: --port: \"1?2?\" is not a whole number from 0 to "
            "65535\n");
    is_told(CONFIG_SYNC, "--a\nb",
            "todo-sync: --a?b: no such option; see --help\n");
}

static void help_explains_every_option_within_80_columns(void **state)
{
    static const char *const words[] = {"--host ADDRESS",
                                        "--port N",
                                        "--port-file FILE",
                                        "--db FILE",
                                        "--docs-dir DIR",
                                        "--public-url URL",
                                        "--cors-origin ORIGIN",
                                        "--upstream URL",
                                        "--head-timeout SECONDS",
                                        "--body-timeout SECONDS",
                                        "--idle-timeout SECONDS",
                                        "--write-timeout SECONDS",
                                        "--upstream-timeout SECONDS",
                                        "--shutdown-timeout SECONDS",
                                        "--auth ",
                                        "--hash-jobs N",
                                        "--hash-queue N",
                                        "--rate-limit N",
                                        "--log-level LEVEL",
                                        "--help",
                                        "--version",
                                        "TODO_LOG_LEVEL",
                                        "[127.0.0.1]",
                                        "[todos.db]"};

    (void)state;
    for (enum config_room room = CONFIG_SYNC; room <= CONFIG_ASYNC; room++) {
        assert_int_equal(read_line(room, "--help"), CONFIG_DONE);
        for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
            if (!strstr(said, words[i]))
                fail_msg("--help lacks %s", words[i]);
        for (const char *at = said; *at != '\0'; at += strcspn(at, "\n") + 1)
            assert_true(strcspn(at, "\n") < 80);
    }
}

static void help_explains_the_own_options_alone(void **state)
{
    (void)state;
    assert_int_equal(read_line(CONFIG_SYNC, "--help"), CONFIG_DONE);
    assert_true(strstr(said, "--threads N") && strstr(said, "[8001]"));
    assert_non_null(strstr(said, "at most --threads - 1, as each keeps a"));
    assert_false(strstr(said, "--store-") || strstr(said, "[8002]"));
    assert_int_equal(read_line(CONFIG_ASYNC, "--help"), CONFIG_DONE);
    assert_true(strstr(said, "--store-threads N") && strstr(said, "[8002]"));
    assert_false(strstr(said, "--threads") || strstr(said, "[8001]"));
}

static void help_comes_whatever_else_is_wrong(void **state)
{
    (void)state;
    set_variable("TODO_PORT", "abc");
    assert_int_equal(read_line(CONFIG_SYNC, "--port x --help"), CONFIG_DONE);
    assert_true(strncmp(said, "Usage: todo-sync ", 17) == 0);
}

static void version_is_one_line(void **state)
{
    (void)state;
    assert_int_equal(read_line(CONFIG_ASYNC, "--version"), CONFIG_DONE);
    assert_true(strncmp(said, "todo-async ", 11) == 0);
    assert_true(said[11] >= '0' && said[11] <= '9');
    assert_string_equal(strchr(said, '\n'), "\n");
}

static void the_port_file_holds_the_port_and_has_no_neighbours(void **state)
{
    char folder[] = "/tmp/config_test_XXXXXX";
    char name[sizeof(folder) + 8];
    char text[16] = "";

    (void)state;
    assert_true(mkdtemp(folder) != NULL);
    (void)snprintf(name, sizeof(name), "%s/port", folder);
    config = (struct config){.port = 4711, .port_file = name};
    assert_true(config_write_port_file(&config));

    FILE *file = fopen(name, "r");
    if (file) {
        assert_true(fgets(text, sizeof(text), file) != NULL);
        assert_int_equal(fclose(file), 0);
    }
    assert_string_equal(text, "4711\n");

    assert_int_equal(unlink(name), 0);
    assert_int_equal(rmdir(folder), 0); /* nothing else is in there */
}

static void a_port_file_that_cannot_be_written_says_why(void **state)
{
    (void)state;
    config = (struct config){.port = 1, .port_file = "/no/such/folder/port"};
    errno = 0;
    assert_false(config_write_port_file(&config));
    assert_int_equal(errno, ENOENT);
}

static void without_a_port_file_there_is_nothing_to_do(void **state)
{
    (void)state;
    config = (struct config){.port = 1};
    assert_true(config_write_port_file(&config));
}

/* What one test puts into the environment, or the caller had in it, must not
 * reach the next. */
static int clean_environment(void **state)
{
    (void)state;
    return environment_clean() ? 0 : -1;
}

#define TEST(name) cmocka_unit_test_setup(name, clean_environment)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(without_words_the_defaults_count),
        TEST(another_program_has_the_defaults_of_both),
        TEST(each_flag_sets_its_own_member),
        TEST(a_switch_needs_no_value),
        TEST(at_least_one_password_is_hashed_at_once),
        TEST(a_flag_outranks_a_variable_and_a_variable_the_default),
        TEST(of_a_repeated_flag_the_last_counts),
        TEST(an_empty_variable_counts_as_none),
        TEST(variables_of_the_other_program_are_not_read),
        TEST(each_mistake_gets_one_clear_line),
        TEST(an_option_of_the_other_program_is_told_as_such),
        TEST(a_mistake_in_the_environment_names_the_variable),
        TEST(a_flag_outranks_a_bad_variable),
        TEST(a_mistake_on_the_command_line_is_told_first),
        TEST(the_next_flag_is_no_value),
        TEST(control_bytes_do_not_break_the_line),
        TEST(help_explains_every_option_within_80_columns),
        TEST(help_explains_the_own_options_alone),
        TEST(help_comes_whatever_else_is_wrong),
        TEST(version_is_one_line),
        TEST(the_port_file_holds_the_port_and_has_no_neighbours),
        TEST(a_port_file_that_cannot_be_written_says_why),
        TEST(without_a_port_file_there_is_nothing_to_do),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
