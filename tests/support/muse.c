#include "muse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/talk.h"

void muse_program(char *program, size_t size, const char *server_program)
{
    const char *slash = strrchr(server_program, '/');

    assert_non_null(slash);
    (void)snprintf(program, size, "%.*s/muse", (int)(slash - server_program),
                   server_program);
}

void muse_start(struct server *muse, const char *server_program,
                const char *delay, const char *port)
{
    static char program[1024]; /* the server borrows it */
    const char *const args[] = {"--delay", delay, "--port", port, NULL};

    muse_program(program, sizeof program, server_program);
    server_start_other(muse, program, args);
}

void muse_url(const struct server *muse, const char *path,
              char url[MUSE_URL_MAX])
{
    (void)snprintf(url, MUSE_URL_MAX, "http://127.0.0.1:%d%s", muse->port,
                   path);
}

long muse_count(const struct server *muse, const char *name)
{
    struct raw_answer answer;
    char member[32];
    const char *at;
    long count;

    (void)snprintf(member, sizeof member, "\"%s\":", name);
    assert_int_equal(talk_get(muse->port, "/stats", &answer), 200);
    at = strstr(answer.body, member);
    assert_non_null(at);
    count = strtol(at + strlen(member), NULL, 10);
    raw_answer_release(&answer);
    return count;
}

void muse_await(const struct server *muse, const char *name, long least)
{
    long long deadline = now_ms() + PATIENCE_MS;
    long count;

    while ((count = muse_count(muse, name)) < least) {
        if (now_ms() > deadline)
            fail_msg("%s is %ld, and does not become %ld", name, count, least);
        a_moment();
    }
}
