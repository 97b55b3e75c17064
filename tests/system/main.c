/*
 * tests/system/main.c - the server programs as a user and a shell see them.
 * Usage: todo-system PROGRAM OTHER [PATTERN]: tests PROGRAM, beside OTHER where
 * two share a database; with PATTERN only the cases whose names match it.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "common/setup/process.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/folder.h"
#include "tests/support/muse.h"
#include "tests/support/patience.h"

const char *system_program;
const char *system_other;
struct server system_server;
struct server system_second;
struct server system_muse;
struct hold system_hold;
struct gate system_gate;
static char folder[FOLDER_MAX];

bool system_is_sync(void)
{
    return groups_is_sync(system_program);
}

void system_start(const char *const *args)
{
    system_start_in_real_time(args);
    server_stop_clock(&system_server);
}

void system_start_in_real_time(const char *const *args)
{
    server_start(&system_server, system_program, args);
}

void system_start_upstream(const char *path, const char *delay,
                           const char *const *args)
{
    enum { MAX_ARGS = 16 };
    char url[MUSE_URL_MAX];
    const char *all[MAX_ARGS] = {"--upstream", url};

    for (size_t i = 2; args && *args; i++) {
        assert_true(i < MAX_ARGS - 1);
        all[i] = *args++;
    }
    muse_start(&system_muse, system_program, delay, "0");
    muse_url(&system_muse, path, url);
    server_start(&system_server, system_program, all);
}

const char *system_fresh_db(void)
{
    static char db[FOLDER_MAX + 16];

    folder_make(folder);
    (void)snprintf(db, sizeof db, "%s/todos.db", folder);
    return db;
}

void system_open(struct raw *raw)
{
    raw_open(raw, "127.0.0.1", system_server.port);
}

void system_ask(struct raw *raw, const char *request)
{
    system_open(raw);
    talk_send(raw, request);
}

void system_ask_asleep(struct raw *raw, const char *request)
{
    server_freeze(&system_server);
    system_ask(raw, request);
    server_thaw(&system_server);
}

void system_ask_post(struct raw *raw, const char *title)
{
    char request[TALK_MAX];

    talk_write_post(request, title);
    system_ask(raw, request);
}

int system_hear(struct raw *raw)
{
    struct raw_answer answer;

    (void)raw_read_answer(raw, &answer, false);
    int status = answer.status;

    raw_answer_release(&answer);
    raw_close(raw);
    return status;
}

void system_hold_at(const char *label)
{
    gate_hold(&system_gate, &system_server, label);
}

void system_look_around(void)
{
    enum { LOOKS = 20 };

    for (int i = 0; i < LOOKS; i++)
        talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
}

char *system_await_logged(const char *text, bool passes)
{
    long long deadline = now_ms() + PATIENCE_MS;
    char *log;

    while (log = server_log(&system_server), !strstr(log, text)) {
        free(log);
        if (now_ms() > deadline)
            fail_msg("no line of the log has \"%s\"", text);
        if (passes)
            server_pass_time(&system_server, 1);
        a_moment();
    }
    return log;
}

void system_expect_one_line(const char *text)
{
    assert_true(strlen(text) > 1);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

void system_begin_stop(int signal)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int status;

    server_signal(&system_server, signal);
    while ((status = talk_get(system_server.port, "/healthz", NULL)) == 200)
        assert_true(now_ms() < deadline); /* it has not come through yet */
    if (status != 0)
        assert_int_equal(status, 503);
}

/* What lies in the kernel for one end of a connection (proc(5), /proc/net/tcp).
 */
struct kept {
    unsigned long sent; /* and not taken by the other end's kernel */
    unsigned long unread;
};

static struct kept kept_for(int port, int peer)
{
    struct kept kept = {0};
    char line[256];
    FILE *table = fopen("/proc/net/tcp", "r");

    assert_non_null(table);
    while (fgets(line, sizeof line, table)) {
        unsigned long numbers[6]; /* no, address, port, address, port, state */
        char *at = line;
        int count = 0;

        for (; count < 6; count++, at++)
            numbers[count] = strtoul(at, &at, count == 0 ? 10 : 16);
        if (numbers[2] != (unsigned long)port ||
            numbers[4] != (unsigned long)peer)
            continue;
        kept.sent = strtoul(at, &at, 16);
        kept.unread = strtoul(at + 1, NULL, 16);
    }
    (void)fclose(table);
    return kept;
}

static int port_of(const struct raw *raw)
{
    struct sockaddr_in here = {0};
    socklen_t len = sizeof here;

    assert_int_equal(getsockname(raw->fd, (struct sockaddr *)&here, &len), 0);
    return ntohs(here.sin_port);
}

unsigned long system_kept_by_kernel(const struct raw *raw)
{
    return kept_for(system_server.port, port_of(raw)).sent;
}

/* A byte may be in both kernels, but not in neither. */
size_t system_on_the_way(const struct raw *raw)
{
    size_t kept = system_kept_by_kernel(raw);
    int come = 0;

    assert_int_equal(ioctl(raw->fd, FIONREAD, &come), 0);
    return kept + (size_t)come + raw->len;
}

unsigned long system_not_taken(const struct raw *raw)
{
    int port = port_of(raw);
    unsigned long sent = kept_for(port, system_server.port).sent;

    return sent + kept_for(system_server.port, port).unread;
}

void system_await_read(struct raw *raw)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (!raw_readable(raw, 0) && system_not_taken(raw) > 0) {
        if (now_ms() > deadline)
            fail_msg("the server does not read what a client has sent");
        a_moment();
    }
}

void system_expect_field(const struct raw_answer *answer, const char *name,
                         const char *expected)
{
    char value[256];

    if (!raw_answer_field(answer, name, value, sizeof value))
        fail_msg("no field %s in\n%s", name, answer->head);
    assert_string_equal(value, expected);
}

int system_release(void **state)
{
    (void)state;
    hold_end(&system_hold);
    gate_release(&system_gate);
    server_release(&system_server);
    server_release(&system_second);
    server_release(&system_muse);
    folder_remove(folder);
    return 0;
}

/* The last groups go further than the servers do: they are what ./learn more
 * asks for, and run only by name. */
static int (*const groups[])(void) = {system_options,
                                      system_environment,
                                      system_startup,
                                      system_inherited,
                                      system_reach,
                                      system_hosts,
                                      system_prefix,
                                      system_cors,
                                      system_fields,
                                      system_deadlines,
                                      system_descriptors,
                                      system_frozen,
                                      system_log,
                                      system_drain,
                                      system_handed,
                                      system_everybody,
                                      system_held,
                                      system_pair,
                                      system_crash,
                                      system_full,
                                      system_lost,
                                      system_suggestions,
                                      system_suggestions_leave,
                                      system_events,
                                      system_followers,
                                      system_leavers,
                                      system_export,
                                      system_gates,
                                      system_late,
                                      system_queues,
                                      system_together,
                                      system_export_pages,
                                      system_bodies,
                                      system_unread,
                                      system_accounts,
                                      system_hashes,
                                      system_hashes_leave,
                                      system_hashes_cost,
                                      system_secrets,
                                      system_others,
                                      system_forged,
                                      system_beside,
                                      system_counts,
                                      system_counts_leave,
                                      system_reminders,
                                      system_reminders_pair,
                                      system_limits,
                                      system_limits_who,
                                      system_metrics,
                                      system_locks,
                                      system_more_05,
                                      system_more_06,
                                      system_more_08,
                                      system_more_09,
                                      system_more_10,
                                      system_more_14,
                                      system_more_16};
enum { GROUPS_OF_MORE = 7 };

int main(int argc, char **argv)
{
    size_t count = sizeof groups / sizeof groups[0];

    if (!process_begin())
        return EXIT_FAILURE;
    if (argc != 3 && argc != 4) {
        (void)fprintf(stderr, "usage: %s PROGRAM OTHER [PATTERN]\n", argv[0]);
        return 2;
    }
    system_program = argv[1];
    system_other = argv[2];
    if (argc == 4)
        return groups_run(groups, count, argv[3]);
    return groups_run(groups, count - GROUPS_OF_MORE, NULL);
}
