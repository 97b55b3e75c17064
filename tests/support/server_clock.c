/*
 * tests/support/server_clock.c - a server's clocks, which a test may move.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "server.h"
#include "tests/cmocka_all.h"

enum { TIMES = 100 };

static void reach_clock(struct server *server)
{
    char path[STEER_PATH_SIZE];

    if (server->clock.in)
        return;
    assert_true(
        steer_path(path, server->dir, server->program, (long)server->pid));
    if (!steer_open(&server->clock, path))
        server_fail(server, "the server does not give its clock away");
}

void server_stop_clock(struct server *server)
{
#ifdef TODO_PROBES
    reach_clock(server);
    server_pass_time(server, 0);
#else
    (void)server;
#endif
}

static bool move_clock(struct server *server, double seconds)
{
    char line[STEER_LINE_SIZE];

    (void)snprintf(line, sizeof line, "mono +%.0f\n", seconds * 1000);
    return server->clock.in && steer_say(&server->clock, line);
}

static void set_wall(struct server *server, const char *line)
{
    reach_clock(server);
    if (!steer_say(&server->clock, line))
        server_fail(server, "the server's wall clock is not to be set");
}

void server_freeze_wall(struct server *server)
{
    set_wall(server, "wall freeze\n");
}

void server_let_wall_go(struct server *server)
{
    set_wall(server, "wall go\n");
}

void server_move_wall(struct server *server, long long ms)
{
    char line[STEER_LINE_SIZE];

    (void)snprintf(line, sizeof line, "wall %+lld\n", ms);
    set_wall(server, line);
}

void server_pass_time(struct server *server, double seconds)
{
    if (!move_clock(server, seconds))
        server_fail(server, "the server's clock is not to be moved");
}

void server_pass_time_at_end(struct server *server, double seconds)
{
    (void)move_clock(server, seconds); /* it may have ended */
}

void server_pass_time_until_end(struct server *server, double seconds)
{
    for (int i = 0; i < TIMES && move_clock(server, seconds); i++)
        (void)poll(NULL, 0, 10 * i); /* 50 s in all */
}

/* The file beside the server's gates. */
static atomic_llong *map_clock(const struct server *server)
{
    char path[STEER_PATH_SIZE];
    atomic_llong *clock;
    int fd;

    assert_true(
        steer_path(path, server->dir, server->program, (long)server->pid));
    memcpy(strrchr(path, '.'), ".clock", sizeof ".clock"); /* not .gates */
    fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    clock =
        mmap(NULL, sizeof *clock, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_true(clock != MAP_FAILED);
    (void)close(fd);
    return clock;
}

void server_pass_time_frozen(struct server *server, double seconds)
{
    enum { NAPS_MS = 60 }; /* a nap is 20 at most (clock_nap_ms) */
    atomic_llong *clock = map_clock(server);

    assert_true(atomic_load(clock) > 0); /* it stands */
    atomic_fetch_add(clock, (long long)(seconds * 1e6));
    (void)munmap(clock, sizeof *clock);
    (void)poll(NULL, 0, NAPS_MS);
}
