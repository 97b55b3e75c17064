#include "common/base/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/thread.h"

enum {
    HOST_SIZE = 256,
    ADDRESSES_MAX = 8, /* of what a name server tells */
    LINE_SIZE = 16 + ADDRESSES_MAX * (INET6_ADDRSTRLEN + 3)
};

static struct {
    char host[HOST_SIZE]; /* empty: there is nothing to look up */
    char port[8];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    bool answered;        /* by the name server, for the first time */
    char line[LINE_SIZE]; /* *:80:192.0.2.1,[2001:db8::1]; empty: not known */
} resolver = {.lock = PTHREAD_MUTEX_INITIALIZER};

/* Writes an address as CURLOPT_RESOLVE takes it; nothing for other families. */
static void write_address(const struct sockaddr *address, char *text,
                          size_t size)
{
    char digits[INET6_ADDRSTRLEN] = "";

    if (address->sa_family == AF_INET) {
        const struct sockaddr_in *four = (const void *)address;

        inet_ntop(AF_INET, &four->sin_addr, digits, sizeof digits);
        (void)snprintf(text, size, "%s", digits);
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *six = (const void *)address;

        inet_ntop(AF_INET6, &six->sin6_addr, digits, sizeof digits);
        (void)snprintf(text, size, "[%s]", digits);
    }
}

/* Any host, as there is one: so libcurl finds it however it spells the name. */
static void write_line(const struct addrinfo *found, char line[LINE_SIZE])
{
    size_t len = (size_t)snprintf(line, LINE_SIZE, "*:%s:", resolver.port);

    for (int i = 0; found && i < ADDRESSES_MAX; i++, found = found->ai_next) {
        char text[INET6_ADDRSTRLEN + 2] = "";

        write_address(found->ai_addr, text, sizeof text);
        len += (size_t)snprintf(line + len, LINE_SIZE - len, "%s%s",
                                i > 0 ? "," : "", text);
    }
}

/* What was known before is kept when the name server fails. */
static bool look_up(void) /* RESOLVER THREAD */
{
    struct addrinfo hints = {.ai_family = AF_UNSPEC,
                             .ai_socktype = SOCK_STREAM};
    struct addrinfo *found = NULL;
    char line[LINE_SIZE] = "";
    /* WAITS: name server */
    int failed = getaddrinfo(resolver.host, NULL, &hints, &found);

    if (failed) {
        log_warn("resolver", "%s: %s", resolver.host, gai_strerror(failed));
    } else {
        write_line(found, line);
        freeaddrinfo(found);
    }
    pthread_mutex_lock(&resolver.lock);
    if (!failed)
        memcpy(resolver.line, line, sizeof line);
    resolver.answered = true;
    pthread_cond_broadcast(&resolver.changed);
    pthread_mutex_unlock(&resolver.lock);
    return !failed;
}

static void *look_up_again(void *arg) /* RESOLVER THREAD */
{
    log_name_thread("resolver");
    for (;;) {
        struct timespec pause = {.tv_sec = look_up() ? RESOLVER_AGAIN_S
                                                     : RESOLVER_RETRY_S};

        /* WAITS: clock */
        (void)clock_nanosleep(CLOCK_MONOTONIC, 0, &pause, NULL);
    }
    return arg; /* never */
}

/* Takes the host and the port out of the URL. */
static bool read_url(const char *url)
{
    CURLU *parts = curl_url();
    char *host = NULL, *port = NULL;
    bool good =
        parts && curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_HOST, &host, 0) == CURLUE_OK &&
        curl_url_get(parts, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT) ==
            CURLUE_OK;

    if (good) {
        (void)snprintf(resolver.host, sizeof resolver.host, "%s", host);
        (void)snprintf(resolver.port, sizeof resolver.port, "%s", port);
    }
    curl_free(host);
    curl_free(port);
    curl_url_cleanup(parts);
    return good;
}

static bool is_address(const char *host)
{
    struct in_addr four;

    return host[0] == '[' || inet_pton(AF_INET, host, &four) == 1;
}

static bool start_thread(void)
{
    pthread_t thread;

    clock_cond_init(&resolver.changed);
    return thread_start(&thread, look_up_again, NULL) == 0 &&
           pthread_detach(thread) == 0;
}

bool resolver_start(const char *url, int64_t within_ms) /* MAIN THREAD */
{
    int64_t until_us = clock_mono_us() + within_ms * 1000;
    struct timespec until = {.tv_sec = (time_t)(until_us / 1000000),
                             .tv_nsec = (long)(until_us % 1000000) * 1000};
    int late = 0;

    if (!url)
        return true;
    if (!read_url(url))
        return false;
    if (is_address(resolver.host)) {
        resolver.host[0] = '\0';
        return true;
    }
    if (!start_thread())
        return false;
    pthread_mutex_lock(&resolver.lock);
    while (!resolver.answered && !late) /* WAITS: name server */
        late =
            pthread_cond_timedwait(&resolver.changed, &resolver.lock, &until);
    pthread_mutex_unlock(&resolver.lock);
    return true;
}

enum todo_err resolver_hosts(struct curl_slist **hosts) /* ANY THREAD */
{
    enum todo_err err = TODO_OK;

    *hosts = NULL;
    if (resolver.host[0] == '\0')
        return TODO_OK;
    pthread_mutex_lock(&resolver.lock);
    if (resolver.line[0] == '\0')
        err = TODO_ERR_UPSTREAM;
    else if (!(*hosts = curl_slist_append(NULL, resolver.line)))
        err = TODO_ERR_INTERNAL;
    pthread_mutex_unlock(&resolver.lock);
    if (err == TODO_ERR_UPSTREAM)
        log_warn("upstream", "no address is known of %s", resolver.host);
    return err;
}
