/*
 * tests/system/full.c - the disk takes no more.
 * Threads: one.   Blocks: on the server of the case.
 *
 * A full disk takes root to arrange. A limit on the size of files
 * (RLIMIT_FSIZE) does not, and fails the same write(2) calls at the same
 * places, with EFBIG for ENOSPC. So the answer may be 507 or 503; that nothing
 * is half-stored and reading goes on is the same. What ENOSPC itself becomes, a
 * unit test knows.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "walk.h"

enum { LIMIT = 1024 * 1024, MAX_WRITES = 20000, AFTER = 20, CROWD = 6 };

/* The limit is inherited by the program, and lifted again here. That the
 * signal which comes with it must not kill is the program's business. */
static void start_limited(const char *db)
{
    struct rlimit usual;
    struct rlimit tight;

    assert_int_equal(getrlimit(RLIMIT_FSIZE, &usual), 0);
    tight = usual;
    tight.rlim_cur = LIMIT;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
    server_launch(&system_server, system_program, db, NULL);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &usual), 0);
    server_await(&system_server);
}

static int create(int port, const char *title)
{
    char request[TALK_MAX];

    talk_write_post(request, title);
    return talk(port, request, NULL);
}

static void expect_no_room(int status)
{
    if (status != 503)
        talk_expect(status, 507);
}

/* A title that takes as much room as a title may. */
static void write_long_title(char title[TALK_TITLE_MAX])
{
    memset(title, 'x', TALK_TITLE_MAX - 1);
    title[TALK_TITLE_MAX - 1] = '\0';
}

/* Creates todos until one is refused; gives how many there are now. */
static size_t fill_the_disk(void)
{
    char title[TALK_TITLE_MAX];
    size_t stored = 0;
    int status;

    write_long_title(title);
    while ((status = create(system_server.port, title)) == 201)
        if (++stored > MAX_WRITES)
            fail_msg("%zu writes got 201 although the disk has room for fewer",
                     stored);
    expect_no_room(status);
    return stored;
}

static void nothing_to_note(void *context, const char *title)
{
    (void)context;
    (void)title;
}

static void expect_stored(int port, size_t stored)
{
    size_t count = walk_titles(port, nothing_to_note, NULL);

    if (count != stored)
        fail_msg("%zu todos are there, but %zu writes got 201", count, stored);
}

static void without_room_writes_fail_whole_and_reads_go_on(void **state)
{
    (void)state;
    start_limited(system_fresh_db());
    size_t stored = fill_the_disk();

    expect_stored(system_server.port, stored);
    for (int i = 0; i < AFTER; i++) {
        int status = create(system_server.port, "one more");

        if (status == 201) /* a smaller one may still have fitted */
            stored++;
        else
            expect_no_room(status);
        talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
        talk_expect(talk_get(system_server.port, "/todos/1", NULL), 200);
    }
    expect_stored(system_server.port, stored);
    server_stop(&system_server);
}

/* A first write waits for the lock, and the others for their turn behind it:
 * these share a transaction, and its COMMIT fails. */
static void writes_that_find_no_room_together_all_hear_of_it(void **state)
{
    struct raw first, others[CROWD];
    char title[TALK_TITLE_MAX];
    int told = 0;

    (void)state;
    write_long_title(title);
    start_limited(system_fresh_db());
    size_t stored = fill_the_disk();

    system_hold_at("store.lock");
    system_ask_post(&first, title);
    gate_await(&system_gate, 1);
    for (int i = 0; i < CROWD; i++)
        system_ask_post(&others[i], title);
    gate_await_waiting(&system_gate, "keeper.write", 1 + CROWD);
    system_look_around(); /* what is counted is queued by then */
    gate_release(&system_gate);
    expect_no_room(system_hear(&first));
    for (int i = 0; i < CROWD; i++) {
        int status = system_hear(&others[i]);

        if (status == 201)
            told++;
        else
            expect_no_room(status);
    }
    if (told > 0)
        fail_msg("the disk had room for none of %d writes, and %d got 201",
                 CROWD, told);
    expect_stored(system_server.port, stored);
    server_stop(&system_server);
}

static void with_room_again_all_that_was_answered_is_there(void **state)
{
    const char *db = system_fresh_db();

    (void)state;
    start_limited(db);
    size_t stored = fill_the_disk();

    server_signal(&system_server, SIGKILL);
    server_expect_end(&system_server, 128 + SIGKILL);
    server_start_on(&system_second, system_program, db, NULL);
    expect_stored(system_second.port, stored);
    talk_still_serves(system_second.port);
    server_stop(&system_second);
}

int system_full(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(without_room_writes_fail_whole_and_reads_go_on),
        SYSTEM_CASE(writes_that_find_no_room_together_all_hear_of_it),
        SYSTEM_CASE(with_room_again_all_that_was_answered_is_there),
    };

    return GROUP("no room on the disk", cases, NULL, NULL);
}
