#include "server.h"

#include <fcntl.h>
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

/* A listening socket for the next program, or -1 (server_hand_over). */
static int listener = -1;

/* In the child: the socket is where sd_listen_fds(3) wants it. */
static bool hand_over(void)
{
    char pid[24];

    if (listener < 0)
        return true;
    (void)snprintf(pid, sizeof pid, "%ld", (long)getpid());
    return dup2(listener, 3) == 3 && /* it is another one: 3 stays open */
           setenv("LISTEN_PID", pid, 1) == 0 &&
           setenv("LISTEN_FDS", "1", 1) == 0;
}

/* In the child: becomes the program. A test that dies takes it along. */
static void become(const char *const *argv, const char *out, const char *err)
{
    int null = open("/dev/null", O_RDONLY | O_CLOEXEC);
    int how = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC;
    int out_fd = open(out, how, 0600);
    int err_fd = open(err, how, 0600);
    char *const *list;

#ifdef __linux__
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
#endif
    if (dup2(null, 0) < 0 || dup2(out_fd, 1) < 0 || dup2(err_fd, 2) < 0)
        _exit(126);
    if (!hand_over())
        _exit(126);
    /* execv(3) changes neither the list nor the strings, but is too old to say
     * so. */
    memcpy(&list, &argv, sizeof list);
    (void)execv(argv[0], list);
    _exit(127);
}

/* Runs the program; its outputs go to these files. */
static pid_t run(const char *const *argv, const char *out, const char *err)
{
    pid_t pid = fork();

    if (pid == 0)
        become(argv, out, err);
    listener = -1;
    assert_true(pid > 0);
    return pid;
}

static void port_file_of(const struct server *server, char path[PATH_ROOM])
{
    (void)snprintf(path, PATH_ROOM, "%s/port", server->dir);
}

/* The number in the port file, or 0 while that is not there. */
static int read_port(const char *path)
{
    char line[16] = "";
    FILE *file = fopen(path, "r");

    if (!file)
        return 0;
    (void)fgets(line, sizeof line, file); /* an empty one is no port either */
    (void)fclose(file);                   /* it was only read */
    return (int)strtol(line, NULL, 10);
}

static bool has_ended(struct server *server, int *status)
{
    pid_t ended = waitpid(server->pid, status, WNOHANG);

    if (ended == 0)
        return false;
    assert_int_equal(ended, server->pid); /* or it is no child of ours */
    server->pid = 0;
    return true;
}

void server_fail(struct server *server, const char *what)
{
    char *log = server_log(server);

    (void)fputs(log, stderr); /* print_error would cut it after a kilobyte */
    free(log);
    server_release(server);
    fail_msg("%s", what);
}

void server_await(struct server *server)
{
    char port_file[PATH_ROOM];
    long long deadline = now_ms() + PATIENCE_MS;
    int status;

    port_file_of(server, port_file);
    while ((server->port = read_port(port_file)) == 0) {
        if (has_ended(server, &status) || now_ms() > deadline)
            server_fail(server, "the server did not come up");
        a_moment();
    }
}

static const char *const on_loopback[] = {"--host", "127.0.0.1", "--port", "0",
                                          NULL};
#ifdef TODO_PROBES
static const char gates_option[] = "--gates";
#else
static const char *const gates_option = NULL;
#endif
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
    const char *const gates[] = {gates_option, server->dir, NULL};

    server->program = program;
    port_file_of(server, port_file);
    add_args(argv, where);
    add_args(argv, gates);
    add_args(argv, args);

    server->pid = run(argv, server->log, server->log);
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

/* The words before `--port-file` are there already. */
static void start_other(struct server *server, const char **argv,
                        const char *const *args)
{
    char port_file[PATH_ROOM];
    const char *const where[] = {"--port-file", port_file, NULL};

    make_dir(server);
    port_file_of(server, port_file);
    add_args(argv, where);
    add_args(argv, args);
    server->pid = run(argv, server->log, server->log);
    server_await(server);
}

void server_start_other(struct server *server, const char *program,
                        const char *const *args)
{
    const char *argv[MAX_ARGS] = {program};

    start_other(server, argv, args);
}

void server_start_by_shell(struct server *server, const char *script,
                           const char *program, const char *const *args)
{
    const char *argv[MAX_ARGS] = {"/bin/sh", "-c", script, program};

    start_other(server, argv, args);
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

void server_hand_over(int fd)
{
    assert_int_not_equal(fd, 3); /* there it would be closed on exec(3) */
    listener = fd;
}

/*
 * Ending
 */

void server_signal(struct server *server, int signal)
{
    assert_true(server->pid > 0);
    assert_int_equal(kill(server->pid, signal), 0);
}

void server_freeze(struct server *server)
{
    int status;

    server_signal(server, SIGSTOP);
    assert_int_equal(waitpid(server->pid, &status, WUNTRACED), server->pid);
    assert_true(WIFSTOPPED(status));
}

void server_thaw(struct server *server)
{
    server_signal(server, SIGCONT);
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

void server_expect_end(struct server *server, int status)
{
    char what[80];
    int ended = server_wait(server);

    (void)snprintf(what, sizeof what,
                   "the server ended with status %d, and not with %d", ended,
                   status);
    if (ended != status)
        server_fail(server, what);
}

void server_stop(struct server *server)
{
    server_signal(server, SIGTERM);
    server_expect_end(server, 0);
}

/* Kills it. If it had ended by itself, nobody has seen that: this says so, with
 * all it said. */
static void end(struct server *server)
{
    int status = 0;

    (void)kill(server->pid, SIGKILL);
    if (waitpid(server->pid, &status, 0) != server->pid ||
        exit_code(status) == 128 + SIGKILL)
        return;

    char *log = server_log(server);

    (void)fprintf(stderr, "%sthe server ended by itself, with status %d\n", log,
                  exit_code(status));
    free(log);
}

void server_release(struct server *server)
{
    if (server->pid > 0)
        end(server);
    steer_close(&server->clock);
    if (server->owns_dir)
        folder_remove(server->dir);
    *server = (struct server){0};
}

/*
 * What was printed
 */

/* The whole file, which tests keep small. Gives: free with free(3). */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = malloc(1);
    size_t len = 0;
    size_t got = 0;

    assert_non_null(file);
    do {
        enum { STEP = 4096 };

        len += got;
        text = realloc(text, len + STEP + 1);
        assert_non_null(text);
        got = fread(text + len, 1, STEP, file);
        text[len + got] = '\0';
    } while (got > 0);
    (void)fclose(file); /* it was only read */
    return text;
}

char *server_log(const struct server *server)
{
    return read_file(server->log);
}

int program_run(const char *const *argv, char **out, char **err)
{
    struct server program;
    char out_path[PATH_ROOM];

    make_dir(&program);
    (void)snprintf(out_path, sizeof out_path, "%s/out", program.dir);
    program.pid = run(argv, out_path, program.log);
    int status = server_wait(&program);

    *out = read_file(out_path);
    *err = read_file(program.log);
    server_release(&program);
    return status;
}
