/*
 * tests/system/hashes_leave.c - clients that leave while their hash waits or is
 * made, and a server that is told to stop meanwhile.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <signal.h>

#include "hashes.h"
#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/account.h"
#include "tests/support/patience.h"

enum { TURNS = 3, LOGINS = 5 };

/*
 * Clients that leave
 */

/* The clock stands: only that it has left can free the place. */
static void a_client_that_leaves_the_queue_frees_its_place(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_few);
    hashes_hold(clients, HASHES_PLACES);
    raw_reset(&clients[1]);
    hashes_await_marks("hash.wait", "go", 1);
    hashes_ask(&clients[1]);
    gate_await_waiting(&system_gate, "hash.wait", HASHES_PLACES);
    hashes_expect_busy("/tokens");
    hashes_let_go(clients, HASHES_PLACES);
    assert_int_equal(hashes_sign_in("nobody", HASHES_WRONG), 401);
}

static void no_hash_is_made_for_who_left_the_queue(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_few);
    hashes_hold(clients, HASHES_PLACES);
    for (int i = 1; i < HASHES_PLACES; i++)
        raw_reset(&clients[i]);
    hashes_await_marks("hash.wait", "go", HASHES_PLACES - 1);
    gate_keep(&system_gate);
    gate_pass(&system_gate);
    talk_expect(system_hear(&clients[0]), 401);
    talk_expect(hashes_sign_in("nobody", HASHES_WRONG), 401);
    hashes_expect_begun(2);
}

/* It leaves when its hash is about to be made, or is made and not yet told of.
 */
static void a_client_that_leaves_while_its_hash_runs_harms_nobody(void **state)
{
    static const char *const labels[] = {"hash.work", "hash.done"};
    struct raw client;

    (void)state;
    system_start(hashes_no_hurry);
    for (int i = 0; i < 2 * TURNS; i++) {
        system_hold_at(labels[i % 2]);
        hashes_ask(&client);
        gate_await(&system_gate, 1);
        raw_reset(&client);
        system_look_around(); /* the reset came first */
        gate_release(&system_gate);
        talk_expect(hashes_sign_in("nobody", HASHES_WRONG), 401);
    }
    server_stop(&system_server);
}

static void a_user_whose_client_left_is_made_or_not(void **state)
{
    struct raw client;
    int status;

    (void)state;
    system_start(hashes_few);
    hashes_hold_new_user(&client);
    raw_reset(&client);
    system_look_around();
    gate_release(&system_gate);
    status =
        account_ask(system_server.port, "/users", "somebody", ACCOUNT_PASSWORD);
    if (status != 409)
        talk_expect(status, 201);
    talk_expect(hashes_sign_in("somebody", ACCOUNT_PASSWORD), 200);
}

/* A thread that stands looks for its client twice meanwhile. */
static void let_it_look(void)
{
    enum { LOOKS = 2, MOMENTS = 10 };

    for (int i = 0; i < LOOKS; i++) {
        server_pass_time(&system_server, 0.5);
        for (int j = 0; j < MOMENTS; j++)
            a_moment();
    }
}

/* To have said all is not to have left: in the queue, and with a hash under
 * way. */
static void a_half_close_while_a_hash_waits_gets_the_answer(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_few);
    hashes_hold(clients, HASHES_PLACES);
    for (int i = 0; i < HASHES_PLACES; i++)
        raw_half_close(&clients[i]);
    let_it_look();
    if (raw_readable(&clients[1], 0))
        fail_msg("a client has said all, and its login is given up");
    hashes_expect_busy("/tokens");
    hashes_expect_all_wait(clients, HASHES_PLACES);
    hashes_let_go(clients, HASHES_PLACES);
}

/*
 * The end
 */

/* Each is answered with what came of it, or with 503, and once. */
static void hashes_at_sigterm_are_finished_or_told_503(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_no_hurry);
    hashes_hold(clients, HASHES_PLACES);
    system_begin_stop(SIGTERM);
    gate_release(&system_gate);
    for (int i = 0; i < HASHES_PLACES; i++) {
        int status = 0;

        assert_int_equal(talk_read_all(&clients[i], &status, 1), 1);
        if (status != 503)
            talk_expect(status, 401);
        raw_close(&clients[i]);
    }
    server_expect_end(&system_server, 0);
}

/* One that is made is finished. Those behind it may come again elsewhere, and
 * need not wait for that to be told so. */
static void hashes_that_wait_at_sigterm_are_told_503_at_once(void **state)
{
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(hashes_no_hurry);
    hashes_hold(clients, HASHES_PLACES);
    server_signal(&system_server, SIGTERM);
    for (int i = 1; i < HASHES_PLACES; i++)
        talk_expect(system_hear(&clients[i]), 503);
    gate_release(&system_gate);
    talk_expect(system_hear(&clients[0]), 401);
    server_expect_end(&system_server, 0);
}

static void a_user_who_is_made_at_sigterm_is_kept_if_told_so(void **state)
{
    struct raw client;
    int status = 0;

    (void)state;
    system_start(hashes_no_hurry);
    hashes_hold_new_user(&client);
    system_begin_stop(SIGTERM);
    gate_release(&system_gate);
    assert_int_equal(talk_read_all(&client, &status, 1), 1);
    raw_close(&client);
    server_expect_end(&system_server, 0);
    server_start_on(&system_second, system_program, system_server.db, NULL);
    talk_expect(
        account_ask(system_second.port, "/users", "somebody", ACCOUNT_PASSWORD),
        status == 201 ? 409 : 201);
}

static void hashes_beyond_the_shutdown_timeout_are_cut_with_exit_1(void **state)
{
    static const char *const args[] = {
        "--auth", "--hash-jobs",        "1", "--hash-queue",
        "2",      "--shutdown-timeout", "1", NULL};
    struct raw clients[HASHES_PLACES];

    (void)state;
    system_start(args);
    hashes_hold(clients, HASHES_PLACES);
    system_begin_stop(SIGTERM);
    server_pass_time(&system_server, 2);
    server_expect_end(&system_server, 1);
    /* At its end the program opens the gates: the hash that was held may be
     * done, and answered, before all threads are gone. */
    (void)system_hear(&clients[0]);
    for (int i = 1; i < HASHES_PLACES; i++) {
        int status = system_hear(&clients[i]);

        if (status != 0)
            talk_expect(status, 503);
    }
}

static void a_server_that_has_hashed_ends_with_nothing_left_over(void **state)
{
    (void)state;
    system_start(NULL);
    account_make(system_server.port, "somebody");
    for (int i = 0; i < LOGINS; i++)
        talk_expect(
            hashes_sign_in("somebody", i % 2 ? HASHES_WRONG : ACCOUNT_PASSWORD),
            i % 2 ? 401 : 200);
    server_stop(&system_server);
}

int system_hashes_leave(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_client_that_leaves_the_queue_frees_its_place),
        SYSTEM_CASE(no_hash_is_made_for_who_left_the_queue),
        SYSTEM_CASE(a_client_that_leaves_while_its_hash_runs_harms_nobody),
        SYSTEM_CASE(a_user_whose_client_left_is_made_or_not),
        SYSTEM_CASE(a_half_close_while_a_hash_waits_gets_the_answer),
        SYSTEM_CASE(hashes_at_sigterm_are_finished_or_told_503),
        SYSTEM_CASE(hashes_that_wait_at_sigterm_are_told_503_at_once),
        SYSTEM_CASE(a_user_who_is_made_at_sigterm_is_kept_if_told_so),
        SYSTEM_CASE(hashes_beyond_the_shutdown_timeout_are_cut_with_exit_1),
        SYSTEM_CASE(a_server_that_has_hashed_ends_with_nothing_left_over),
    };

    return GROUP("hashes, and the end", cases, NULL, NULL);
}
