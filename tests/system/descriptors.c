/*
 * tests/system/descriptors.c - a process may open only so many files, and a
 * crowd of clients wants them all.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/folder.h"

enum { FEW = 128, CROWD = 200, PATH_ROOM = 300 };

/* In the place of the program: the same one, with few descriptors. */
static void write_starter(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_true(fprintf(file, "#!/bin/sh\nulimit -n %d\nexec '%s' \"$@\"\n",
                        FEW, system_program) > 0);
    assert_int_equal(fclose(file), 0);
    assert_int_equal(chmod(path, 0700), 0);
}

/* Whatever the crowd gets, or does not: a client that was there before it is
 * served as always. */
static void an_idle_crowd_leaves_the_database_its_descriptors(void **state)
{
    static const char *const sync_args[] = {"--threads", "16", NULL};
    char dir[FOLDER_MAX], path[PATH_ROOM], request[TALK_MAX];
    struct raw crowd[CROWD], early;
    struct raw_answer answer;

    (void)state;
    folder_make(dir);
    (void)snprintf(path, sizeof path, "%s/todo", dir);
    write_starter(path);
    server_start(&system_server, path, system_is_sync() ? sync_args : NULL);
    system_open(&early);
    for (int i = 0; i < CROWD; i++)
        system_open(&crowd[i]); /* the kernel says yes to more than we take */
    talk_write_get(request, "/todos");
    talk_send(&early, request);
    assert_true(raw_read_answer(&early, &answer, false));
    assert_int_equal(answer.status, 200);
    raw_answer_release(&answer);
    raw_close(&early);
    if (!system_is_sync()) /* whose threads are all served, or it ends */
        free(system_await_logged("128 may be open", false));
    for (int i = 0; i < CROWD; i++)
        raw_close(&crowd[i]);
    server_stop(&system_server);
    folder_remove(dir);
}

/* It says what it needs, what it may have, and what to do. */
static void too_few_descriptors_are_told_in_numbers(void **state)
{
    const char *argv[] = {
        "/bin/sh",      "-c", "ulimit -n 32; exec \"$0\" --port 0 --db \"$1\"",
        system_program, NULL, NULL};
    char dir[FOLDER_MAX], path[PATH_ROOM];
    char *out, *err;

    (void)state;
    folder_make(dir);
    (void)snprintf(path, sizeof path, "%s/todos.db", dir);
    argv[4] = path;
    assert_int_equal(program_run(argv, &out, &err), 1);
    assert_non_null(strstr(err, "descriptors, and 32 may be open"));
    assert_non_null(strstr(err, "ulimit -n"));
    system_expect_one_line(err);
    free(out);
    free(err);
    folder_remove(dir);
}

int system_descriptors(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(an_idle_crowd_leaves_the_database_its_descriptors),
        SYSTEM_CASE(too_few_descriptors_are_told_in_numbers),
    };

    return GROUP("descriptors", cases, NULL, NULL);
}
