/*
 * tests/muse/main.c - muse [--port N] [--port-file FILE] [--delay MS]
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/setup/process.h"
#include "muse.h"

enum { BACKLOG = 1024, MAX_DELAY_MS = 600000 };

struct options {
    int port; /* 0: any */
    int delay_ms;
    const char *port_file;
};

static bool read_number(const char *text, int most, int *number)
{
    char *end;
    long value = strtol(text, &end, 10);

    if (end == text || *end != '\0' || value < 0 || value > most)
        return false;
    *number = (int)value;
    return true;
}

static bool read_options(struct options *options, char **argv)
{
    bool good = true;

    for (argv++; argv[0] && argv[1] && good; argv += 2) {
        if (strcmp(argv[0], "--port") == 0)
            good = read_number(argv[1], 65535, &options->port);
        else if (strcmp(argv[0], "--delay") == 0)
            good = read_number(argv[1], MAX_DELAY_MS, &options->delay_ms);
        else if (strcmp(argv[0], "--port-file") == 0)
            options->port_file = argv[1];
        else
            good = false;
    }
    if (!good || argv[0])
        (void)fprintf(stderr, "usage: muse [--port N] [--port-file FILE] "
                              "[--delay MILLISECONDS]\n");
    return good && !argv[0];
}

static void on_signal(uv_signal_t *handle, int number)
{
    (void)number;
    uv_stop(handle->loop);
}

static bool listen_now(struct muse *muse, int *port)
{
    struct sockaddr_in here;
    int len = sizeof here;
    int rc = uv_ip4_addr("127.0.0.1", *port, &here);

    uv_tcp_init(&muse->loop, &muse->listener);
    if (rc == 0)
        rc = uv_tcp_bind(&muse->listener, (struct sockaddr *)&here, 0);
    if (rc == 0)
        rc = uv_listen((uv_stream_t *)&muse->listener, BACKLOG,
                       muse_on_connection);
    if (rc == 0)
        rc =
            uv_tcp_getsockname(&muse->listener, (struct sockaddr *)&here, &len);
    if (rc != 0)
        (void)fprintf(stderr, "muse: cannot listen on port %d: %s\n", *port,
                      uv_strerror(rc));
    *port = ntohs(here.sin_port);
    return rc == 0;
}

/* Under another name first: whoever finds the file finds the number in it. */
static bool write_port(const char *path, int port)
{
    char beside[512];
    FILE *file;
    bool written;

    if (!path)
        return true;
    (void)snprintf(beside, sizeof beside, "%s.new", path);
    file = fopen(beside, "w");
    written = file && fprintf(file, "%d\n", port) > 0;
    if (file)
        written = fclose(file) == 0 && written;
    written = written && rename(beside, path) == 0;
    if (!written)
        perror(path);
    return written;
}

int main(int argc, char **argv)
{
    static const int numbers[] = {SIGTERM, SIGINT};
    struct options options = {0};
    struct muse muse = {0};
    bool good;

    (void)argc;
    if (!process_begin())
        return EXIT_FAILURE;
    if (!read_options(&options, argv))
        return 2;
    (void)signal(SIGPIPE, SIG_IGN);
    if (uv_loop_init(&muse.loop) != 0)
        return EXIT_FAILURE;
    muse.delay_ms = options.delay_ms;
    for (int i = 0; i < 2; i++) {
        uv_signal_init(&muse.loop, &muse.signals[i]);
        uv_signal_start(&muse.signals[i], on_signal, numbers[i]);
    }
    good = listen_now(&muse, &options.port) &&
           write_port(options.port_file, options.port);
    if (good) {
        (void)printf("muse: listening on http://127.0.0.1:%d, answers after "
                     "%d ms\n",
                     options.port, options.delay_ms);
        (void)fflush(stdout);
        uv_run(&muse.loop, UV_RUN_DEFAULT);
    }
    uv_walk(&muse.loop, muse_close_handle, NULL);
    uv_run(&muse.loop, UV_RUN_DEFAULT);
    return uv_loop_close(&muse.loop) == 0 && good ? EXIT_SUCCESS : EXIT_FAILURE;
}
