/*
 * common/setup/config_listener.c - a listening socket that was handed over.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "common/setup/config.h"

enum { FIRST = 3 }; /* SD_LISTEN_FDS_START */

/* A variable as a number of digits alone; -1 when it is none. */
static long number_in(const char *name)
{
    const char *text = getenv(name); /* NOLINT(concurrency-mt-unsafe): main */
    size_t len = text ? strlen(text) : 0;

    return len > 0 && len < 10 && strspn(text, "0123456789") == len
               ? strtol(text, NULL, 10)
               : -1;
}

/* Whether the descriptor is a TCP socket over IPv4 that listens; then `here`
 * says where. */
static bool listens(int fd, struct sockaddr_in *here)
{
    socklen_t len = sizeof *here;
    int on = 0;
    socklen_t on_len = sizeof on;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &on, &on_len) == 0 && on &&
           getsockname(fd, (struct sockaddr *)here, &len) == 0 &&
           here->sin_family == AF_INET;
}

bool config_take_listener(struct config *config, char *why, size_t size)
{
    struct sockaddr_in here;
    long count;

    if (number_in("LISTEN_PID") != (long)getpid())
        return true;
    count = number_in("LISTEN_FDS");
    if (count != 1) {
        (void)snprintf(why, size,
                       "LISTEN_FDS: one socket is served, and no other number "
                       "of them");
        return false;
    }
    if (!listens(FIRST, &here)) {
        (void)snprintf(why, size,
                       "LISTEN_FDS: descriptor %d is no socket that listens on "
                       "an IPv4 address",
                       FIRST);
        return false;
    }
    config->listener = FIRST;
    (void)inet_ntop(AF_INET, &here.sin_addr, config->listener_host,
                    sizeof config->listener_host); /* it has room */
    config->host = config->listener_host;
    config->port = ntohs(here.sin_port);
    return true;
}
