/*
 * sync_impl/civet.c - what civetweb keeps to itself, found out.
 */
#include "civet.h"

#include <arpa/inet.h>
#include <dirent.h>
#ifdef __linux__
#include <linux/tcp.h>
#endif
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/http/http_rules.h"
#include "conns.h"
#include "server.h"

/* --- where a request begins, and where its head ends ---------------------- */

/* Where the buffer of this thread begins; NULL until it is primed. */
static _Thread_local const char *beginning;

bool civet_secret(char secret[CIVET_SECRET_SIZE]) /* MAIN THREAD */
{
    unsigned char bytes[(CIVET_SECRET_SIZE - 1) / 2];

    if (getentropy(bytes, sizeof bytes) != 0)
        return false;
    for (size_t i = 0; i < sizeof bytes; i++)
        (void)snprintf(secret + 2 * i, 3, "%02x", bytes[i]);
    return true;
}

/* A connection to this server with a request on it; -1 when there is none. */
static int knock(const struct server *server) /* MAIN THREAD */
{
    int64_t patience_ms = 2 * server->config->head_timeout_ms;
    struct timeval patience = {.tv_sec = patience_ms / 1000,
                               .tv_usec = patience_ms % 1000 * 1000};
    struct sockaddr_in here = {.sin_family = AF_INET,
                               .sin_port =
                                   htons((uint16_t)server->config->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char request[64];
    int len = snprintf(request, sizeof request, "GET /%s HTTP/1.1\r\n\r\n",
                       server->secret);

    if (fd >= 0 &&
        (inet_pton(AF_INET, server->config->host, &here.sin_addr) != 1 ||
         setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) ||
         connect(fd, (struct sockaddr *)&here, sizeof here) ||
         send(fd, request, (size_t)len, MSG_NOSIGNAL) != len)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

bool civet_prime(struct server *server) /* MAIN THREAD */
{
    int count = server->config->threads + CONNS_SPARE;
    int *knocks = calloc((size_t)count, sizeof *knocks);
    bool done = knocks != NULL;
    char answer[64];
    int opened = 0;

    for (; done && opened < count; opened++) {
        knocks[opened] = knock(server);
        done = knocks[opened] >= 0;
    }
    /* A thread that has answered stays with its connection while that is open,
     * so each connection gets a thread of its own. */
    for (int i = 0; done && i < count; i++) /* WAITS: each thread */
        done = recv(knocks[i], answer, sizeof answer, 0) > 0;
    for (int i = 0; i < opened; i++)
        (void)shutdown(knocks[i], SHUT_WR);
    /* civetweb closes when all is over, and the thread is free. */
    for (int i = 0; i < opened; i++) {
        done = done && recv(knocks[i], answer, sizeof answer, 0) == 0;
        close(knocks[i]);
    }
    free(knocks);
    return done;
}

bool civet_may_serve(struct mg_connection *civetweb,
                     const char *secret) /* REQUEST THREAD */
{
    static const char taken[] = "HTTP/1.1 204 No Content\r\n\r\n";
    static const char early[] = "HTTP/1.1 503 Service Unavailable\r\n"
                                "Retry-After: 1\r\nContent-Length: 0\r\n"
                                "Connection: close\r\n\r\n";
    const struct mg_request_info *info = mg_get_request_info(civetweb);

    if (beginning)
        return true;
    if (strcmp(info->request_uri + 1, secret) == 0) {
        beginning = info->request_method;
        (void)mg_write(civetweb, taken, sizeof taken - 1);
    } else {
        mg_disable_connection_keep_alive(civetweb);
        (void)mg_write(civetweb, early, sizeof early - 1);
    }
    return false;
}

/* One empty line may stand before a request (RFC 9112 section 2.2). civetweb
 * skips as much white space as there is, but with more it mistakes where the
 * request ends. */
bool civet_is_at_beginning(const struct mg_request_info *info)
{
    return info->request_method == beginning ||
           (info->request_method == beginning + 2 &&
            memcmp(beginning, "\r\n", 2) == 0);
}

const char *civet_buffer(void) /* REQUEST THREAD */
{
    return beginning;
}

const char *civet_first_line(void) /* REQUEST THREAD */
{
    return beginning && memcmp(beginning, "\r\n", 2) == 0 ? beginning + 2
                                                          : beginning;
}

/* civetweb is generous: it takes a bare LF for the end of a line, blanks before
 * a colon, and any white space between the words of the first line; and a line
 * that begins with a blank or a colon ends the head for it: what follows, be it
 * a Content-Length, it does not tell. Others read the same bytes otherwise, so
 * we refuse them. They show in the NULs that it writes into the head where it
 * cuts: one behind each word, one over the colon, two over the end of a line,
 * one over the last byte, behind the CR of the empty line. */
const char *civet_head_end(const struct mg_request_info *info)
{
    const char *uri = info->request_uri;
    const char *rest = info->query_string ? info->query_string : uri;
    const char *end = info->http_version + strlen(info->http_version);

    if (!civet_is_at_beginning(info))
        return NULL;
    if (uri != info->request_method + strlen(info->request_method) + 1 ||
        info->http_version != rest + strlen(rest) + 1 + strlen("HTTP/"))
        return NULL;
    for (int i = 0; i < info->num_headers; i++) {
        const char *name = info->http_headers[i].name;
        const char *value = info->http_headers[i].value;
        const char *colon = name + strlen(name);

        if (name != end + 2 || (colon[1] == '\0' && value != colon + 1))
            return NULL;
        end = value + strlen(value);
    }
    if (end - info->request_method > HTTP_MAX_HEAD)
        return end; /* too large, however it ends; its end may lie at the end
                       of the buffer */
    if ((end[2] != '\r' && info->num_headers > 0) || end[3] != '\0')
        return NULL;
    return end + strlen("\r\n\r\n");
}

/* --- whose socket it is --------------------------------------------------- */

/* The highest descriptor that was ever seen open. */
static atomic_int highest;

/* Raises that mark, and gives it. The kernel gives out the lowest number that
 * is free: so it hardly moves. */
static int highest_now(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this one */
    while (dir && (entry = readdir(dir)) != NULL) {
        int fd = (int)strtol(entry->d_name, NULL, 10);
        int known = atomic_load(&highest);

        while (fd > known &&
               !atomic_compare_exchange_weak(&highest, &known, fd))
            ;
    }
    if (dir)
        closedir(dir);
    return atomic_load(&highest);
}

/* The two ends of a connection. */
struct ends {
    struct sockaddr_in peer;
    struct sockaddr_in here; /* INADDR_ANY: at whichever of our addresses */
};

/* Which of our addresses the client connects to, civetweb only tells as a part
 * of a URL, http://127.0.0.1:8001/todos, and not where it refuses the head. It
 * logs when there is no room for the URL, which it may have escaped. */
static struct in_addr local_address(const struct mg_connection *mg)
{
    const char *path = mg_get_request_info(mg)->local_uri;
    size_t size = path ? 64 + 3 * strlen(path) : 0;
    char *link = path ? malloc(size) : NULL;
    struct in_addr address = {.s_addr = htonl(INADDR_ANY)};
    char text[INET_ADDRSTRLEN];

    if (link && mg_get_request_link(mg, link, size) == 0 &&
        sscanf(link, "http://%15[0-9.]", text) == 1)
        (void)inet_pton(AF_INET, text, &address); /* or it stays any */
    free(link);
    return address;
}

static bool is_same(const struct sockaddr_in *one, struct in_addr address,
                    in_port_t port)
{
    return one->sin_family == AF_INET && one->sin_port == port &&
           (address.s_addr == htonl(INADDR_ANY) ||
            one->sin_addr.s_addr == address.s_addr);
}

static bool has_ends(int fd, const struct ends *ends)
{
    struct sockaddr_in peer = {0}, here = {0};
    socklen_t peer_len = sizeof peer, here_len = sizeof here;

    return getpeername(fd, (struct sockaddr *)&peer, &peer_len) == 0 &&
           getsockname(fd, (struct sockaddr *)&here, &here_len) == 0 &&
           is_same(&peer, ends->peer.sin_addr, ends->peer.sin_port) &&
           is_same(&here, ends->here.sin_addr, ends->here.sin_port);
}

static bool claim_from(struct conn *conn, int from, int to,
                       const struct ends *ends) /* REQUEST THREAD */
{
    for (int fd = from; fd <= to; fd++)
        if (has_ends(fd, ends) && conns_claim(conn, fd))
            return true;
    return false;
}

void civet_find_socket(struct conn *conn) /* REQUEST THREAD */
{
    const struct mg_request_info *info = mg_get_request_info(conn->civetweb);
    int port = conn->conns->server->config->port;
    int known = atomic_load(&highest);
    struct ends ends = {0};

    if (conn->fd >= 0 || !info ||
        inet_pton(AF_INET, info->remote_addr, &ends.peer.sin_addr) != 1)
        return;
    ends.peer.sin_port = htons((in_port_t)info->remote_port);
    ends.here.sin_addr = local_address(conn->civetweb);
    ends.here.sin_port = htons((in_port_t)port);
    if (!claim_from(conn, 0, known, &ends) &&
        !claim_from(conn, known + 1, highest_now(), &ends))
        log_info("conn",
                 "no socket for %s:%d: its client has left, or it has "
                 "no deadlines",
                 info->remote_addr, info->remote_port);
}

/* Whether a descriptor is a socket on the port that we listen on. */
static bool is_ours(int port, int fd)
{
    struct sockaddr_in here = {0};
    socklen_t len = sizeof here;

    return getsockname(fd, (struct sockaddr *)&here, &len) == 0 &&
           here.sin_family == AF_INET && ntohs(here.sin_port) == port;
}

static bool is_listening(int fd)
{
    int listens = 0;
    socklen_t len = sizeof listens;

    return getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &len) == 0 &&
           listens;
}

void civet_each_socket(int port, bool listening,
                       void (*each)(void *arg, int fd), void *arg)
{
    int last = highest_now();

    for (int fd = 0; fd <= last; fd++)
        if (is_ours(port, fd) && is_listening(fd) == listening)
            each(arg, fd);
}

unsigned long long civet_heard(int fd) /* ANY THREAD */
{
#ifdef __linux__
    struct tcp_info info = {0};
    socklen_t len = sizeof info;

    if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == 0)
        return info.tcpi_bytes_received;
#else
    (void)fd;
#endif
    return 0;
}
