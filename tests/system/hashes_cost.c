/*
 * tests/system/hashes_cost.c - what a hash costs: work, which is the same for
 * every name, and memory, which may be short.
 * Threads: one.   Blocks: on the server of the case.
 */
#define _GNU_SOURCE /* NOLINT: prlimit; here alone */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/resource.h>
#endif

#include "hashes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"

/*
 * Which work is done
 */

/* A login with such a name or password ends so, and so many hashes are made for
 * it. */
static void expect_hashes(const char *with, const char *name,
                          const char *password, int status, int count)
{
    int before = hashes_marks("hash.work", "stand");
    int made;

    talk_expect(hashes_sign_in(name, password), status);
    made = hashes_marks("hash.work", "stand") - before;
    if (made != count)
        fail_msg("a login with %s makes %d hashes, not %d", with, made, count);
}

/* A client with a watch does not learn which names have an account. */
static void an_unknown_name_costs_one_hash_as_well(void **state)
{
    (void)state;
    system_start(hashes_few);
    account_make(system_server.port, "somebody");
    gate_open(&system_gate, &system_server);
    expect_hashes("a wrong password", "somebody", HASHES_WRONG, 401, 1);
    expect_hashes("a name that nobody has", "nobody", HASHES_WRONG, 401, 1);
    expect_hashes("the right password", "somebody", ACCOUNT_PASSWORD, 200, 1);
    expect_hashes("a password of five bytes", "somebody", "short", 422, 0);
}

/*
 * Without memory
 */

#if defined(__linux__) && !defined(__SANITIZE_ADDRESS__) &&                    \
    !defined(__SANITIZE_THREAD__)

/* Of the server, in bytes. */
static unsigned long address_space(void)
{
    char path[64];
    char line[256];
    unsigned long kib = 0;
    FILE *file;

    (void)snprintf(path, sizeof path, "/proc/%d/status",
                   (int)system_server.pid);
    file = fopen(path, "r");
    assert_non_null(file);
    while (fgets(line, sizeof line, file))
        if (strncmp(line, "VmSize:", strlen("VmSize:")) == 0)
            kib = strtoul(line + strlen("VmSize:"), NULL, 10);
    (void)fclose(file); /* it was only read */
    assert_true(kib > 0);
    return kib * 1024;
}

/* From now on the server's address space may have so many bytes. */
static void limit_memory(rlim_t bytes)
{
    const struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};

    assert_int_equal(prlimit(system_server.pid, RLIMIT_AS, &limit, NULL), 0);
}

/* Asks on an open connection. */
static int ask_on(struct raw *raw, const char *path, const char *name,
                  const char *password)
{
    char request[TALK_MAX];
    struct raw_answer answer;

    account_write(request, path, name, password);
    talk_send(raw, request);
    (void)raw_read_answer(raw, &answer, false);

    int status = answer.status;

    raw_answer_release(&answer);
    return status;
}

/* libsodium then says the same as to a wrong password. All that a request needs
 * else is there from the one before. */
static void without_memory_the_right_password_is_503(void **state)
{
    enum { ROOM = 8 * 1024 * 1024 }; /* less than a hash takes */
    struct raw raw;

    (void)state;
    system_start(hashes_few);
    system_open(&raw);
    talk_expect(ask_on(&raw, "/users", "somebody", ACCOUNT_PASSWORD), 201);
    talk_expect(ask_on(&raw, "/tokens", "somebody", ACCOUNT_PASSWORD), 200);
    limit_memory(address_space() + ROOM);
    talk_expect(ask_on(&raw, "/tokens", "somebody", ACCOUNT_PASSWORD), 503);
    talk_expect(ask_on(&raw, "/tokens", "somebody", HASHES_WRONG), 503);
    talk_expect(ask_on(&raw, "/tokens", "nobody", HASHES_WRONG), 503);
    talk_expect(ask_on(&raw, "/users", "another", ACCOUNT_PASSWORD), 503);
    limit_memory(RLIM_INFINITY);
    talk_expect(ask_on(&raw, "/tokens", "somebody", ACCOUNT_PASSWORD), 200);
    talk_expect(ask_on(&raw, "/tokens", "somebody", HASHES_WRONG), 401);
    talk_expect(ask_on(&raw, "/users", "another", ACCOUNT_PASSWORD), 201);
    raw_close(&raw);
    server_stop(&system_server);
}

#else

static void without_memory_the_right_password_is_503(void **state)
{
    (void)state;
    skip(); /* what a sanitizer takes for itself cannot be told apart */
}

#endif

int system_hashes_cost(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(an_unknown_name_costs_one_hash_as_well),
        SYSTEM_CASE(without_memory_the_right_password_is_503),
    };

    return GROUP("what a hash costs", cases, NULL, NULL);
}
