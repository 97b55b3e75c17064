/* exercises/runner/child.c - see child.h. */
#include "child.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "runner.h"

#ifdef __linux__
#include <sys/prctl.h>
#endif

enum { START_SECONDS = 60, POLL_MS = 5, MAX_OPTIONS = 24 };

static const int end_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
static const size_t end_signal_count =
    sizeof(end_signals) / sizeof(end_signals[0]);

/* The signals that the runner takes by sigwait: those above and SIGCHLD. */
static sigset_t awaited_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < end_signal_count; i++)
        sigaddset(&set, end_signals[i]);
    return set;
}

void children_init(void)
{
    sigset_t set = awaited_signals();

    sigprocmask(SIG_BLOCK, &set, NULL);
    (void)signal(SIGPIPE,
                 SIG_IGN); /* `./learn | head -1` must still stop both */
}

/* True when a signal that ends the runner is pending; it is taken. */
static bool end_is_asked(void)
{
    sigset_t pending, one;
    int taken;

    sigpending(&pending);
    for (size_t i = 0; i < end_signal_count; i++) {
        if (sigismember(&pending, end_signals[i]) != 1)
            continue;
        sigemptyset(&one);
        sigaddset(&one, end_signals[i]);
        sigwait(&one, &taken);
        return true;
    }
    return false;
}

static time_t seconds_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec;
}

static void pause_briefly(void)
{
    const struct timespec wait = {.tv_nsec = POLL_MS * 1000000L};

    nanosleep(&wait, NULL);
}

/* Becomes the program; runs in the new process and does not return. */
static void become(const char *const *argv, pid_t runner)
{
    sigset_t none;
    int null;

    setpgid(0, 0);
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGTERM);
#endif
    if (getppid() != runner) /* the runner died before the line above */
        _exit(1);
    null = open("/dev/null", O_RDONLY);
    if (null >= 0)
        dup2(null, STDIN_FILENO);
    (void)signal(SIGPIPE, SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* execvp(3) does not write to the strings; its type is older than const. */
    execvp(argv[0], (union {
                        const char *const *in;
                        char *const *out;
                    }){argv}
                        .out);
    perror(argv[0]);
    _exit(127);
}

bool child_start(struct child *child, const char *const *argv)
{
    pid_t runner = getpid();

    (void)fflush(stdout); /* or the child would print what waits there, too */
    child->pid = fork();
    if (child->pid == 0)
        become(argv, runner);
    if (child->pid > 0)
        return true;
    perror("learn: fork");
    child->pid = 0;
    return false;
}

/* Takes note of the end of a child, if it has ended. */
static bool has_ended(struct child *child)
{
    int status = 0;
    pid_t ended;

    if (child->pid == 0)
        return true;
    ended = waitpid(child->pid, &status, WNOHANG);
    if (ended == 0)
        return false;
    child->pid = 0; /* the number may be another's from now on */
    if (ended < 0)  /* it has ended, and nobody knows how */
        child->status = 127;
    else
        child->status =
            WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
    return true;
}

/* The port in the file; 0 as long as its line is not complete. */
static int read_port(const char *path)
{
    char line[16] = "";
    char *end = line;
    long port = 0;
    FILE *file = fopen(path, "r");

    if (!file)
        return 0;
    if (fgets(line, sizeof(line), file))
        port = strtol(line, &end, 10);
    (void)fclose(file); /* only read from */
    return *end == '\n' && port > 0 && port <= 65535 ? (int)port : 0;
}

/* Looks for the port file until it is there: no event says so everywhere. */
static bool wait_until_ready(struct child *child, const char *port_file)
{
    time_t deadline = seconds_now() + START_SECONDS;

    while ((child->port = read_port(port_file)) == 0) {
        if (has_ended(child))
            return false;
        if (end_is_asked()) {
            (void)fprintf(stderr, "\nStopped while %s was starting.\n",
                          child->name);
            return false;
        }
        if (seconds_now() > deadline) {
            (void)fprintf(stderr, "learn: %s does not listen after %d s\n",
                          child->name, START_SECONDS);
            return false;
        }
        pause_briefly();
    }
    (void)snprintf(child->url, sizeof(child->url), "http://127.0.0.1:%d",
                   child->port);
    return true;
}

/* Starts bin_dir/name with a port, its port file and these arguments, which end
 * with NULL, and waits until it listens. */
static bool start(struct child *child, const char *name,
                  const struct server_options *options, const char *const *more)
{
    char program[1024], port_file[1024], port[16];
    const char *argv[MAX_OPTIONS] = {program, "--port", port, "--port-file",
                                     port_file};
    bool ready;

    for (size_t i = 5; *more && i < MAX_OPTIONS - 1; i++)
        argv[i] = *more++;
    child->name = name;
    (void)snprintf(program, sizeof(program), "%s/%s", options->bin_dir, name);
    (void)snprintf(port_file, sizeof(port_file), "%s/%s-%ld.port", options->dir,
                   name, (long)getpid());
    (void)snprintf(port, sizeof(port), "%d", options->port);

    (void)unlink(port_file); /* of a runner that had our process id */
    ready = child_start(child, argv) && wait_until_ready(child, port_file);
    (void)unlink(port_file); /* the server may have removed it itself */
    return ready;
}

/* Nothing where there is no value. Gives how many words there are. */
static size_t add(const char **words, size_t count, const char *option,
                  const char *value)
{
    if (!value)
        return count;
    words[count] = option;
    words[count + 1] = value;
    return count + 2;
}

bool server_start(struct child *child, const char *name,
                  const struct server_options *options)
{
    const char *more[MAX_OPTIONS] = {NULL};
    bool with_gates = options->gates || options->trace;
    bool is_sync = strcmp(name, "todo-sync") == 0;
    size_t count = add(more, 0, "--db", options->db);

    count = add(more, count, "--gates", with_gates ? options->dir : NULL);
    count = add(more, count, "--trace", options->trace);
    count = add(more, count, "--log-level", options->trace ? "warn" : NULL);
    count = add(more, count, "--threads", is_sync ? options->threads : NULL);
    count = add(more, count, "--hash-jobs", options->hash_jobs);
    if (options->auth)
        more[count] = "--auth";
    return start(child, name, options, more);
}

bool upstream_start(struct child *muse, const struct server_options *options,
                    const char *delay_ms)
{
    const struct server_options ours = {.bin_dir = bin_dir,
                                        .dir = options->dir};
    const char *const more[] = {"--delay", delay_ms, NULL};

    return start(muse, "muse", &ours, more) &&
           /* NOLINTNEXTLINE(concurrency-mt-unsafe): there is one thread */
           setenv("TODO_UPSTREAM", muse->url, 1) == 0;
}

struct child *children_watch(struct child *children, size_t count)
{
    sigset_t set = awaited_signals();
    int taken;

    for (;;) {
        for (size_t i = 0; i < count; i++) {
            if (children[i].pid != 0 && has_ended(&children[i]))
                return &children[i];
        }
        sigwait(&set, &taken);
        if (taken != SIGCHLD)
            return NULL;
    }
}

enum child_end child_await(struct child *child, int seconds)
{
    time_t deadline = seconds_now() + seconds;

    while (!has_ended(child)) {
        if (end_is_asked())
            return CHILD_END_ASKED;
        if (seconds_now() >= deadline)
            return CHILD_LATE;
        pause_briefly();
    }
    return CHILD_ENDED;
}

/* Signals each child with its process group, which a shell may have filled. */
static void signal_all(const struct child *children, size_t count, int number)
{
    for (size_t i = 0; i < count; i++) {
        if (children[i].pid == 0)
            continue;
        if (kill(-children[i].pid, number) != 0) /* it leads no group yet */
            (void)kill(children[i].pid, number);
    }
}

static bool all_have_ended(struct child *children, size_t count)
{
    bool all = true;

    for (size_t i = 0; i < count; i++)
        all = has_ended(&children[i]) && all;
    return all;
}

bool children_stop(struct child *children, size_t count)
{
    time_t deadline = seconds_now() + STOP_SECONDS;
    bool clean = true;

    signal_all(children, count, SIGTERM);
    while (!all_have_ended(children, count)) {
        if (end_is_asked())
            signal_all(children, count, SIGTERM);
        if (seconds_now() > deadline)
            signal_all(children, count, SIGKILL);
        pause_briefly();
    }
    for (size_t i = 0; i < count; i++) {
        if (children[i].status == 0)
            continue;
        (void)fprintf(stderr, "learn: %s ended with status %d\n",
                      children[i].name, children[i].status);
        clean = false;
    }
    return clean;
}
