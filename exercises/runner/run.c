/*
 * exercises/runner/run.c - both servers on one database, until Ctrl-C.
 *
 * Without a terminal nobody could press Ctrl-C: then it ends by itself, after
 * it has shown that the servers work.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "runner.h"

enum { SYNC, ASYNC, MUSE, SERVERS, SYNC_PORT = 8001, ASYNC_PORT = 8002 };

struct run_options {
    const char *db;
    const char *urls; /* a file that is to say where they are; or NULL */
    const char *bin;  /* the servers of an exercise; NULL: the real ones */
    int port[MUSE];   /* -1: the usual one, or any when it is taken */
};

static bool port_is_taken(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int yes = 1;
    bool taken;

    address.sin_port = htons((uint16_t)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    (void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    taken = bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 &&
            errno == EADDRINUSE;
    if (fd >= 0)
        (void)close(fd);
    return taken;
}

/* The port to ask for: the one chosen, the usual one, or 0 for any. */
static int choose_port(int chosen, int usual, const char *name)
{
    if (chosen >= 0)
        return chosen;
    if (!port_is_taken(usual))
        return usual;
    (void)printf("Port %d is taken; %s takes another.\n", usual, name);
    return 0;
}

static bool parse_port(const char *text, int *port)
{
    char *end;
    long value;

    errno = 0;
    value = strtol(text, &end, 10);
    if (errno || end == text || *end || value < 0 || value > 65535) {
        (void)fprintf(stderr, "learn: %s is not a port (0 to 65535)\n", text);
        return false;
    }
    *port = (int)value;
    return true;
}

static bool parse_options(struct run_options *options, int argc, char **argv)
{
    int i;

    for (i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--db") == 0) {
            options->db = argv[i + 1];
        } else if (strcmp(argv[i], "--urls") == 0) {
            options->urls = argv[i + 1];
        } else if (strcmp(argv[i], "--bin") == 0) {
            options->bin = argv[i + 1];
        } else if (strcmp(argv[i], "--sync-port") == 0) {
            if (!parse_port(argv[i + 1], &options->port[SYNC]))
                return false;
        } else if (strcmp(argv[i], "--async-port") == 0) {
            if (!parse_port(argv[i + 1], &options->port[ASYNC]))
                return false;
        } else {
            break;
        }
    }
    if (i == argc)
        return true;
    (void)fprintf(stderr,
                  "learn: run does not know %s alone; it takes --db FILE, "
                  "--sync-port N, --async-port N, --urls FILE, --bin FOLDER\n",
                  argv[i]);
    return false;
}

/* Gives the folder of a file, which the port files share with the database. */
static void folder_of(const char *file, char *out, size_t size)
{
    const char *slash = strrchr(file, '/');

    if (slash)
        (void)snprintf(out, size, "%.*s", (int)(slash - file), file);
    else
        (void)snprintf(out, size, ".");
}

/* How long the other server, muse, thinks before it suggests a title. */
#define UPSTREAM_DELAY_MS "50"

static bool start_both(struct child *servers, const struct run_options *options)
{
    char dir[512];
    struct server_options server = {.bin_dir =
                                        options->bin ? options->bin : bin_dir,
                                    .dir = dir,
                                    .db = options->db};

    folder_of(options->db, dir, sizeof(dir));
    if (!upstream_start(&servers[MUSE], &server, UPSTREAM_DELAY_MS))
        return false;
    server.port = choose_port(options->port[SYNC], SYNC_PORT, "todo-sync");
    if (!server_start(&servers[SYNC], "todo-sync", &server))
        return false;
    server.port = choose_port(options->port[ASYNC], ASYNC_PORT, "todo-async");
    return server_start(&servers[ASYNC], "todo-async", &server);
}

/* For shells: `. FILE` sets $SYNC and $ASYNC. */
static bool write_urls(const char *path, const struct child *servers)
{
    FILE *file = fopen(path, "w");
    bool good = file && fprintf(file, "SYNC=%s\nASYNC=%s\n", servers[SYNC].url,
                                servers[ASYNC].url) > 0;

    if (file && fclose(file) != 0)
        good = false;
    if (!good)
        perror(path);
    return good;
}

static void show_commands(const struct run_options *options)
{
    (void)printf("Ask them yourself, in another terminal:\n\n"
                 "    . %s    # sets $SYNC and $ASYNC\n"
                 "    curl -i $SYNC/todos\n"
                 "    curl -i $ASYNC/todos\n"
                 "    curl -N $ASYNC/todos/events\n"
                 "    curl -i \"$SYNC/suggestions?count=4\"\n\n",
                 options->urls);
}

static void show_next_steps(const struct child *servers,
                            const struct run_options *options)
{
    (void)printf("Two servers, one API, one database (%s):\n\n"
                 "    todo-sync   %s   a thread per connection\n"
                 "    todo-async  %s   one event loop\n\n",
                 options->db, servers[SYNC].url, servers[ASYNC].url);
    if (options->urls)
        show_commands(options);
    if (options->bin)
        (void)printf("gdb -p %d   looks into todo-sync\n"
                     "gdb -p %d   looks into todo-async\n",
                     (int)servers[SYNC].pid, (int)servers[ASYNC].pid);
    else
        (void)printf(
            "Next: ./learn next                  begins to practise; "
            "chapters are in docs/\n"
            "      ./learn book                  makes a book of them\n"
            "      ./learn compare create_todo   the same, waited for "
            "in two ways\n"
            "      ./learn test                  proof that they are "
            "equal\n");
    (void)fflush(stdout);
}

/* Blocks until Ctrl-C; false when a server ended before that. */
static bool stay(struct child *servers)
{
    struct child *ended;

    (void)printf("\nCtrl-C stops both. Their logs follow.\n");
    (void)fflush(stdout);
    ended = children_watch(servers, SERVERS);
    if (ended)
        (void)fprintf(stderr, "learn: %s ended by itself\n", ended->name);
    else
        (void)printf("\nStopping both.\n");
    return !ended;
}

/* The servers run; those of an exercise are broken, and demonstrate nothing. */
static bool show_and_stay(struct child *servers,
                          const struct run_options *options)
{
    if (!options->bin && !demo_show(&servers[SYNC], &servers[ASYNC]))
        return false;
    show_next_steps(servers, options);
    if (isatty(STDIN_FILENO))
        return stay(servers);
    (void)printf("\nThere is no terminal here to press Ctrl-C in, so both stop "
                 "now.\n");
    return true;
}

int run_command(int argc, char **argv)
{
    struct run_options options = {"todos.db", NULL, NULL, {-1, -1}};
    struct child servers[SERVERS] = {{0}};
    bool good;

    if (!parse_options(&options, argc, argv))
        return 2;
    children_init();
    good = start_both(servers, &options) &&
           (!options.urls || write_urls(options.urls, servers)) &&
           show_and_stay(servers, &options);
    if (options.urls)
        (void)unlink(options.urls);
    return children_stop(servers, SERVERS) && good ? 0 : 1;
}
