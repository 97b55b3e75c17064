/*
 * tests/bench/idle.c - opens connections, lets each ask once, and keeps them.
 *
 *   idle PORT COUNT [PATH]   prints "open" when all idle, ends when its input
 *                            does; PATH may be a stream (default: /healthz)
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "loopback.h"

enum { MOST = 50000 };

int main(int argc, char **argv)
{
    bool fits = argc == 3 || argc == 4;
    int port = fits ? loopback_number(argv[1], 65535) : 0;
    int count = fits ? loopback_number(argv[2], MOST) : 0;
    const char *path = argc == 4 ? argv[3] : "/healthz";
    char byte;

    if (port == 0 || count == 0) {
        (void)fputs("usage: idle PORT COUNT [PATH]\n", stderr);
        return 2;
    }
    loopback_raise_limit();
    for (int i = 0; i < count; i++) {
        int fd = loopback_connect(port);
        if (fd < 0 || !loopback_ask(fd, path)) {
            (void)fprintf(stderr, "idle: connection %d of %d failed\n", i + 1,
                          count);
            return 1;
        }
    }
    if (puts("open") == EOF || fflush(stdout) == EOF)
        return 1;
    while (read(STDIN_FILENO, &byte, 1) > 0)
        ;
    return 0; /* the end of the process closes them all */
}
