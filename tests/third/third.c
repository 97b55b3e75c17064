/*
 * tests/third/third.c - todo-third-test: what the processes of todo-third do
 * when a client, a child or the parent ends.
 * Threads: one.   Blocks: on the server.
 *
 * Order decides: a case goes on when the server has shown that it came so far,
 * by an answer, an end, or the number of its processes.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/setup/process.h"
#include "tests/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/patience.h"
#include "tests/support/raw.h"

enum { CHILDREN_MAX = 64, MANY = 200 };

#define GET "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
#define POST                                                                   \
    "POST /todos HTTP/1.1\r\nHost: localhost\r\nContent-Length: 16\r\n"        \
    "Content-Type: application/json\r\n\r\n"
#define MILK "{\"title\":\"milk\"}"

static const char *program;

/* The server under test. */
static char folder[FOLDER_MAX];
static pid_t parent;
static int port;

/*
 * The server
 */

static int start(void **state)
{
    char line[128] = "";
    int out[2];
    FILE *said;

    (void)state;
    folder_make(folder);
    assert_int_equal(pipe(out), 0);
    parent = fork();
    if (parent == 0) {
        (void)dup2(out[1], STDOUT_FILENO);
        (void)execl(program, program, "0", folder, "60", (char *)NULL);
        _exit(127);
    }
    (void)close(out[1]);
    said = fdopen(out[0], "r");
    assert_true(said && fgets(line, sizeof line, said));
    (void)fclose(said);
    assert_true(strrchr(line, ':') != NULL);
    port = (int)strtol(strrchr(line, ':') + 1, NULL, 10);
    assert_true(port > 0);
    return 0;
}

/* Its exit status, or 128 and the signal that ended it. */
static int wait_for_end(void)
{
    int status = 0;

    assert_int_equal(waitpid(parent, &status, 0), parent);
    parent = 0;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

static int end(void **state)
{
    (void)state;
    if (parent > 0) {
        (void)kill(parent, SIGTERM);
        (void)wait_for_end();
    }
    folder_remove(folder);
    return 0;
}

/* How many children serve a client, ended ones that nobody waited for among
 * them; the one that came first is in `first`. */
static int children(pid_t *first)
{
    char path[64];
    FILE *list;
    char line[1024] = "";
    int count = -1; /* one serves nobody: it holds the database */

    (void)snprintf(path, sizeof path, "/proc/%ld/task/%ld/children",
                   (long)parent, (long)parent);
    list = fopen(path, "r");
    assert_true(list != NULL);
    assert_true(fgets(line, sizeof line, list) != NULL);
    for (char *at = line, *next; *at; at = next) {
        long pid = strtol(at, &next, 10);

        if (next == at)
            break;
        if (count++ == 0)
            *first = (pid_t)pid;
    }
    (void)fclose(list);
    return count;
}

static void await_children(int wanted)
{
    long long deadline = now_ms() + PATIENCE_MS;
    pid_t first;

    while (children(&first) != wanted && now_ms() < deadline)
        a_moment();
    assert_int_equal(children(&first), wanted);
}

/*
 * Its clients
 */

static void ask(struct raw *raw, const char *request)
{
    raw_open(raw, "127.0.0.1", port);
    assert_true(raw_send_text(raw, request));
}

static void expect_answer(struct raw *raw, int status)
{
    struct raw_answer answer;

    (void)raw_read_answer(raw, &answer, false);
    assert_int_equal(answer.status, status);
    raw_answer_release(&answer);
}

static void await_refusal(void)
{
    long long deadline = now_ms() + PATIENCE_MS;
    struct raw raw;

    while (raw_try_open(&raw, "127.0.0.1", port)) {
        raw_close(&raw);
        assert_true(now_ms() < deadline);
        a_moment();
    }
}

/*
 * The cases
 */

static void an_idle_client_is_left_when_the_server_stops(void **state)
{
    struct raw idle;

    (void)state;
    ask(&idle, GET);
    expect_answer(&idle, 200);
    (void)kill(parent, SIGTERM);
    assert_true(raw_read_eof(&idle));
    assert_int_equal(wait_for_end(), 0);
    raw_close(&idle);
}

static void a_request_under_way_is_answered_before_the_end(void **state)
{
    struct raw slow;

    (void)state;
    ask(&slow, POST "{\"title\"");
    await_children(1);
    (void)kill(parent, SIGTERM);
    await_refusal(); /* it has heard */
    assert_true(raw_send_text(&slow, ":\"milk\"}"));
    expect_answer(&slow, 201);
    assert_true(raw_read_eof(&slow));
    assert_int_equal(wait_for_end(), 0);
    raw_close(&slow);
}

static void a_killed_child_harms_nobody(void **state)
{
    struct raw victim, other, next;
    pid_t first = 0;

    (void)state;
    ask(&victim, POST "{\"title\"");
    await_children(1);
    ask(&other, POST "{\"title\"");
    await_children(2);
    (void)children(&first);
    (void)kill(first, SIGKILL);
    await_children(1);
    (void)raw_read_eof(&victim);
    assert_true(raw_send_text(&other, ":\"milk\"}"));
    expect_answer(&other, 201);
    ask(&next, POST MILK);
    expect_answer(&next, 201);
    raw_close(&victim);
    raw_close(&other);
    raw_close(&next);
}

static void children_of_a_killed_parent_end(void **state)
{
    struct raw idle;

    (void)state;
    ask(&idle, GET);
    expect_answer(&idle, 200);
    (void)kill(parent, SIGKILL);
    assert_true(raw_read_eof(&idle));
    assert_int_equal(wait_for_end(), 128 + SIGKILL);
    await_refusal(); /* nor does a child keep the port */
    raw_close(&idle);
}

static void children_that_ended_are_buried(void **state)
{
    struct raw raw;

    (void)state;
    for (int i = 0; i < MANY; i++) {
        ask(&raw, GET);
        expect_answer(&raw, 200);
        raw_close(&raw);
    }
    await_children(0);
}

static void clients_beyond_the_last_child_wait_for_one(void **state)
{
    struct raw raws[CHILDREN_MAX], next;
    pid_t first;

    (void)state;
    for (int i = 0; i < CHILDREN_MAX; i++) {
        ask(&raws[i], GET);
        expect_answer(&raws[i], 200);
    }
    ask(&next, GET);
    assert_int_equal(children(&first), CHILDREN_MAX);
    raw_close(&raws[0]);
    expect_answer(&next, 200);
    assert_int_equal(children(&first), CHILDREN_MAX);
    for (int i = 1; i < CHILDREN_MAX; i++)
        raw_close(&raws[i]);
    raw_close(&next);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest cases[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, start, end)
        CASE(an_idle_client_is_left_when_the_server_stops),
        CASE(a_request_under_way_is_answered_before_the_end),
        CASE(a_killed_child_harms_nobody),
        CASE(children_of_a_killed_parent_end),
        CASE(children_that_ended_are_buried),
        CASE(clients_beyond_the_last_child_wait_for_one),
#undef CASE
    };

    if (!process_begin())
        return EXIT_FAILURE;
    if (argc != 2) {
        (void)fprintf(stderr, "usage: %s todo-third\n", argv[0]);
        return 2;
    }
    program = argv[1];
    return cmocka_run_group_tests_name("third", cases, NULL, NULL);
}
