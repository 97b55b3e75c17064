/*
 * tests/bench/start.c - how long from exec to the first answer?
 *
 *   start PORT PROGRAM ARGUMENT...    prints milliseconds; ends the program
 */
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "loopback.h"
#include "times.h"

static double now_ms(void)
{
    return times_now_ms(CLOCK_MONOTONIC);
}

/* Knocks until the program answers. False when it has ended instead. */
static bool wait_for_answer(pid_t program, int port)
{
    const struct timespec pause = {.tv_nsec = 200000};

    while (waitpid(program, NULL, WNOHANG) == 0) {
        int fd = loopback_connect(port);
        if (fd >= 0) {
            bool answered = loopback_ask(fd, "/healthz");
            (void)close(fd);
            if (answered)
                return true;
        }
        (void)nanosleep(&pause, NULL); /* measures, so it may knock again */
    }
    return false;
}

int main(int argc, char **argv)
{
    int port = argc > 2 ? loopback_number(argv[1], 65535) : 0;
    int status;

    if (port == 0) {
        (void)fputs("usage: start PORT PROGRAM ARGUMENT...\n", stderr);
        return 2;
    }
    double begin = now_ms();
    pid_t program = fork();
    if (program == 0) {
        if (dup2(STDERR_FILENO, STDOUT_FILENO) >= 0) /* ours is the number */
            (void)execvp(argv[2], argv + 2);
        _exit(127);
    }
    if (program < 0 || !wait_for_answer(program, port)) {
        (void)fprintf(stderr, "start: %s ended without an answer\n", argv[2]);
        return 1;
    }
    double took = now_ms() - begin;
    if (kill(program, SIGTERM) != 0 || waitpid(program, &status, 0) < 0)
        return 1;
    return printf("%.1f\n", took) > 0 ? 0 : 1;
}
