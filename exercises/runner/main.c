/*
 * exercises/runner/main.c - learn-runner, what ./learn hands over to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/setup/process.h"
#include "runner.h"

const char *bin_dir = ".";

static const struct verb {
    const char *name;
    int (*command)(int argc, char **argv);
    const char *usage;
} verbs[] = {
    {"run", run_command,
     "run [--db FILE] [--urls FILE] [--bin FOLDER] [--sync-port N] "
     "[--async-port N]"},
    {"with", with_command,
     "with [--clean] [--bin FOLDER] [--muse] [--auth] sync|async|both -- "
     "COMMAND "
     "[ARGUMENTS, {sync} and {async} as URLs]"},
    {"yours", yours_command,
     "yours [--log FILE] [--seconds N] [--well] PROGRAM FOLDER -- COMMAND "
     "[ARGUMENTS, {url} as its URL]"},
    {"within", within_command,
     "within SECONDS [--explain FOLDER] -- COMMAND [ARGUMENTS]"},
    {"explain", explain_command, "explain FOLDER"},
    {"timeline", timeline_command, "timeline [--out FOLDER] SCENARIO"},
    {"bench", bench_command,
     "bench [--seconds N] [--out FOLDER] [--bin FOLDER] [--commit TEXT]"},
    {"claims", claims_command, "claims [--bin FOLDER]"},
    {"compare", compare_command,
     "compare [--width COLUMNS] OPERATION, or compare --html [FILE]"},
};

int main(int argc, char **argv)
{
    const size_t count = sizeof(verbs) / sizeof(verbs[0]);
    char *slash = strrchr(argv[0], '/');

    if (!process_begin())
        return EXIT_FAILURE;
    if (slash) {
        *slash = '\0';
        bin_dir = argv[0];
    }
    for (size_t i = 0; argc > 1 && i < count; i++) {
        if (strcmp(argv[1], verbs[i].name) == 0)
            return verbs[i].command(argc - 1, argv + 1);
    }
    for (size_t i = 0; i < count; i++)
        (void)fprintf(stderr, "usage: learn-runner %s\n", verbs[i].usage);
    return 2;
}
