/*
 * sync_impl/server.c - listens, serves, and sees everybody out.
 *
 * civetweb gives each connection a thread out of a pool, and the thread stays
 * with it until the connection ends: also while it is idle. A connection beyond
 * the pool waits in a queue until a thread is free.
 */
#include "server.h"

#include <signal.h>
#include <stdio.h>

#include <civetweb.h>

#include "civet.h"
#include "common/base/clock.h"
#include "common/base/log.h"
#include "common/base/resolver.h"
#include "common/setup/process.h"
#include "conns.h"

enum {
    GRACE_MS = 1000,
    /* Descriptors of a thread: its client, the database and its log; and of its
     * calls to the upstream. Those of all: what listens, is logged, watched. */
    THREAD_FILES = 3,
    UPSTREAM_FILES = 3,
    OTHER_FILES = 26
};

/* Numbers as civetweb wants them: as text. */
struct number {
    char text[24];
};

static struct number number(int64_t value)
{
    struct number number;

    (void)snprintf(number.text, sizeof number.text, "%lld", (long long)value);
    return number;
}

/* A thread that finds no descriptor left could not answer, and whoever connects
 * would hear nothing: so all are counted before. */
static bool has_descriptors(const struct config *config, char *why, size_t size)
{
    int each = THREAD_FILES + (config->upstream ? UPSTREAM_FILES : 0);
    int may = process_descriptors();
    int need = (config->threads + CONNS_SPARE) * each + OTHER_FILES;

    if (need <= may)
        return true;
    (void)snprintf(why, size,
                   "%d threads need %d descriptors, and %d may be open: raise "
                   "the limit (ulimit -n), or take fewer threads",
                   config->threads, need, may);
    return false;
}

static bool listen_now(struct server *server, char *why, size_t size)
{
    struct config *config = server->config;
    struct number threads = number(config->threads + CONNS_SPARE);
    /* The watch of conns.c is to be first. */
    struct number head_ms = number(config->head_timeout_ms + GRACE_MS);
    struct number idle_ms =
        number(config->idle_timeout_ms + config->head_timeout_ms + GRACE_MS);
    struct number head_size = number(HTTP_PARSER_HEAD);
    char address[64];
    char text[256] = "";
    const char *options[] = {"listening_ports",
                             address,
                             "num_threads",
                             threads.text,
                             "request_timeout_ms",
                             head_ms.text,
                             "enable_keep_alive",
                             "yes",
                             "keep_alive_timeout_ms",
                             idle_ms.text,
                             "max_request_size",
                             head_size.text,
                             "tcp_nodelay",
                             "1",
                             "listen_backlog",
                             "1024",
                             "decode_url",
                             "no",
                             "access_control_allow_methods",
                             "", /* preflights are ours */
                             NULL};
    struct mg_callbacks callbacks;
    struct mg_init_data init = {.callbacks = &callbacks,
                                .user_data = server,
                                .configuration_options = options};
    struct mg_error_data error = {.text = text,
                                  .text_buffer_size = sizeof text};
    struct mg_server_port port;

    (void)snprintf(address, sizeof address, "%s:%d", config->host,
                   config->port);
    conn_callbacks(&callbacks);
    server->civetweb = mg_start2(&init, &error);
    if (!server->civetweb ||
        mg_get_server_ports(server->civetweb, 1, &port) != 1) {
        (void)snprintf(why, size, "cannot listen on %s: %s", address,
                       server->complaint[0] ? server->complaint : text);
        return false;
    }
    atomic_store(&server->listening, true);
    config->port = port.port;
    (void)snprintf(why, size, "cannot reach its own threads on %s:%d",
                   config->host, config->port);
    atomic_store(&server->conns->ready, civet_prime(server));
    return atomic_load(&server->conns->ready);
}

bool server_start(struct server *server, struct config *config, char *why,
                  size_t size) /* MAIN THREAD */
{
    server->config = config;
    todos_handlers(server->handlers);
    pages_handlers(server->handlers);
    suggestions_handlers(server->handlers);
    stats_handlers(server->handlers);
    metrics_handlers(server->handlers);
    export_handlers(server->handlers);
    events_handlers(server->handlers);
    accounts_handlers(server->handlers);
    if (!has_descriptors(config, why, size))
        return false;
    (void)snprintf(why, size, "out of memory");
    if (pages_load(&server->pages, config, &pages_room) ||
        !resolver_start(config->upstream, config->upstream_timeout_ms))
        return false;
    if (config->rate_limit > 0 &&
        !(server->limits = limits_new(config->rate_limit)))
        return false;
    server->metrics = metrics_new();
    if (!server->metrics)
        return false;
    server->file = store_file_new(config->db, why, size);
    if (!server->file)
        return false;
    server->feed = feed_new(server->file, config);
    server->keeper = keeper_new(server->file, server->feed);
    server->hashers = hashers_new(config);
    server->flights = flights_new();
    server->reminders = server->keeper ? reminders_new(server->keeper) : NULL;
    server->conns = conns_new(server);
    return server->feed && server->keeper && server->hashers &&
           server->flights && server->reminders && server->conns &&
           civet_secret(server->secret) && listen_now(server, why, size);
}

bool server_run(struct server *server) /* MAIN THREAD */
{
    int64_t until;
    sigset_t signals;
    int signal;

    process_stop_signals(&signals);
    sigwait(&signals, &signal);                   /* WAITS: a signal */
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL); /* a second one kills */
    log_info("server", "%s: finishing what is in flight",
             signal == SIGTERM ? "SIGTERM" : "SIGINT");
    until = clock_mono_us() + server->config->shutdown_timeout_ms * 1000;
    conns_stop(server->conns);
    feed_stop(server->feed);
    hashers_stop(server->hashers);
    reminders_stop(server->reminders);
    return conns_wait(server->conns, until) && /* WAITS: everybody */
           reminders_wait(server->reminders, until);
}

void server_release(struct server *server) /* MAIN THREAD */
{
    if (server->civetweb) {
        conns_refuse(server->conns);
        mg_stop(server->civetweb);
    }
    conns_free(server->conns);
    hashers_free(server->hashers);
    flights_free(server->flights);
    reminders_free(server->reminders);
    keeper_free(server->keeper);
    feed_free(server->feed);
    store_file_free(server->file);
    metrics_free(server->metrics);
    limits_free(server->limits);
    pages_release(&server->pages);
}
