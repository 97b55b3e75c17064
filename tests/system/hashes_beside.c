/*
 * tests/system/hashes_beside.c - what goes on while one hash is made, and what
 * must not go on before it is.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <stdio.h>
#include <string.h>

#include "hashes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/patience.h"

enum {
    TURNS = 2,
    ALL_STAND_MS = 10000 /* without an answer: it looks as if all stood */
};

static const char *const without_auth[] = {"--hash-jobs", "1", NULL};

/* Adds the request to those that were not answered beside the hash. */
static void note_late(char *late, size_t size, const char *line)
{
    size_t len = strlen(late);

    (void)snprintf(late + len, size - len, "%s%s", len ? ", " : "", line);
}

/* All are asked at once, on connections of their own. */
static void all_else_is_answered_while_a_hash_is_made(void **state)
{
    static const struct {
        const char *line;
        int status;
    } asked[] = {
        {"GET /healthz", 200},      {"GET /readyz", 200},
        {"GET /todos/1", 200},      {"GET /todos", 200},
        {"GET /todos?q=milk", 200}, {"GET /openapi.json", 200},
        {"DELETE /todos/99", 404},  {"GET /tokens", 405},
    };
    enum { COUNT = sizeof asked / sizeof *asked };
    struct raw raws[COUNT];
    struct raw login;
    char request[TALK_MAX];
    char late[256] = "";

    (void)state;
    system_start(without_auth);
    assert_int_equal(talk_create(system_server.port, "there before"), 1);
    hashes_hold(&login, 1);
    for (size_t i = 0; i < COUNT; i++) {
        (void)snprintf(request, sizeof request,
                       "%s HTTP/1.1\r\nHost: localhost\r\n\r\n", asked[i].line);
        system_ask(&raws[i], request);
    }
    for (size_t i = 0; i < COUNT; i++)
        if (!raw_readable(&raws[i], late[0] ? 0 : ALL_STAND_MS))
            note_late(late, sizeof late, asked[i].line);
    hashes_expect_all_wait(&login, 1);
    gate_release(&system_gate);
    for (size_t i = 0; i < COUNT; i++)
        talk_expect(system_hear(&raws[i]), asked[i].status);
    talk_expect(system_hear(&login), 401);
    if (late[0])
        fail_msg("answered only after the hash: %s", late);
}

/* Those of a new user, and of each login, whatever comes of it. */
static void hashes_are_made_by_hash_threads_alone(void **state)
{
    char threads[1024];
    const char *name;

    (void)state;
    system_start(without_auth);
    system_hold_at("hash.work");
    gate_keep(&system_gate); /* nobody stays; the marks are kept */
    account_make(system_server.port, "somebody");
    for (int i = 0; i < TURNS; i++) {
        talk_expect(hashes_sign_in("nobody", HASHES_WRONG), 401);
        talk_expect(hashes_sign_in("somebody", HASHES_WRONG), 401);
        talk_expect(hashes_sign_in("somebody", ACCOUNT_PASSWORD), 200);
    }
    assert_int_equal(gate_marks(&system_gate, "stand", threads, sizeof threads),
                     1 + 3 * TURNS);
    for (name = threads; name; name = strstr(name, ", ")) {
        name += name == threads ? 0 : strlen(", ");
        if (strncmp(name, "hash-", strlen("hash-")) != 0)
            fail_msg("hashes are made by %s, and not by hash-N alone", threads);
    }
}

/* Either the hash has come to the gate, or there is an answer. */
static void await_hash_or_answer(struct raw *login)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (hashes_marks("hash.work", "stand") == 0 && !raw_readable(login, 0)) {
        if (now_ms() > deadline)
            fail_msg("there is neither a hash nor an answer");
        a_moment();
    }
}

/* The name of nobody, and its hash is under way. */
static void an_unknown_name_is_answered_behind_its_hash(void **state)
{
    struct raw login;

    (void)state;
    system_start(hashes_few);
    system_hold_at("hash.work");
    hashes_ask(&login);
    await_hash_or_answer(&login);
    system_look_around();
    if (raw_readable(&login, 0))
        fail_msg("a name that nobody has was answered before a hash was made");
    hashes_let_go(&login, 1);
}

/* The places are taken by logins of somebody. */
static void without_a_place_every_name_is_503(void **state)
{
    struct raw clients[HASHES_PLACES];
    char request[TALK_MAX];

    (void)state;
    system_start(hashes_few);
    account_make(system_server.port, "somebody");
    system_hold_at("hash.work");
    account_write(request, "/tokens", "somebody", HASHES_WRONG);
    for (int i = 0; i < HASHES_PLACES; i++) {
        system_ask(&clients[i], request);
        gate_await_waiting(&system_gate, "hash.wait", i + 1);
    }
    talk_expect(hashes_sign_in("somebody", HASHES_WRONG), 503);
    talk_expect(hashes_sign_in("nobody", HASHES_WRONG), 503);
    hashes_let_go(clients, HASHES_PLACES);
}

int system_beside(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(all_else_is_answered_while_a_hash_is_made),
        SYSTEM_CASE(hashes_are_made_by_hash_threads_alone),
        SYSTEM_CASE(an_unknown_name_is_answered_behind_its_hash),
        SYSTEM_CASE(without_a_place_every_name_is_503),
    };

    return GROUP("hashes, and what is beside them", cases, NULL, NULL);
}
