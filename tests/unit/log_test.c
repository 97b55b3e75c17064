#include <pthread.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/http/http_request.h"
#include "tests/cmocka_all.h"

/* A time, as every line begins. */
#define TIME                                                                   \
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z "

static int saved_stderr = -1;

static void put_stderr_on(int fd)
{
    saved_stderr = dup(STDERR_FILENO);
    assert_true(saved_stderr >= 0);
    assert_int_equal(dup2(fd, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(fd), 0);
}

static void put_stderr_back(void)
{
    assert_int_equal(dup2(saved_stderr, STDERR_FILENO), STDERR_FILENO);
    assert_int_equal(close(saved_stderr), 0);
}

/* Standard error goes to a pipe. Gives the end to read from. */
static FILE *listen_to_stderr(void)
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    put_stderr_on(ends[1]);
    FILE *reader = fdopen(ends[0], "r");
    assert_true(reader != NULL);
    return reader;
}

static const char *next_line(FILE *reader)
{
    static char line[4096];

    if (!fgets(line, sizeof(line), reader))
        fail_msg("the log ends too soon");
    assert_true(strlen(line) > 0 && line[strlen(line) - 1] == '\n');
    line[strlen(line) - 1] = '\0';
    return line;
}

static void assert_matches(const char *line, const char *pattern)
{
    regex_t regex;

    assert_int_equal(regcomp(&regex, pattern, REG_EXTENDED | REG_NOSUB), 0);
    int differs = regexec(&regex, line, 0, NULL, 0);
    regfree(&regex);
    if (differs)
        fail_msg("\"%s\" does not match \"%s\"", line, pattern);
}

static void a_line_has_time_level_thread_place_and_text(void **state)
{
    FILE *reader = listen_to_stderr();

    (void)state;
    log_name_thread("reader-%d", 1);
    log_error("store", "disk %s", "full");
    log_warn("conn", "%d open", 17);
    put_stderr_back();
    assert_matches(next_line(reader), TIME "ERROR reader-1 store: disk full$");
    assert_matches(next_line(reader), TIME "WARN  reader-1 conn: 17 open$");
    assert_int_equal(fclose(reader), 0);
}

static void a_request_line_has_id_status_milliseconds_and_target(void **state)
{
    FILE *reader = listen_to_stderr();

    (void)state;
    log_name_thread("loop");
    log_request("0123456789abcdef0", "GET", "/todos/1?x", 8, 200, 412);
    log_request("f", "DELETE", "/todos", 6, 503, 5001002);
    put_stderr_back();
    assert_matches(next_line(reader),
                   TIME "INFO  loop     request: 0123456789abcdef0 200"
                        "     0[.]412 ms GET /todos/1$");
    assert_matches(next_line(reader), TIME "INFO  loop     request: f 503"
                                           "  5001[.]002 ms DELETE /todos$");
    assert_int_equal(fclose(reader), 0);
}

/* By a clock that stands, it took as long as the case says. */
static void a_request_knows_its_line(void **state)
{
    struct http_request request = {
        .head = {.method = "PUT", .path = {"/todos/1?x", 8}}};
    struct reply reply = {.id = "0123", .status = 412};
    FILE *reader;

    (void)state;
    clock_move(0);
    request.began_us = clock_mono_us() - 1002;
    reader = listen_to_stderr();
    http_request_log(&request, &reply);
    put_stderr_back();
    assert_matches(next_line(reader),
                   "request: 0123 412     1[.]002 ms PUT /todos/1$");
    assert_int_equal(fclose(reader), 0);
}

static void bytes_that_are_not_plain_ascii_are_shown_as_marks(void **state)
{
    static const char path[] = "/a\nb\x1b\x7f\xc3\xa4~";
    FILE *reader = listen_to_stderr();

    (void)state;
    log_request("f", "GET", path, sizeof(path) - 1, 404, 0);
    log_info("main", "%s", "one\ntwo");
    put_stderr_back();
    assert_matches(next_line(reader), "GET /a[?]b[?][?][?][?]~$");
    assert_matches(next_line(reader), "main: one[?]two$");
    assert_int_equal(fclose(reader), 0);
}

static void what_is_too_long_is_cut_and_stays_one_line(void **state)
{
    char text[3000];
    FILE *reader = listen_to_stderr();

    (void)state;
    memset(text, 'x', sizeof(text));
    log_request("f", "GET", text, sizeof(text), 414, 0);
    log_info("main", "%.*s", (int)sizeof(text), text);
    log_info("main", "short");
    put_stderr_back();
    assert_matches(next_line(reader), "GET x{256}$");
    assert_uint_equal(strlen(next_line(reader)), 1023);
    assert_matches(next_line(reader), "main: short$");
    assert_int_equal(fclose(reader), 0);
}

static void lines_above_the_level_are_not_written(void **state)
{
    FILE *reader = listen_to_stderr();

    (void)state;
    assert_true(log_start(LOG_WARN));
    log_debug("main", "no");
    log_info("main", "no");
    log_request("f", "GET", "/", 1, 200, 0);
    log_warn("main", "yes");
    assert_true(log_wants(LOG_WARN));
    assert_false(log_wants(LOG_INFO));
    log_stop();
    put_stderr_back();
    assert_matches(next_line(reader), "main: yes$");
    assert_int_equal(fgetc(reader), EOF);
    assert_int_equal(fclose(reader), 0);
}

static void stop_writes_what_is_queued_and_later_lines_go_at_once(void **state)
{
    FILE *reader = listen_to_stderr();

    (void)state;
    assert_true(log_start(LOG_INFO));
    for (int i = 0; i < 100; i++)
        log_info("main", "line %d", i);
    log_stop();
    log_info("main", "line %d", 100);
    put_stderr_back();
    for (int i = 0; i <= 100; i++) {
        char pattern[32];

        (void)snprintf(pattern, sizeof(pattern), "main: line %d$", i);
        assert_matches(next_line(reader), pattern);
    }
    assert_int_equal(fgetc(reader), EOF);
    assert_int_equal(fclose(reader), 0);
}

/* Reads lines that end in a number, until `next` has come to `end`. Where lines
 * were dropped, the log says how many. Gives their sum. */
static size_t read_numbered(FILE *reader, size_t next, size_t end)
{
    size_t dropped = 0;

    while (next < end) {
        const char *line = next_line(reader);
        const char *text = strstr(line, "log: ");
        if (text && strstr(text, " lines dropped here: ")) {
            size_t here = strtoul(text + strlen("log: "), NULL, 10);

            assert_true(here > 0);
            dropped += here;
            next += here;
        } else {
            char wanted[48];

            (void)snprintf(wanted, sizeof(wanted), "main: line %zu", next);
            text = strstr(line, "main: ");
            assert_string_equal(text ? text : line, wanted);
            next++;
        }
    }
    assert_uint_equal(next, end);
    return dropped;
}

/* If a call waited for the pipe, this test would never come to reading it. */
static void a_pipe_that_nobody_reads_stops_no_caller(void **state)
{
    enum { LINES = 20000 }; /* 1 MB: more than pipe and queue can hold */
    FILE *reader = listen_to_stderr();

    (void)state;
    assert_true(log_start(LOG_INFO));
    for (int i = 0; i < LINES; i++)
        log_info("main", "line %d", i);

    assert_true(read_numbered(reader, 0, LINES) > 0);

    log_info("main", "line %d", LINES); /* there is room again */
    log_stop();
    put_stderr_back();
    assert_uint_equal(read_numbered(reader, LINES, LINES + 1), 0);
    assert_int_equal(fgetc(reader), EOF);
    assert_int_equal(fclose(reader), 0);
}

/* In a child process, whose log is left hanging. */
static void stop_does_not_wait_for_ever_on_an_unread_pipe(void **state)
{
    int status;

    (void)state;
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        (void)listen_to_stderr();
        if (!log_start(LOG_INFO))
            _exit(1);
        for (int i = 0; i < 20000; i++)
            log_info("main", "line %d", i);
        log_stop();
        log_info("main", "nor does this");
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static void a_reader_that_has_left_does_not_end_the_program(void **state)
{
    FILE *reader = listen_to_stderr();

    (void)state;
    assert_int_equal(fclose(reader), 0);
    assert_true(log_start(LOG_INFO)); /* SIGPIPE has its default here */
    log_info("main", "nobody will read this");
    log_stop();
    put_stderr_back();
}

enum { THREADS = 8, LINES_EACH = 200 };

static void *log_lines(void *number)
{
    log_name_thread("t%d", *(int *)number);
    for (int i = 0; i < LINES_EACH; i++)
        log_info("test", "line %d", i);
    return NULL;
}

/* All together stay below one half of the queue, so that none is dropped. */
static void
lines_of_many_threads_come_whole_and_in_each_ones_order(void **state)
{
    int numbers[THREADS], next[THREADS] = {0};
    pthread_t threads[THREADS];
    FILE *file = tmpfile();

    (void)state;
    assert_true(file != NULL);
    put_stderr_on(dup(fileno(file)));
    assert_true(log_start(LOG_INFO));
    for (int i = 0; i < THREADS; i++) {
        numbers[i] = i;
        assert_int_equal(
            pthread_create(&threads[i], NULL, log_lines, &numbers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    log_stop();
    put_stderr_back();

    rewind(file);
    for (int i = 0; i < THREADS * LINES_EACH; i++) {
        const char *line = next_line(file);

        assert_matches(line, TIME "INFO  t[0-7]       test: line [0-9]+$");
        int thread = strchr(line, 't')[1] - '0';
        long number = strtol(strstr(line, "line ") + 5, NULL, 10);
        assert_int_equal(number, next[thread]++);
    }
    assert_int_equal(fgetc(file), EOF);
    assert_int_equal(fclose(file), 0);
}

#ifdef __linux__
static void *name_yourself(void *kernel_name)
{
    log_name_thread("%s", "a-name-that-is-too-long");
    return prctl(PR_GET_NAME, kernel_name) == 0 ? kernel_name : NULL;
}

static void the_kernel_knows_threads_by_the_name_they_log(void **state)
{
    char before[16], after[16], of_thread[16];
    pthread_t thread;
    void *worked;

    (void)state;
    assert_int_equal(prctl(PR_GET_NAME, before), 0);
    log_name_thread("loop");
    assert_int_equal(prctl(PR_GET_NAME, after), 0);
    assert_string_equal(after, before); /* the first bears the program's */

    assert_int_equal(pthread_create(&thread, NULL, name_yourself, of_thread),
                     0);
    assert_int_equal(pthread_join(thread, &worked), 0);
    assert_true(worked != NULL);
    assert_string_equal(of_thread, "a-name-that-is-");
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_time_level_thread_place_and_text),
        cmocka_unit_test(a_request_line_has_id_status_milliseconds_and_target),
        cmocka_unit_test(a_request_knows_its_line),
        cmocka_unit_test(bytes_that_are_not_plain_ascii_are_shown_as_marks),
        cmocka_unit_test(what_is_too_long_is_cut_and_stays_one_line),
        cmocka_unit_test(lines_above_the_level_are_not_written),
        cmocka_unit_test(stop_writes_what_is_queued_and_later_lines_go_at_once),
        cmocka_unit_test(a_pipe_that_nobody_reads_stops_no_caller),
        cmocka_unit_test(stop_does_not_wait_for_ever_on_an_unread_pipe),
        cmocka_unit_test(a_reader_that_has_left_does_not_end_the_program),
        cmocka_unit_test(
            lines_of_many_threads_come_whole_and_in_each_ones_order),
#ifdef __linux__
        cmocka_unit_test(the_kernel_knows_threads_by_the_name_they_log),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
