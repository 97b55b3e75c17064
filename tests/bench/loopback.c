#include "loopback.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

int loopback_number(const char *text, int high)
{
    char *end;
    long number = strtol(text, &end, 10);

    return end != text && *end == '\0' && number > 0 && number <= high
               ? (int)number
               : 0;
}

void loopback_raise_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        /* When it fails, a connection will, and that is told. */
        (void)setrlimit(RLIMIT_NOFILE, &limit);
    }
}

static int connect_with(int port, int flags)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    if (fd < 0)
        return -1;
    if (fcntl(fd, F_SETFL, flags) != 0 ||
        (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0 &&
         errno != EINPROGRESS)) {
        (void)close(fd); /* connect's errno is what the caller wants */
        return -1;
    }
    return fd;
}

int loopback_connect(int port)
{
    return connect_with(port, 0);
}

int loopback_begin(int port)
{
    return connect_with(port, O_NONBLOCK);
}

bool loopback_ask(int fd, const char *path)
{
    static const char wanted[] = "HTTP/1.1 200";
    char request[256];
    char answer[4096];
    int size = snprintf(request, sizeof(request),
                        "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n", path);

    if (size >= (int)sizeof(request) ||
        write(fd, request, (size_t)size) != size)
        return false;
    ssize_t len = read(fd, answer, sizeof(answer));
    return len >= (ssize_t)sizeof(wanted) &&
           memcmp(answer, wanted, sizeof(wanted) - 1) == 0;
}
