/*
 * tests/load/main.c - todo-load: how long does a server let one wait?
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/setup/process.h"
#include "ids.h"
#include "load.h"
#include "options.h"
#include "plot.h"
#include "report.h"

enum { EXIT_USAGE = 2 };

static struct load_order order_of(const struct options *options)
{
    struct load_order order = {
        .to = {.sin_family = AF_INET,
               .sin_port = htons((uint16_t)options->port)},
        .mix = options->mix,
        .plan = {.rate = options->rate,
                 .clients = options->clients,
                 .requests =
                     options->requests > 0 ? options->requests : INT64_MAX,
                 .until_us = options->duration_ms * 1000},
        .max_connections =
            options->clients > 0 ? options->clients : options->max_connections,
        .deadline_us = options->deadline_ms * 1000};

    (void)inet_pton(AF_INET, options->host, &order.to.sin_addr); /* was read */
    return order;
}

/* A file that cannot be written is better known before an hour than after. */
static bool may_write(const char *path)
{
    FILE *file = path ? fopen(path, "w") : NULL;

    if (path && !file)
        (void)fprintf(stderr, "todo-load: %s: %s\n", path, strerror(errno));
    return !path || (file && fclose(file) == 0);
}

static bool write_files(const struct options *options,
                        const struct load_result *result)
{
    if (options->raw && !samples_write(&result->samples, options->raw)) {
        (void)fprintf(stderr, "todo-load: cannot write %s\n", options->raw);
        return false;
    }
    if (options->plot && !plot_samples(&result->samples, options->plot)) {
        (void)fprintf(stderr, "todo-load: cannot write %s\n", options->plot);
        return false;
    }
    return true;
}

static int run(const struct options *options, struct load_order *order)
{
    struct load_result result;
    int status = EXIT_FAILURE;

    if (!load_run(order, &result))
        return EXIT_FAILURE;
    if (report_write(order, &result) && write_files(options, &result) &&
        report_is_good(&result))
        status = EXIT_SUCCESS;
    load_release(&result);
    return status;
}

int main(int argc, char **argv)
{
    struct options options;
    struct load_order order;
    int status = EXIT_USAGE;
    int64_t *ids = NULL;

    (void)argc;
    if (!process_begin())
        return EXIT_FAILURE;
    process_prepare(-1);
    switch (options_read(&options, argv)) {
    case OPTIONS_HELP:
        return EXIT_SUCCESS;
    case OPTIONS_WRONG:
        return EXIT_USAGE;
    case OPTIONS_GOOD:
        break;
    }
    order = order_of(&options);
    if (may_write(options.raw) && may_write(options.plot) &&
        (!mix_needs_ids(&order.mix) || ids_learn(&order.mix, &ids)))
        status = run(&options, &order);
    free(ids);
    return status;
}
