#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include "tests/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/patience.h"

enum { MAX_ARGS = 40, PATH_ROOM = 300 };

/*
 * Starting
 */

/* In the child: becomes the program. A test that dies takes it along. */
static void become(const char *const *argv, int out, int err)
{
    int null = open("/dev/null", O_RDONLY);

#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (null < 0 || dup2(null, 0) < 0 || dup2(out, 1) < 0 || dup2(err, 2) < 0)
        _exit(126);
    /* execv(3) changes neither the list nor the strings. */
    (void)execv(argv[0], (char *const *)(size_t)argv);
    _exit(127);
}

static void port_file_of(const struct server *server, char path[PATH_ROOM])
{
    (void)snprintf(path, PATH_ROOM, "%s/port", server->dir);
}

/* The first line of the port file, or 0 while it is not there. */
static int read_port(const char *path)
{
    FILE *file = fopen(path, "r");
    int port = 0;

    if (!file)
        return 0;
    if (fscanf(file, "%5d", &port) != 1)
        port = 0;
    (void)fclose(file); /* it was only read */
    return port;
}

static bool has_ended(struct server *server, int *status)
{
    if (waitpid(server->pid, status, WNOHANG) != server->pid)
        return false;
    server->pid = 0;
    return true;
}

void server_await(struct server *server)
{
    char port_file[PATH_ROOM];
    long long deadline = now_ms() + PATIENCE_MS;
    int status;

    port_file_of(server, port_file);
    while ((server->port = read_port(port_file)) == 0) {
        if (has_ended(server, &status) || now_ms() > deadline) {
            char *log = server_log(server);

            print_error("%s", log);
            free(log);
            server_release(server);
            fail_msg("the server did not come up");
        }
        a_moment();
    }
}

static const char *const on_loopback[] = {"--host", "127.0.0.1", "--port", "0",
                                          NULL};
static const char *const nowhere_said[] = {NULL};

/* Adds a list that ends in NULL to another of MAX_ARGS. */
static void add_args(const char **argv, const char *const *args)
{
    size_t n = 0;

    while (argv[n])
        n++;
    for (; args && *args; args++) {
        assert_true(n < MAX_ARGS - 1);
        argv[n++] = *args;
    }
}

static void begin(struct server *server, const char *program,
                  const char *const *where, const char *const *args)
{
    char port_file[PATH_ROOM];
    const char *argv[MAX_ARGS] = {program, "--port-file", port_file, "--db",
                                  server->db};

    port_file_of(server, port_file);
    add_args(argv, where);
    add_args(argv, args);

    int log = open(server->log, O_WRONLY | O_CREAT | O_APPEND, 0600);

    assert_true(log >= 0);
    server->pid = fork();
    if (server->pid == 0)
        become(argv, log, log);
    (void)close(log); /* the child has its own */
    assert_true(server->pid > 0);
}

static void make_dir(struct server *server)
{
    *server = (struct server){0};
    folder_make(server->dir);
    server->owns_dir = true;
    (void)snprintf(server->log, sizeof server->log, "%s/log", server->dir);
}

void server_start(struct server *server, const char *program,
                  const char *const *args)
{
    make_dir(server);
    (void)snprintf(server->db, sizeof server->db, "%s/todos.db", server->dir);
    begin(server, program, on_loopback, args);
    server_await(server);
}

void server_start_bare(struct server *server, const char *program,
                       const char *const *args)
{
    make_dir(server);
    (void)snprintf(server->db, sizeof server->db, "%s/todos.db", server->dir);
    begin(server, program, nowhere_said, args);
    server_await(server);
}

void server_launch(struct server *server, const char *program, const char *db,
                   const char *const *args)
{
    make_dir(server);
    (void)snprintf(server->db, sizeof server->db, "%s", db);
    begin(server, program, on_loopback, args);
}

void server_start_on(struct server *server, const char *program, const char *db,
                     const char *const *args)
{
    server_launch(server, program, db, args);
    server_await(server);
}

/*
 * Ending
 */

void server_signal(struct server *server, int signal)
{
    assert_true(server->pid > 0);
    assert_int_equal(kill(server->pid, signal), 0);
}

static int exit_code(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

int server_wait(struct server *server)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int status;

    assert_true(server->pid > 0);
    while (!has_ended(server, &status)) {
        if (now_ms() > deadline)
            fail_msg("the server has not ended");
        a_moment();
    }
    return exit_code(status);
}

void server_stop(struct server *server)
{
    server_signal(server, SIGTERM);
    int status = server_wait(server);

    if (status != 0) {
        char *log = server_log(server);

        print_error("%s", log);
        free(log);
    }
    assert_int_equal(status, 0);
}

void server_release(struct server *server)
{
    if (server->pid > 0) {
        (void)kill(server->pid, SIGKILL);
        (void)waitpid(server->pid, NULL, 0);
    }
    if (server->owns_dir)
        folder_remove(server->dir);
    *server = (struct server){0};
}

/*
 * What was printed
 */

/* Adds what `fd` has to a text. False at the end of the file. */
static bool read_some(int fd, char **text, size_t *len)
{
    char block[4096];
    ssize_t got = read(fd, block, sizeof block);

    if (got < 0)
        return errno == EINTR;
    *text = realloc(*text, *len + (size_t)got + 1);
    assert_non_null(*text);
    memcpy(*text + *len, block, (size_t)got);
    *len += (size_t)got;
    (*text)[*len] = '\0';
    return got > 0;
}

char *server_log(const struct server *server)
{
    int fd = open(server->log, O_RDONLY);
    char *text = NULL;
    size_t len = 0;

    assert_true(fd >= 0);
    while (read_some(fd, &text, &len))
        ;
    (void)close(fd); /* it was only read */
    return text;
}

int program_run(const char *const *argv, char **out, char **err)
{
    int pipes[2][2];
    char *texts[2] = {NULL, NULL};
    size_t lens[2] = {0, 0};
    long long deadline = now_ms() + PATIENCE_MS;
    int status;

    assert_int_equal(pipe(pipes[0]), 0);
    assert_int_equal(pipe(pipes[1]), 0);
    pid_t pid = fork();

    if (pid == 0)
        become(argv, pipes[0][1], pipes[1][1]);
    assert_true(pid > 0);

    struct pollfd ends[2];

    for (int i = 0; i < 2; i++) {
        (void)close(pipes[i][1]);
        ends[i] = (struct pollfd){.fd = pipes[i][0], .events = POLLIN};
    }
    while (ends[0].fd >= 0 || ends[1].fd >= 0) {
        if (now_ms() > deadline || poll(ends, 2, PATIENCE_MS) == 0) {
            (void)kill(pid, SIGKILL);
            fail_msg("%s has not ended", argv[0]);
        }
        for (int i = 0; i < 2; i++)
            if (ends[i].revents && !read_some(ends[i].fd, &texts[i], &lens[i]))
                ends[i].fd = -1; /* poll passes over it from now on */
    }
    (void)close(pipes[0][0]);
    (void)close(pipes[1][0]);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    *out = texts[0];
    *err = texts[1];
    return exit_code(status);
}
