/*
 * common/base/listen.h - a socket that listens.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing; the socket is the caller's.
 */
#ifndef TODO_COMMON_LISTEN_H
#define TODO_COMMON_LISTEN_H

#include <stdbool.h>

/* Opens a TCP socket that listens at `host`, an IPv4 address in digits, and at
 * `*port`: with 0 at any free one, which `*port` is then. So many connections
 * as `backlog` may wait in the kernel (listen(2)). Where it is `shared`, other
 * sockets that are may listen at the same port (Linux alone). What the process
 * becomes by exec(3) does not have it. -1 with errno when it cannot. */
int listen_at(const char *host, int *port, int backlog, bool shared);

#endif
