/*
 * exercises/runner/within.c - a command that may hang, and leaves nothing.
 *
 * A suite starts servers, and either may fail to end. So the kernel is asked
 * to make every orphan below this process its child (Linux), and children are
 * killed until there is none: when the command has ended, when its time is
 * over, and at Ctrl-C.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "child.h"
#include "runner.h"

enum { EXPLAIN_SECONDS = 5, EXIT_HUNG = 124, EXIT_STOPPED = 130 };

struct within_options {
    int seconds;
    const char *explain; /* the folder of what may hang; or NULL */
    char **command;
};

static void adopt_orphans(void)
{
#ifdef __linux__
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1);
#endif
}

/* Kills the processes whose parent is this one. Where nothing lists them there
 * is only the command, whose group was killed. */
static void kill_children(void)
{
    char path[64], line[32];
    FILE *list;

    (void)snprintf(path, sizeof(path), "/proc/self/task/%ld/children",
                   (long)getpid());
    list = fopen(path, "r");
    while (list && fscanf(list, "%31s", line) == 1) {
        long pid = strtol(line, NULL, 10);

        if (pid > 0)
            (void)kill((pid_t)pid, SIGKILL);
    }
    if (list)
        (void)fclose(list); /* only read from */
}

/* The children of a killed process become ours, and are killed in their turn.
 */
static void leave_nothing(const struct child *command)
{
    if (command->pid > 0)
        (void)kill(-command->pid, SIGKILL);
    do
        kill_children();
    while (waitpid(-1, NULL, 0) > 0);
}

/* Says on what the servers in the folder wait, while they still do. */
static void explain_hang(const char *folder)
{
    char program[1024];
    const char *const argv[] = {program, "explain", folder, NULL};
    struct child explain = {.name = "explain"};

    (void)snprintf(program, sizeof(program), "%s/learn-runner", bin_dir);
    if (child_start(&explain, argv))
        (void)child_await(&explain, EXPLAIN_SECONDS);
}

/* Runs the command and gives the exit status of the whole. */
static int run_within(const struct within_options *options)
{
    const char *argv[MAX_ARGUMENTS] = {NULL};
    struct child command = {.name = options->command[0]};
    int status = 1;

    for (int i = 0; options->command[i] && i < MAX_ARGUMENTS - 1; i++)
        argv[i] = options->command[i];
    if (!child_start(&command, argv))
        return status;
    switch (child_await(&command, options->seconds)) {
    case CHILD_ENDED:
        status = command.status;
        break;
    case CHILD_LATE:
        status = EXIT_HUNG;
        (void)printf("learn: not done after %d s\n", options->seconds);
        if (options->explain)
            explain_hang(options->explain);
        break;
    case CHILD_END_ASKED:
        status = EXIT_STOPPED;
        break;
    }
    leave_nothing(&command);
    return status;
}

static bool parse_options(struct within_options *options, int argc, char **argv)
{
    int i = 2;
    char *end;

    if (argc > 1)
        options->seconds = (int)strtol(argv[1], &end, 10);
    if (argc > 3 && strcmp(argv[2], "--explain") == 0) {
        options->explain = argv[3];
        i = 4;
    }
    if (options->seconds <= 0 || *end || i + 1 >= argc ||
        argc - i > MAX_ARGUMENTS || strcmp(argv[i], "--") != 0)
        return false;
    options->command = argv + i + 1;
    return true;
}

int within_command(int argc, char **argv)
{
    struct within_options options = {0};

    if (!parse_options(&options, argc, argv)) {
        (void)fprintf(stderr, "usage: learn-runner within SECONDS "
                              "[--explain FOLDER] -- COMMAND [ARGUMENTS]\n");
        return 2;
    }
    children_init();
    adopt_orphans();
    return run_within(&options);
}
