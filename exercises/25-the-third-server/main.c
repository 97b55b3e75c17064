/*
 * exercises/25-the-third-server/main.c - the parent: accepts, forks, buries.
 *
 * What the parent waits for comes as a signal: a client (SIGIO), the end of a
 * child (SIGCHLD), that of the server (SIGTERM, SIGINT) and of the time for it
 * (SIGALRM). All are blocked, so each is kept until sigwait(3) takes it.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/listen.h"
#include "common/setup/process.h"
#include "common/todo/password.h"
#include "third.h"

enum { CHILDREN_MAX = 1 + 64, BACKLOG = 128 }; /* one holds the database */

static const struct pages_room room = {
    "A process for each client. It stands still wherever it must wait.",
    "There are no streams here.",
    "A silent client keeps its process.",
    {{"process 1", "AAaaaaaAA"}, {"process 2", "  BBbbbbbBB"}},
};

struct third third;

/* The parent alone uses these. */
static int listener;
static sigset_t heard;
static pid_t children[CHILDREN_MAX];
static int child_count;

/* Begins a child that does `work` and ends; false when there is no process for
 * it. Signals stay blocked there: it hears from the pipe that the server stops.
 * What a terminal sends, it sends to parent and children alike. */
static bool begin_child(void (*work)(int fd), int fd)
{
    pid_t child = fork();

    if (child == 0) {
        close(listener);        /* or others find the port taken */
        close(third.ending[1]); /* or nobody hears of the parent's end */
        work(fd);               /* WAITS: client, lock, disk */
        exit(EXIT_SUCCESS);     /* NOLINT(concurrency-mt-unsafe): one thread */
    }
    if (child > 0)
        children[child_count++] = child;
    return child > 0;
}

/* One signal may stand for many clients. Those for whom there is no place wait
 * until a child ends. */
static void take_clients(void)
{
    int fd;

    while (child_count < CHILDREN_MAX &&
           (fd = accept(listener, NULL, NULL)) >= 0) {
        if (!begin_child(serve_client, fd))
            perror("todo-third: no process for one more client");
        close(fd); /* or its end would come only with ours */
    }
}

/* Waits for a signal; false when it says stop. Then buries the children that
 * have ended: each is kept until its parent has heard of it. */
static bool wait_for_signal(void)
{
    int number = 0;
    pid_t ended;

    sigwait(&heard, &number); /* WAITS: everybody */
    while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
        for (int i = 0; i < child_count; i++)
            if (children[i] == ended)
                children[i] = children[--child_count];
    return number == SIGIO || number == SIGCHLD;
}

static bool run(void)
{
    do /* WAITS: a client, a child, a signal */
        take_clients();
    while (wait_for_signal());
    close(listener);
    close(third.ending[1]); /* this tells all children */
    alarm((unsigned int)(third.config.shutdown_timeout_ms / 1000));
    while (child_count > 0 && wait_for_signal()) /* WAITS: everybody */
        ; /* a second signal to stop ends it, as the alarm does */
    for (int i = 0; i < child_count; i++)
        (void)kill(children[i], SIGKILL);
    return child_count == 0;
}

/* Keeps the database open, so that no other is the last to close it: each would
 * write the log back. */
static void hold_database(int ending)
{
    struct pollfd look = {.fd = ending};

    (void)open_store();       /* WAITS: disk */
    (void)poll(&look, 1, -1); /* WAITS: everybody */
    close_store();
}

/* Everything that children inherit. False, with errno, when it cannot. */
static bool arrange(const char *folder)
{
    FILE *turn = tmpfile(); /* nameless, and closed by the end of the process */

    third.turn = turn ? fileno(turn) : -1;
    listener = listen_at("127.0.0.1", &third.config.port, BACKLOG, false);
    return turn && listener >= 0 && pipe(third.ending) == 0 &&
           fcntl(listener, F_SETOWN, getpid()) == 0 && /* who gets SIGIO */
           fcntl(listener, F_SETFL, O_ASYNC | O_NONBLOCK) == 0 &&
           chdir(folder) == 0 && password_prepare() &&
           !pages_load(&third.pages, &third.config, &room);
}

int main(int argc, char **argv)
{
    if (argc < 3 || argc > 4 || !process_begin()) {
        (void)fprintf(stderr, "usage: todo-third PORT FOLDER [SECONDS]\n");
        return 2;
    }
    process_prepare(-1);
    process_stop_signals(&heard);
    sigaddset(&heard, SIGIO);
    sigaddset(&heard, SIGCHLD);
    sigaddset(&heard, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &heard, NULL);
    config_default(&third.config, "todo-third");
    third.config.port = (int)strtol(argv[1], NULL, 10);
    if (argc == 4) /* for what is in flight at the end */
        third.config.shutdown_timeout_ms = strtol(argv[3], NULL, 10) * 1000;
    if (!arrange(argv[2])) {
        perror("todo-third");
        return EXIT_FAILURE;
    }
    if (!open_store()) /* WAITS: disk */
        return EXIT_FAILURE;
    close_store(); /* nothing of SQLite passes a fork */
    (void)begin_child(hold_database, third.ending[0]);
    printf("todo-third: listening on http://127.0.0.1:%d\n", third.config.port);
    (void)fflush(stdout); /* or each child would print it, too */
    return run() ? EXIT_SUCCESS : EXIT_FAILURE;
}
