#include "common/base/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>
#include <unistd.h>

/* Linux gives each new connection to one of those who listen (SO_REUSEPORT,
 * socket(7)). Other systems know the option, and do not share fairly. */
static bool share_port(int fd)
{
#ifdef __linux__
    const int on = 1;

    return setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) == 0;
#else
    (void)fd;
    errno = ENOTSUP;
    return false;
#endif
}

/* Connections of an earlier process that the kernel still remembers (TIME_WAIT)
 * are no reason to refuse the port (SO_REUSEADDR). */
static bool bind_and_listen(int fd, struct sockaddr_in *at, int backlog)
{
    socklen_t len = sizeof *at;
    const int on = 1;

    return setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
           bind(fd, (struct sockaddr *)at, len) == 0 &&
           listen(fd, backlog) == 0 && /* a taken port may show only here */
           getsockname(fd, (struct sockaddr *)at, &len) == 0;
}

int listen_at(const char *host, int *port, int backlog, bool shared)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((in_port_t)*port)};
    int fd, why;

    if (inet_pton(AF_INET, host, &at.sin_addr) != 1) {
        errno = EINVAL;
        return -1;
    }
    fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    if ((shared && !share_port(fd)) || !bind_and_listen(fd, &at, backlog)) {
        why = errno;
        (void)close(fd); /* nothing was sent on it */
        errno = why;
        return -1;
    }
    *port = ntohs(at.sin_port);
    return fd;
}
