/*
 * sync_impl/main.c - todo-sync: a thread for each connection.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/base/log.h"
#include "common/base/probe.h"
#include "common/setup/config.h"
#include "common/setup/process.h"
#include "common/todo/password.h"
#include "common/todo/suggestion.h"
#include "server.h"

/* Threads inherit what is blocked, so that main alone hears these. */
static void block_signals(void)
{
    sigset_t signals;

    process_stop_signals(&signals);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
}

static int fail(const struct config *config, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", config->program, why);
    return EXIT_FAILURE;
}

/* Serves until a signal says stop. Gives the exit status; `cut` says that
 * requests still run, and use the server. */
static int serve(struct server *server, struct config *config, bool *cut)
{
    char why[512];

    if (!server_start(server, config, why, sizeof why)) {
        server_release(server);
        return fail(config, why);
    }
    if (!config_write_port_file(config)) {
        (void)snprintf(why, sizeof why, "cannot write %s: %s",
                       config->port_file,
                       strerror(errno)); /* NOLINT(concurrency-mt-unsafe) */
        server_release(server);
        return fail(config, why);
    }
    printf("%s: listening on http://%s:%d, %d threads\n", config->program,
           config->host, config->port, config->threads);
    (void)fflush(stdout);
    if (!server_run(server)) {
        log_error("server", "requests were cut off: the time was up");
        *cut = true;
        return EXIT_FAILURE;
    }
    server_release(server);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct server server = {0}; /* threads that are cut off outlive serve() */
    struct config config;
    char why[512];
    bool cut = false;
    int status;

    if (!process_begin())
        return EXIT_FAILURE;
    switch (config_read(&config, CONFIG_SYNC, argc, argv)) {
    case CONFIG_RUN:
        break;
    case CONFIG_DONE:
        return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
    case CONFIG_MISTAKEN:
        return 2;
    }
    if (!config_take_listener(&config, why, sizeof why))
        return fail(&config, why);
    if (config.listener >= 0)
        return fail(&config, "a socket was handed over (LISTEN_FDS), and "
                             "civetweb serves only one that it has made");
    process_prepare(config.listener);
    block_signals();
    log_name_thread("main");
    if (!suggestion_prepare())
        return fail(&config, "libcurl cannot be made ready");
    if (!password_prepare())
        return fail(&config, "libsodium cannot be made ready");
    if (!probe_start(config.trace, config.gates, config.program, why,
                     sizeof why))
        return fail(&config, why);
    if (!log_start(config.log_level))
        return fail(&config, "cannot start the thread of the log");
    config_warn_unknown();
    status = serve(&server, &config, &cut);
    if (!probe_stop())
        status = fail(&config, "cannot write the file of --trace");
    log_stop();
    if (cut)
        _exit(status); /* their threads still use everything */
    return status;
}
