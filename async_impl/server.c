/*
 * async_impl/server.c - listens, serves, and sees everybody out.
 *
 * One thread runs the loop. It sleeps until something happens to one of its
 * handles, calls a function for each, and sleeps again. No function that it
 * calls may wait.
 */
#include "server.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>

#include "common/base/clock.h"
#include "common/base/container_of.h"
#include "common/base/listen.h"
#include "common/base/log.h"
#include "common/base/resolver.h"
#include "common/setup/process.h"
#include "conn.h"

enum {
    BACKLOG = 1024,
    /* Descriptors of a store thread: the database and its log; of all: what
     * listens, is logged, watched, and wakes the loop. */
    STORE_FILES = 2,
    OTHER_FILES = 32
};

void server_assert_loop(const struct server *server)
{
    uv_thread_t self = uv_thread_self();

    assert(uv_thread_equal(&self, &server->thread));
    (void)self;
    (void)server;
}

/* The database has its descriptors before anybody comes (keeper_new). So too
 * few for all clients end nothing: those who find none are not let in. */
static bool has_descriptors(const struct config *config, char *why, size_t size)
{
    int others = (config->store_threads + 2) * STORE_FILES + OTHER_FILES;
    int calls = config->upstream ? UPSTREAM_MAX_CALLS : 0;
    int need = config->max_connections + CONNS_SPARE + calls + others;
    int may = process_descriptors();

    if (need <= may)
        return true;
    (void)snprintf(why, size,
                   "%d connections need %d descriptors, and %d may be open: "
                   "raise the limit (ulimit -n)",
                   config->max_connections, need, may);
    if (others >= may)
        return false;
    log_warn("server", "%s", why);
    return true;
}

static void on_connection(uv_stream_t *listener, int status) /* LOOP */
{
    if (status == 0)
        conn_accept(
            container_of((uv_tcp_t *)listener, struct server, listener));
    else
        log_warn("server", "cannot take a connection: %s", uv_strerror(status));
}

/* On the socket that was handed over, or on one of its own. */
static bool listen_now(struct server *server, char *why, size_t size)
{
    struct config *config = server->config;
    int fd = config->listener;
    int rc;

    if (fd < 0)
        fd =
            listen_at(config->host, &config->port, BACKLOG, config->reuse_port);
    rc = fd < 0 ? uv_translate_sys_error(errno)
                : uv_tcp_open(&server->listener, fd);
    if (rc == 0)
        rc =
            uv_listen((uv_stream_t *)&server->listener, BACKLOG, on_connection);
    if (rc == 0)
        return true;
    (void)snprintf(why, size, "cannot listen on %s:%d: %s", config->host,
                   config->port, uv_strerror(rc));
    return false;
}

static void on_cut(uv_timer_t *timer) /* LOOP */
{
    struct server *server = container_of(timer, struct server, cut);
    int64_t nap_ms = clock_nap_ms(server->cut_us);

    if (nap_ms > 0) {
        uv_timer_start(timer, on_cut, (uint64_t)nap_ms, 0);
    } else {
        server->left_in_time = false;
        uv_stop(&server->loop);
    }
}

static void close_handle(uv_handle_t *handle, void *arg)
{
    (void)arg;
    if (!uv_is_closing(handle))
        uv_close(handle, NULL);
}

/* A second signal kills: the same one in the kernel, as its handle is closed;
 * the other one here, as it may have come before the loop saw the first. */
static void on_signal(uv_signal_t *handle, int signal) /* LOOP */
{
    struct server *server = handle->data;

    uv_close((uv_handle_t *)handle, NULL);
    if (server->stopping)
        (void)raise(signal); /* does not return */
    log_info("server", "%s: finishing what is in flight",
             signal == SIGTERM ? "SIGTERM" : "SIGINT");
    server->stopping = true;
    server->cut_us =
        clock_mono_us() + server->config->shutdown_timeout_ms * 1000;
    on_cut(&server->cut); /* not yet: it sets the timer */
    uv_close((uv_handle_t *)&server->listener, NULL);
    feed_stop(server->feed);
    hashers_stop(server->hashers);
    reminders_stop(server->reminders);
    conns_stop(server->conns);
}

void server_leave(struct server *server) /* LOOP */
{
    if (server->conns->count > 0 || !reminders_are_done(server->reminders))
        return;
    for (int i = 0; i < 2; i++)
        close_handle((uv_handle_t *)&server->signals[i], NULL);
    uv_close((uv_handle_t *)&server->cut, NULL);
    keeper_close(server->keeper);
    server->keeper = NULL;
    hashers_close(server->hashers);
    server->hashers = NULL;
    flights_close(server->flights);
    server->flights = NULL;
    reminders_close(server->reminders);
    server->reminders = NULL;
    upstream_close(server->upstream);
    server->upstream = NULL;
    turns_close(server->turns);
    server->turns = NULL;
    feed_close(server->feed);
    server->feed = NULL;
}

static bool make_loop(struct server *server)
{
    static const int numbers[] = {SIGTERM, SIGINT};

    if (uv_loop_init(&server->loop) != 0)
        return false;
    server->has_loop = true;
    server->thread = uv_thread_self();
    uv_tcp_init(&server->loop, &server->listener);
    uv_timer_init(&server->loop, &server->cut);
    for (int i = 0; i < 2; i++) {
        uv_signal_t *signal = &server->signals[i];

        signal->data = server;
        if (uv_signal_init(&server->loop, signal) != 0 ||
            uv_signal_start(signal, on_signal, numbers[i]) != 0)
            return false;
    }
    return true;
}

bool server_start(struct server *server, struct config *config, char *why,
                  size_t size) /* LOOP */
{
    server->config = config;
    server->left_in_time = true;
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
    if (!make_loop(server) || pages_load(&server->pages, config, &pages_room) ||
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
    /* Before the keeper: libuv calls first what was started last, and the look
     * at the clock is to be the last thing before a sleep. */
    server->turns = turns_new(&server->loop);
    server->feed = feed_new(server);
    server->keeper =
        keeper_new(&server->loop, config, server->file, server->feed);
    server->hashers = hashers_new(&server->loop, config);
    server->flights = flights_new(&server->loop);
    server->reminders = reminders_new(server);
    server->conns = conns_new(server);
    server->upstream = upstream_new(&server->loop, config);
    return server->turns && server->feed && server->keeper && server->hashers &&
           server->flights && server->reminders && server->conns &&
           server->upstream && listen_now(server, why, size);
}

bool server_run(struct server *server) /* LOOP */
{
    sigset_t signals;

    process_stop_signals(&signals);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL); /* its threads all run */
    store_forbid_thread();
    uv_run(&server->loop, UV_RUN_DEFAULT); /* WAITS: everybody */
    return server->left_in_time;
}

bool server_release(struct server *server) /* LOOP */
{
    bool clean = true;

    keeper_close(server->keeper);
    hashers_close(server->hashers);
    flights_close(server->flights);
    reminders_close(server->reminders);
    upstream_close(server->upstream);
    turns_close(server->turns);
    feed_close(server->feed);
    if (server->has_loop) {
        if (!server->stopping) /* it has never run: nobody is here */
            uv_walk(&server->loop, close_handle, NULL);
        uv_run(&server->loop, UV_RUN_DEFAULT);
        clean = uv_loop_close(&server->loop) == 0;
    }
    conns_free(server->conns);
    store_file_free(server->file);
    metrics_free(server->metrics);
    limits_free(server->limits);
    pages_release(&server->pages);
    return clean;
}
