/*
 * common/setup/process.c - signals that must be heard and those that must not
 * kill, descriptors that must be open and those that must suffice.
 */
#include "common/setup/process.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Opened the wrong way round: to use what was closed remains an error. */
static bool open_first_three(void)
{
    static const int ways[] = {O_WRONLY, O_RDONLY, O_RDONLY};

    for (int fd = 0; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", ways[fd]) != fd) {
            perror("/dev/null"); /* it gets the lowest number that is free */
            return false;
        }
    return true;
}

static void hear_signals(void)
{
    struct sigaction usual = {.sa_handler = SIG_DFL};
    struct sigaction now;
    sigset_t none;

    sigemptyset(&usual.sa_mask);
    for (int number = 1; number <= SIGRTMAX; number++)
        if (number != SIGHUP && sigaction(number, NULL, &now) == 0 &&
            now.sa_handler == SIG_IGN)
            (void)sigaction(number, &usual, NULL); /* every one can be reset */
    sigemptyset(&none);
    (void)pthread_sigmask(SIG_SETMASK, &none, NULL); /* cannot fail so */
}

void process_stop_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGINT);
}

/* The ThreadSanitizer of gcc 12 loses a signal that comes while a thread is at
 * the beginning of its first call that may block, where it allocates what it
 * keeps of signals. So this is the first, before a signal can mean anything. */
static void block_once(void)
{
#ifdef __SANITIZE_THREAD__
    (void)poll(NULL, 0, 0); /* and this one returns at once */
#endif
}

bool process_begin(void)
{
    hear_signals();
    block_once();
    return open_first_three();
}

/* What the parent has left open is not ours: it would only make our own numbers
 * larger, and keep open for others what the parent believes closed. Call it
 * before anything is opened. */
static void forget_inherited(int kept)
{
    unsigned int first = STDERR_FILENO + 1U;

    if (kept >= 0) /* it is the first */
        first = (unsigned int)kept + 1;
#ifdef SYS_close_range /* glibc's own is newer than some that we build on */
    (void)syscall(SYS_close_range, first, ~0U, 0U);
#else
    (void)first;
#endif /* an older kernel keeps them open, as usual */
}

void process_prepare(int kept)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct rlimit files;

    forget_inherited(kept);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* then the old one holds */
    }
}

int process_descriptors(void)
{
    struct rlimit files;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0 || files.rlim_cur > INT_MAX)
        return INT_MAX;
    return (int)files.rlim_cur;
}
