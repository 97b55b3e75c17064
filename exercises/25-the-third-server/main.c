/*
 * exercises/25-the-third-server/main.c - todo-third: accepts,
 * forks, and sees its children end.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/setup/process.h"
#include "common/store/store.h"
#include "common/todo/password.h"
#include "third.h"

enum { CHILDREN_MAX = 1 + 64, BACKLOG = 128 }; /* one holds the database */

static const struct pages_room room = {
    "A process for each client. It stands still wherever it must wait.",
    "There are no streams here.",
    "A silent client keeps its process.",
    {{"process 1", "AAaaaaaAA"}, {"process 2", "  BBbbbbbBB"}},
};

/* The parent alone uses these. */
static int listener, end_of_pipe; /* closed, the latter tells all children */
static pid_t children[CHILDREN_MAX];
static int child_count;
static volatile sig_atomic_t stopping;

static void on_signal(int number)
{
    stopping |= number != SIGCHLD;
}

/* Signals are blocked but while the parent waits. One that is pending when
 * something else ends the wait has not been handled yet. */
static bool must_stop(void)
{
    sigset_t pending;

    sigpending(&pending);
    return stopping || sigismember(&pending, SIGTERM) == 1 ||
           sigismember(&pending, SIGINT) == 1;
}

/* Waits for a client (where one may come), the end of a child, a signal, or the
 * end of the time. True for a client. */
static bool wait_for(bool client, int64_t until_us)
{
    int64_t ms = clock_nap_ms(until_us);
    struct timespec nap = {ms / 1000, ms % 1000 * 1000000};
    fd_set clients;
    sigset_t none;

    FD_ZERO(&clients);
    if (client)
        FD_SET(listener, &clients);
    sigemptyset(&none);
    return pselect(listener + 1, &clients, NULL, NULL, /* WAITS: everybody */
                   until_us == INT64_MAX ? NULL : &nap, &none) > 0;
}

/* A process that has ended is kept until its parent has heard of it. */
static void bury_children(void)
{
    pid_t ended;

    while ((ended = waitpid(-1, NULL, WNOHANG)) > 0)
        for (int i = 0; i < child_count; i++)
            if (children[i] == ended)
                children[i] = children[--child_count];
}

/* What a child must not keep: others would find the port taken when the parent
 * is gone, and would not hear of its end. */
static void close_parents(void)
{
    close(listener);
    close(end_of_pipe);
}

/* Signals stay blocked in a child: it hears from the pipe that the server
 * stops. What a terminal sends, it sends to parent and children alike. */
static void take_client(const struct third *third)
{
    int fd = accept(listener, NULL, NULL);
    pid_t child = fd < 0 ? -1 : fork();

    if (child == 0) {
        close_parents();
        serve_client(third, fd); /* WAITS: client, lock, disk */
        close(fd);
        exit(EXIT_SUCCESS); /* NOLINT(concurrency-mt-unsafe): one thread */
    }
    if (child > 0)
        children[child_count++] = child;
    else if (fd >= 0)
        log_error("main", "no process for one more client");
    if (fd >= 0)
        close(fd); /* or its end would come only with ours */
}

static bool run(const struct third *third)
{
    int64_t until;

    while (!must_stop()) { /* WAITS: a client, a child, a signal */
        if (wait_for(child_count < CHILDREN_MAX, INT64_MAX))
            take_client(third);
        bury_children();
    }
    close_parents();
    until = clock_mono_us() + third->config.shutdown_timeout_ms * 1000;
    while (child_count > 0 && clock_mono_us() < until) {
        wait_for(false, until); /* WAITS: everybody */
        bury_children();
    }
    for (int i = 0; i < child_count; i++)
        (void)kill(children[i], SIGKILL);
    return child_count == 0;
}

/* --- the beginning -------------------------------------------------------- */

/* The first child opens the database and keeps it open, so that no other is the
 * last to close it: each would write the log back. The parent itself may not
 * open it, as it forks. False when the child has said why it cannot. */
static bool hold_database(const struct third *third)
{
    struct pollfd ending = {.fd = third->ending};
    char why[512], byte;
    bool opened;
    int told[2];

    if (pipe(told) != 0 || (children[0] = fork()) < 0)
        return false;
    if (children[0] == 0) {
        struct store_file *file =
            store_file_new(third->config.db, why, sizeof why);

        close_parents();
        if (!file)
            (void)fprintf(stderr, "todo-third: %s\n", why);
        else if (write(told[1], "", 1) == 1)
            (void)poll(&ending, 1, -1); /* WAITS: everybody */
        store_file_free(file);
        exit(EXIT_SUCCESS); /* NOLINT(concurrency-mt-unsafe): one thread */
    }
    child_count = 1;
    close(told[1]);
    opened = read(told[0], &byte, 1) == 1; /* WAITS: disk */
    close(told[0]);
    return opened;
}

/* False, with errno, when it cannot. */
static bool listen_at(struct config *config)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    const int yes = 1;

    at.sin_port = htons((uint16_t)config->port);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    if (listener < 0 ||
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        fcntl(listener, F_SETFL, O_NONBLOCK) != 0 || /* a client may be gone */
        listen(listener, BACKLOG) != 0 ||
        getsockname(listener, (struct sockaddr *)&at, &size) != 0)
        return false;
    config->port = ntohs(at.sin_port);
    return true;
}

static void hear_signals(void)
{
    struct sigaction hear = {.sa_handler = on_signal,
                             .sa_flags = (int)SA_RESETHAND};
    sigset_t heard;

    process_stop_signals(&heard);
    sigaddset(&heard, SIGCHLD);
    pthread_sigmask(SIG_BLOCK, &heard, NULL);
    sigaction(SIGTERM, &hear, NULL); /* a second one kills */
    sigaction(SIGINT, &hear, NULL);
    hear.sa_flags = 0;
    sigaction(SIGCHLD, &hear, NULL);
}

/* Everything that children inherit. False, with errno, when it cannot. */
static bool arrange(struct third *third)
{
    int ends[2];
    FILE *turn = tmpfile(); /* nameless, and closed by the end of the process */

    if (!turn || pipe(ends) != 0 || !listen_at(&third->config))
        return false;
    third->turn = fileno(turn);
    third->ending = ends[0];
    end_of_pipe = ends[1];
    return password_prepare() &&
           !pages_load(&third->pages, &third->config, &room);
}

int main(int argc, char **argv)
{
    static struct third third = {.config = {.program = "todo-third",
                                            .host = "127.0.0.1",
                                            .head_timeout_ms = 10000,
                                            .body_timeout_ms = 30000,
                                            .idle_timeout_ms = 60000,
                                            .write_timeout_ms = 30000,
                                            .shutdown_timeout_ms = 5000}};
    static char db[1024];

    if (argc < 3 || argc > 4 || !process_begin()) {
        (void)fprintf(stderr, "usage: todo-third PORT FOLDER [SECONDS]\n");
        return 2;
    }
    process_prepare(-1);
    third.config.port = (int)strtol(argv[1], NULL, 10);
    third.config.db = db;
    if (argc == 4) /* for what is in flight at the end */
        third.config.shutdown_timeout_ms = strtol(argv[3], NULL, 10) * 1000;
    (void)snprintf(db, sizeof db, "%s/todos.db", argv[2]);
    hear_signals();
    if (!arrange(&third)) {
        perror("todo-third");
        return EXIT_FAILURE;
    }
    if (!hold_database(&third)) /* WAITS: disk */
        return EXIT_FAILURE;
    printf("todo-third: listening on http://127.0.0.1:%d\n", third.config.port);
    (void)fflush(stdout); /* or each child would print it, too */
    return run(&third) ? EXIT_SUCCESS : EXIT_FAILURE;
}
