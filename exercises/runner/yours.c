/*
 * exercises/runner/yours.c - runs a command beside a server of yours.
 *
 * The server may be any program: it is started with a port and an empty folder,
 * and is asked nothing but to take connections on that port. It ends no later
 * than the command, and all that it started with it. A server that does not
 * come up is told of on standard output, and the status is 3: then the command
 * was not run, or not to its end.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "child.h"
#include "runner.h"

enum { COMMAND, YOURS, CHILDREN };
enum { LISTEN_SECONDS = 30, END_SECONDS = 10, POLL_MS = 5, EXIT_NO_SERVER = 3 };

struct yours_options {
    const char *log;     /* where its output goes; NULL: where ours does */
    int seconds;         /* in which it must listen */
    bool well;           /* it must end with status 0 at SIGTERM */
    const char *program; /* of the server */
    const char *folder;
    char **command;
};

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET};

    at.sin_port = htons((uint16_t)port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return at;
}

/* A port that nobody listens at. Those of outgoing connections begin higher, so
 * that nothing comes in between. 0 when all are taken. */
static int free_port(void)
{
    for (int i = 0; i < 8000; i++) {
        int port = 20000 + (int)((getpid() + i) % 8000);
        struct sockaddr_in at = loopback(port);
        int fd = socket(AF_INET, SOCK_STREAM, 0);
        bool is_free =
            fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof at) == 0;

        if (fd >= 0)
            (void)close(fd);
        if (is_free)
            return port;
    }
    return 0;
}

static bool accepts(int port)
{
    struct sockaddr_in at = loopback(port);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    bool taken = fd >= 0 && connect(fd, (struct sockaddr *)&at, sizeof at) == 0;

    if (fd >= 0)
        (void)close(fd);
    return taken;
}

/* By a shell, where its output goes elsewhere. */
static bool start(struct child *yours, const struct yours_options *options)
{
    static const char script[] = "log=$0; exec \"$@\" > \"$log\" 2>&1";
    char port[16];
    const char *const alone[] = {options->program, port, options->folder, NULL};
    const char *const logged[] = {"sh",
                                  "-c",
                                  script,
                                  options->log,
                                  options->program,
                                  port,
                                  options->folder,
                                  NULL};

    yours->name = "your server";
    yours->port = free_port();
    (void)snprintf(port, sizeof port, "%d", yours->port);
    (void)snprintf(yours->url, sizeof yours->url, "http://127.0.0.1:%s", port);
    return yours->port > 0 && child_start(yours, options->log ? logged : alone);
}

/* Looks until somebody answers at the port: no event says so. */
static bool wait_until_it_listens(struct child *yours, int seconds)
{
    const struct timespec moment = {.tv_nsec = POLL_MS * 1000000L};
    int tries = seconds * (1000 / POLL_MS);

    while (!accepts(yours->port)) {
        switch (child_await(yours, 0)) {
        case CHILD_ENDED:
            (void)printf("Your server ended with status %d, and nobody listens "
                         "at port %d.\n",
                         yours->status, yours->port);
            return false;
        case CHILD_END_ASKED:
            return false;
        case CHILD_LATE: /* than at once: it runs */
            break;
        }
        if (--tries < 0) {
            (void)printf("Your server runs, but %d s later nobody listens at "
                         "127.0.0.1, port %d.\n",
                         seconds, yours->port);
            return false;
        }
        nanosleep(&moment, NULL);
    }
    return true;
}

/* Runs the command, and gives its status. */
static int ask(struct child *all, const struct yours_options *options)
{
    const char *argv[MAX_ARGUMENTS] = {NULL};
    struct child *ended;

    for (int i = 0; options->command[i] && i < MAX_ARGUMENTS - 1; i++)
        argv[i] = strcmp(options->command[i], "{url}") == 0
                      ? all[YOURS].url
                      : options->command[i];
    all[COMMAND].name = argv[0];
    if (!child_start(&all[COMMAND], argv))
        return EXIT_FAILURE;
    ended = children_watch(all, CHILDREN);
    if (ended == &all[COMMAND])
        return ended->status;
    if (ended)
        (void)printf("Your server ended with status %d while it was asked.\n",
                     ended->status);
    return EXIT_NO_SERVER;
}

/* What it started may outlive it, and is killed with its group. */
static bool stop(struct child *yours)
{
    pid_t group = yours->pid;

    if (group == 0)
        return false;
    (void)kill(-group, SIGTERM);
    if (child_await(yours, END_SECONDS) != CHILD_ENDED)
        (void)printf("Your server runs on after SIGTERM, and was killed.\n");
    (void)kill(-group, SIGKILL);
    (void)child_await(yours, END_SECONDS);
    return yours->status == 0;
}

static bool parse_options(struct yours_options *options, int argc, char **argv)
{
    int i = 1;

    for (; i + 1 < argc && strncmp(argv[i], "--", 2) == 0; i++) {
        if (strcmp(argv[i], "--log") == 0)
            options->log = argv[++i];
        else if (strcmp(argv[i], "--seconds") == 0)
            options->seconds = (int)strtol(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--well") == 0)
            options->well = true;
        else
            return false;
    }
    if (argc - i < 4 || argc - i > MAX_ARGUMENTS ||
        strcmp(argv[i + 2], "--") != 0)
        return false;
    options->program = argv[i];
    options->folder = argv[i + 1];
    options->command = argv + i + 3;
    return true;
}

int yours_command(int argc, char **argv)
{
    struct yours_options options = {.seconds = LISTEN_SECONDS};
    struct child all[CHILDREN] = {{0}};
    int status = EXIT_NO_SERVER;
    bool well;

    if (!parse_options(&options, argc, argv)) {
        (void)fprintf(stderr, "usage: learn-runner yours [--log FILE] "
                              "[--seconds N] [--well] PROGRAM FOLDER -- "
                              "COMMAND [ARGUMENTS, {url} as its URL]\n");
        return 2;
    }
    children_init();
    if (!start(&all[YOURS], &options))
        return EXIT_FAILURE;
    if (wait_until_it_listens(&all[YOURS], options.seconds))
        status = ask(all, &options);
    (void)fflush(stdout);
    if (all[COMMAND].pid > 0)
        (void)children_stop(&all[COMMAND], 1);
    well = stop(&all[YOURS]);
    if (status == 0 && options.well && !well) {
        (void)printf("It ended with status %d.\n", all[YOURS].status);
        return EXIT_FAILURE;
    }
    return status;
}
