/*
 * tests/bench/restart.c - how many requests does a restart lose?
 *
 *   restart TODO_ASYNC [RESTARTS]    prints a Markdown table
 *
 * Clients ask GET /healthz without a pause, each request on a new connection,
 * while one server takes the place of another in three ways. Whatever is not
 * answered 200 is lost: the connection was refused, or ended without an answer.
 * A client that was refused asks again a millisecond later.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "common/base/listen.h"
#include "loopback.h"

enum { CLIENTS = 8, RESTARTS = 20, MOST_RESTARTS = 1000, ASKED_BETWEEN = 200 };

static const char *program;
static char folder[] = "/tmp/todo-restart-XXXXXX";
static int port;

static const struct timespec moment = {.tv_nsec = 1000000};

static atomic_bool done;
static atomic_long answered, refused, cut;

static void *ask(void *arg) /* CLIENT THREAD */
{
    (void)arg;
    while (!atomic_load(&done)) {
        int fd = loopback_connect(port);

        if (fd < 0) {
            atomic_fetch_add(&refused, 1);
            (void)nanosleep(&moment, NULL); /* nobody is there: ask again */
        } else if (loopback_ask(fd, "/healthz")) {
            atomic_fetch_add(&answered, 1);
        } else {
            atomic_fetch_add(&cut, 1);
        }
        if (fd >= 0)
            (void)close(fd); /* what it had to say was read */
    }
    return NULL;
}

/* --- servers ---------------------------------------------------------------
 */

/* In the child: the socket, if there is one, is where LISTEN_FDS wants it. What
 * the server prints is no line of the table. */
static void prepare(int listener)
{
    char pid[24];
    int null = open("/dev/null", O_WRONLY | O_CLOEXEC);

    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    if (dup2(null, STDOUT_FILENO) < 0)
        _exit(126);
    if (listener < 0)
        return;
    if (dup2(listener, 3) != 3 || setenv("LISTEN_PID", pid, 1) != 0 ||
        setenv("LISTEN_FDS", "1", 1) != 0)
        _exit(126);
}

static bool is_there(const char *path)
{
    struct stat found;

    return stat(path, &found) == 0;
}

/* Starts a server, on a socket of ours or (-1) on one that it makes, and waits
 * until it listens. */
static pid_t start(int listener, const char *option)
{
    char db[64], ready[64], at[16];
    pid_t pid;

    (void)snprintf(db, sizeof db, "%s/todos.db", folder);
    (void)snprintf(ready, sizeof ready, "%s/port", folder);
    (void)snprintf(at, sizeof at, "%d", port);
    (void)unlink(ready); /* of the one before */
    pid = fork();
    if (pid == 0) {
        prepare(listener);
        (void)execl(program, program, "--db", db, "--port", at, "--port-file",
                    ready, "--log-level", "error", option, (char *)NULL);
        _exit(127);
    }
    while (pid > 0 && !is_there(ready)) {
        if (waitpid(pid, NULL, WNOHANG) != 0)
            return -1;
        (void)nanosleep(&moment, NULL);
    }
    return pid;
}

static bool stop(pid_t pid)
{
    int status;

    return kill(pid, SIGTERM) == 0 && waitpid(pid, &status, 0) == pid &&
           status == 0;
}

/* The clients have asked some more times, or have had ten seconds for it. */
static void let_them_ask(void)
{
    long until = atomic_load(&answered) + ASKED_BETWEEN;

    for (int i = 0; i < 10000 && atomic_load(&answered) < until; i++)
        (void)nanosleep(&moment, NULL);
}

/* --- ways to restart -------------------------------------------------------
 */

/* Each replaces the server and gives the next one, or -1. */

static pid_t one_after_the_other(pid_t old, int listener)
{
    (void)listener;
    return stop(old) ? start(-1, NULL) : -1;
}

static pid_t two_sockets(pid_t old, int listener)
{
    pid_t next = start(-1, "--reuse-port");

    (void)listener;
    return next > 0 && stop(old) ? next : -1;
}

static pid_t one_socket(pid_t old, int listener)
{
    pid_t next = start(listener, NULL);

    return next > 0 && stop(old) ? next : -1;
}

static const struct way {
    const char *name;
    const char *option; /* of the first server */
    bool hands_over;
    pid_t (*restart)(pid_t old, int listener);
} ways[] = {
    {"stop, then start", NULL, false, one_after_the_other},
    {"start, then stop: two sockets (`--reuse-port`)", "--reuse-port", false,
     two_sockets},
    {"start, then stop: one socket (`LISTEN_FDS`)", NULL, true, one_socket},
};

/* A socket that listens on a free port of 127.0.0.1, which `port` names then;
 * or -1. */
static int make_listener(void)
{
    int fd, away;

    port = 0;
    fd = listen_at("127.0.0.1", &port, 1024, false);
    if (fd < 0)
        return -1;
    away = fcntl(fd, F_DUPFD_CLOEXEC, 10); /* 3 is to be free */
    (void)close(fd);                       /* the other number goes on */
    return away;
}

/* Where nothing is handed over, the listener has only found a free port. */
static bool measure(const struct way *way, int restarts)
{
    pthread_t clients[CLIENTS];
    int listener = make_listener();
    pid_t server = -1;
    int count = 0;

    if (listener < 0)
        return false;
    if (!way->hands_over) {
        (void)close(listener);
        listener = -1;
    }
    server = start(listener, way->option);
    if (server < 0)
        return false;
    atomic_store(&done, false);
    answered = refused = cut = 0;
    for (int i = 0; i < CLIENTS; i++)
        if (pthread_create(&clients[i], NULL, ask, NULL) != 0)
            return false;
    for (; server > 0 && count < restarts; count++) {
        let_them_ask();
        server = way->restart(server, listener);
    }
    if (server > 0)
        let_them_ask();
    atomic_store(&done, true);
    for (int i = 0; i < CLIENTS; i++)
        (void)pthread_join(clients[i], NULL);
    if (listener >= 0)
        (void)close(listener);
    return server > 0 && stop(server) &&
           printf("| %s | %ld | %ld | %ld |\n", way->name, answered, refused,
                  cut) > 0;
}

static void clean_up(void)
{
    static const char *const files[] = {"todos.db", "todos.db-wal",
                                        "todos.db-shm", "port"};
    char path[64];

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        (void)snprintf(path, sizeof path, "%s/%s", folder, files[i]);
        (void)unlink(path); /* not each of them is there */
    }
    (void)rmdir(folder);
}

int main(int argc, char **argv)
{
    int restarts = RESTARTS;
    bool good = true;

    if (argc > 2)
        restarts = loopback_number(argv[2], MOST_RESTARTS);
    if (argc < 2 || restarts == 0) {
        (void)fputs("usage: restart TODO_ASYNC [RESTARTS]\n", stderr);
        return 2;
    }
    program = argv[1];
    if (!mkdtemp(folder)) {
        perror(folder);
        return 1;
    }
    (void)signal(SIGPIPE, SIG_IGN); /* a write to a lost connection fails */
    printf("| %d restarts | answered | refused | cut off |\n"
           "| --- | ---: | ---: | ---: |\n",
           restarts);
    (void)fflush(stdout); /* or a child would print it, too */
    for (size_t i = 0; i < sizeof ways / sizeof *ways && good; i++) {
        good = measure(&ways[i], restarts);
        (void)fflush(stdout);
    }
    if (!good)
        (void)fputs("restart: a server did not start, or did not end with 0\n",
                    stderr);
    clean_up();
    return good ? 0 : 1;
}
