/*
 * tests/system/secrets.c - what is kept of a password, and where nothing of it
 * may be.
 * Threads: one.   Blocks: on the server of the case.
 */
#define _GNU_SOURCE /* NOLINT: memmem; here alone */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/folder.h"
#include "tests/support/sql.h"

static const char *const with_auth[] = {"--auth", NULL};

/* By the weakest hash that there is, of ACCOUNT_PASSWORD. */
#define OLD_SECRET                                                             \
    "$argon2id$v=19$m=8,t=1,p=1$BwI4LNRbLG51r7PPnLjv7g"                        \
    "$wh2U5Gg1pKLxNngbYDpsFV0CnGuImHsKhQRf6kkn2T4"

/* 2 passes over 19 MiB in 1 lane. */
#define SECRETS                                                                \
    "SELECT count(*) FROM users WHERE name = ?1 AND "                          \
    "secret LIKE '$argon2id$v=19$m=19456,t=2,p=1$%'"

static void a_password_is_kept_as_argon2id(void **state)
{
    (void)state;
    system_start(with_auth);
    account_make(system_server.port, "one");
    account_make(system_server.port, "two");
    assert_int_equal(sql_number(system_server.db, SECRETS, "one"), 1);
    assert_int_equal(sql_number(system_server.db, SECRETS, "two"), 1);
    assert_int_equal(sql_number(system_server.db,
                                "SELECT count(DISTINCT secret) FROM users",
                                NULL),
                     2); /* each with a salt of its own */
    assert_int_equal(
        sql_number(system_server.db, "SELECT min(id) FROM users", NULL), 2);
}

/* As one that was made years ago, when computers were slower. */
static void a_weaker_hash_is_replaced_at_the_next_sign_in(void **state)
{
    char token[ACCOUNT_TOKEN_MAX];

    (void)state;
    system_start(with_auth);
    account_make(system_server.port, "old");
    account_make(system_server.port, "beside");
    sql_exec(system_server.db,
             "UPDATE users SET secret = '" OLD_SECRET "' WHERE name = 'old'");
    talk_expect(account_ask(system_server.port, "/tokens", "old",
                            "wrong horse battery"),
                401);
    assert_int_equal(sql_number(system_server.db, SECRETS, "old"), 0);
    account_sign_in(system_server.port, "old", token);
    assert_int_equal(account_count(system_server.port, token), 0);
    server_stop(&system_server); /* whenever it is written: now it is */
    assert_int_equal(sql_number(system_server.db, SECRETS, "old"), 1);
    assert_int_equal(sql_number(system_server.db, SECRETS, "beside"), 1);
    server_start_on(&system_second, system_program, system_server.db,
                    with_auth);
    account_sign_in(system_second.port, "old", token);
}

/* The running test fails when the bytes of a file hold one of these texts. */
static void expect_without(const char *path, const char *const *secrets)
{
    FILE *file = fopen(path, "rb");
    char *bytes;
    size_t len;

    assert_non_null(file);
    assert_int_equal(fseek(file, 0, SEEK_END), 0);
    len = (size_t)ftell(file);
    rewind(file);
    bytes = malloc(len + 1);
    assert_non_null(bytes);
    len = fread(bytes, 1, len, file);
    (void)fclose(file); /* it was only read */
    for (; *secrets; secrets++)
        for (size_t i = 0; i + strlen(*secrets) <= len; i++)
            if (memcmp(bytes + i, *secrets, strlen(*secrets)) == 0)
                fail_msg("\"%s\" stands in %s", *secrets, path);
    free(bytes);
}

/* Asks in all ways in which a secret is sent, or answered. */
static void send_secrets(int port, char token[ACCOUNT_TOKEN_MAX])
{
    talk_expect(account_ask(port, "/tokens", "somebody", "wrong-horse-battery"),
                401);
    talk_expect(account_ask(port, "/users", "somebody", "taken-horse-battery"),
                409);
    talk_expect(account_ask(port, "/users", "Some body", "fault-horse-battery"),
                422);
    talk_expect(account_ask(port, "/tokens", "somebody", "cut-horse-battery\n"),
                400);
    talk_expect(
        account_talk(port, "GET /todos", "forged-horse-battery", NULL, NULL),
        401);
    account_sign_in(port, "somebody", token);
    talk_expect(account_talk(port, "GET /todos?colour=red", token, NULL, NULL),
                422);
    (void)account_create(port, token, "told");
}

static void secrets_are_in_no_log_no_trace_and_no_database(void **state)
{
    const char *db = system_fresh_db();
    char trace[FOLDER_MAX + 32];
    char wal[FOLDER_MAX + 32];
    char token[ACCOUNT_TOKEN_MAX];
    const char *const args[] = {"--auth",  "--log-level", "debug",
                                "--trace", trace,         NULL};

    (void)state;
    (void)snprintf(trace, sizeof trace, "%s.trace", db);
    (void)snprintf(wal, sizeof wal, "%s-wal", db);
    server_start_on(&system_server, system_program, db, args);
    account_make(system_server.port, "somebody");
    send_secrets(system_server.port, token);

    const char *const secrets[] = {ACCOUNT_PASSWORD,
                                   "wrong-horse",
                                   "taken-horse",
                                   "fault-horse",
                                   "cut-horse",
                                   "forged-horse",
                                   strrchr(token, '.') + 1, /* its signature */
                                   NULL};

    expect_without(db, secrets);
    expect_without(wal, secrets);
    server_stop(&system_server);
    expect_without(system_server.log, secrets);
    expect_without(trace, secrets);
    expect_without(db, secrets);
}

/* Whether a text stands in what a process may write to: its heap and stacks. Of
 * larger areas, which sanitizers have, nothing is looked at. */
static bool has_in_memory(pid_t pid, const char *text)
{
    enum { AREA_MAX = 32 << 20 };
    char path[64], line[512];
    bool found = false;
    FILE *maps;
    int memory;

    (void)snprintf(path, sizeof path, "/proc/%d/mem", (int)pid);
    memory = open(path, O_RDONLY);
    (void)snprintf(path, sizeof path, "/proc/%d/maps", (int)pid);
    maps = fopen(path, "r");
    assert_true(memory >= 0 && maps);
    while (!found && fgets(line, sizeof line, maps)) {
        char *rest, *area; /* FIRST-END rw… */
        unsigned long first = strtoul(line, &rest, 16);
        size_t size = strtoul(rest + 1, &rest, 16) - first;
        ssize_t len;

        if (strncmp(rest, " rw", 3) != 0 || size > AREA_MAX)
            continue;
        area = malloc(size);
        assert_non_null(area);
        len = pread(memory, area, size, (off_t)first);
        found = len > 0 && memmem(area, (size_t)len, text, strlen(text));
        free(area);
    }
    (void)fclose(maps); /* it was only read */
    (void)close(memory);
    return found;
}

/* Sends a request in two pieces, the second of which begins in the password,
 * and reads the answer. */
static void send_in_two(struct raw *raw, const char *request, int status)
{
    struct raw_answer answer;
    const char *cut = strstr(request, "horse");

    assert_non_null(cut);
    assert_true(raw_send(raw, request, (size_t)(cut - request)));
    assert_true(raw_send_text(raw, cut));
    assert_true(raw_read_answer(raw, &answer, false));
    talk_expect(answer.status, status);
    raw_answer_release(&answer);
}

/* Nobody needs it any more. civetweb keeps what came with a head until other
 * bytes come in its place (common/base/wipe.h). */
static void a_password_is_not_left_in_memory(void **state)
{
    char request[TALK_MAX];
    struct raw_answer answer;
    struct raw raw;

    (void)state;
    system_start(with_auth);
    raw_open(&raw, "127.0.0.1", system_server.port);
    account_write(request, "/users", "somebody", "spare-horse-battery");
    send_in_two(&raw, request, 201);
    account_write(request, "/tokens", "somebody", "wrong-horse-battery");
    send_in_two(&raw, request, 401);
    account_write_request(request, "POST /users", NULL,
                          "{\"user\":{\"passwort\":\"spare-horse-battery\"}}");
    send_in_two(&raw, request, 422);
    account_write(request, "/tokens", "somebody", "spare-horse-battery");
    talk_send(&raw, request);
    (void)snprintf(request, sizeof request,
                   "GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
                   "Filler: %01500d\r\n\r\n",
                   0);
    talk_send(&raw, request); /* before the answer, perhaps */
    for (int i = 0; i < 2; i++) {
        assert_true(raw_read_answer(&raw, &answer, false));
        talk_expect(answer.status, 200);
        raw_answer_release(&answer);
    }
    assert_true(has_in_memory(system_server.pid, system_server.db)); /* argv */
    assert_false(has_in_memory(system_server.pid, "-horse-battery"));
    raw_close(&raw);
}

int system_secrets(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_password_is_kept_as_argon2id),
        SYSTEM_CASE(a_weaker_hash_is_replaced_at_the_next_sign_in),
        SYSTEM_CASE(secrets_are_in_no_log_no_trace_and_no_database),
        SYSTEM_CASE(a_password_is_not_left_in_memory),
    };

    return GROUP("secrets", cases, NULL, NULL);
}
