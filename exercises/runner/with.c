/*
 * exercises/runner/with.c - runs a command beside servers of its own.
 *
 * The servers get a fresh database and any free port. Afterwards each must end
 * with status 0 at SIGTERM, or the whole fails: a server checks itself when it
 * ends, and says what it found by its exit status. With --muse they have an
 * upstream, which ends as they do; with --auth they ask for tokens. They obey
 * the environment, unless --clean takes it away from all that is started; then
 * the upstream has a minute, so that it is not late because the machine is
 * slow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "child.h"
#include "folder.h"
#include "runner.h"
#include "tests/support/environment.h"

enum { COMMAND, SYNC, ASYNC, MUSE, CHILDREN };

/* Copies the command, with {sync} and {async} replaced by the URLs. */
static bool fill_in(const char **out, char **command, const struct child *all)
{
    size_t used = 0;

    for (; *command; command++) {
        if (used == MAX_ARGUMENTS - 1) {
            (void)fprintf(stderr, "learn: more than %d arguments\n",
                          MAX_ARGUMENTS - 1);
            return false;
        }
        if (strcmp(*command, "{sync}") == 0)
            out[used++] = all[SYNC].url;
        else if (strcmp(*command, "{async}") == 0)
            out[used++] = all[ASYNC].url;
        else
            out[used++] = *command;
    }
    out[used] = NULL;
    return true;
}

/* Starts the command and blocks until it ends. True when its status is 0 and
 * the servers are still there. */
static bool command_succeeds(struct child *all, char **command)
{
    const char *argv[MAX_ARGUMENTS];
    struct child *ended;

    all[COMMAND].name = command[0];
    if (!fill_in(argv, command, all) || !child_start(&all[COMMAND], argv))
        return false;
    ended = children_watch(all, CHILDREN);
    if (ended && ended != &all[COMMAND])
        (void)fprintf(stderr, "learn: %s ended before the command\n",
                      ended->name);
    return ended == &all[COMMAND] && ended->status == 0;
}

/* Takes the word off the front of the command line, if it is there. */
static bool take(int *argc, char ***argv, const char *word)
{
    if (*argc < 2 || strcmp((*argv)[1], word) != 0)
        return false;
    (*argc)--;
    (*argv)++;
    return true;
}

/* From here on the environment is what environment.h keeps of it. */
static bool clean_environment(void)
{
    return environment_clean() && setenv("TODO_UPSTREAM_TIMEOUT", "60", 1) == 0;
}

/* WITH sync|async|both -- COMMAND... */
static bool is_command_line(int argc, char **argv)
{
    return argc >= 4 && strcmp(argv[2], "--") == 0 &&
           (strcmp(argv[1], "sync") == 0 || strcmp(argv[1], "async") == 0 ||
            strcmp(argv[1], "both") == 0);
}

int with_command(int argc, char **argv)
{
    struct child all[CHILDREN] = {{0}};
    char dir[512], db[600];
    struct server_options options = {.bin_dir = bin_dir, .dir = dir, .db = db};
    bool muse, sync, async, good, clean;

    if (take(&argc, &argv, "--clean") && !clean_environment())
        return 1;
    if (argc > 2 && strcmp(argv[1], "--bin") == 0) {
        options.bin_dir = argv[2];
        options.gates = true; /* learn-runner explain asks there */
        argc -= 2;
        argv += 2;
    }
    muse = take(&argc, &argv, "--muse");
    options.auth = take(&argc, &argv, "--auth");
    if (!is_command_line(argc, argv)) {
        (void)fprintf(stderr, "usage: learn-runner with [--clean] [--bin "
                              "FOLDER] [--muse] [--auth] sync|async|both -- "
                              "COMMAND [ARGUMENTS]\n");
        return 2;
    }
    sync = strcmp(argv[1], "async") != 0;
    async = strcmp(argv[1], "sync") != 0;
    children_init();
    if (!folder_of_our_own(dir, sizeof(dir)))
        return 1;
    (void)snprintf(db, sizeof(db), "%s/todos.db", dir);

    good = (!muse || upstream_start(&all[MUSE], &options, "0")) &&
           (!sync || server_start(&all[SYNC], "todo-sync", &options)) &&
           (!async || server_start(&all[ASYNC], "todo-async", &options)) &&
           command_succeeds(all, argv + 3);
    clean = children_stop(all, CHILDREN);
    folder_clear(dir);
    return good && clean ? 0 : 1;
}
