/*
 * async_impl/main.c - todo-async: one loop that never waits.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "common/config.h"
#include "common/log.h"
#include "common/process.h"
#include "server.h"

static int fail(const struct config *config, const char *why)
{
    (void)fprintf(stderr, "%s: %s\n", config->program, why);
    return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
    struct config config;
    struct server server = {0};
    char why[512];

    switch (config_read(&config, CONFIG_ASYNC, argc, argv)) {
    case CONFIG_RUN:
        break;
    case CONFIG_DONE:
        return EXIT_SUCCESS;
    case CONFIG_MISTAKEN:
        return 2;
    }
    process_prepare();
    log_name_thread("loop");
    if (!log_start(config.log_level))
        return fail(&config, "cannot start the thread of the log");
    if (!server_start(&server, &config, why, sizeof why)) {
        server_release(&server);
        log_stop();
        return fail(&config, why);
    }
    if (!config_write_port_file(&config)) {
        server_release(&server);
        log_stop();
        return fail(&config, "cannot write the port file");
    }
    printf("%s: listening on http://%s:%d, one loop, %d store threads\n",
           config.program, config.host, config.port, config.store_threads + 2);
    (void)fflush(stdout);
    if (!server_run(&server)) {
        log_error("server", "requests were cut off: the time was up");
        log_stop();
        _exit(EXIT_FAILURE); /* store threads still use everything */
    }
    if (!server_release(&server)) {
        log_error("server", "a handle was left on the loop");
        log_stop();
        return EXIT_FAILURE;
    }
    log_stop();
    return EXIT_SUCCESS;
}
