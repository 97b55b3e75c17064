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
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

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

/* --- which sockets are open, and what has come ---------------------------- */

/* The highest descriptor that is open. */
static int highest(void)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    int found = 0;

    /* NOLINTNEXTLINE(concurrency-mt-unsafe): nobody else reads this one */
    while (dir && (entry = readdir(dir)) != NULL) {
        int fd = (int)strtol(entry->d_name, NULL, 10);

        found = fd > found ? fd : found;
    }
    if (dir)
        closedir(dir);
    return found;
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
    int last = highest();

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
