/*
 * tests/system/queues.c - who waits behind whom: a thread that stands still
 * must hold up only those who need that thread.
 * Threads: one.   Blocks: on the server of the case.
 *
 * Reads are held on their way to the disk (the gate store.read), in the order
 * in which the test sends them. How long a search takes, no clock decides: it
 * takes until the test lets it go.
 */
#include <stdio.h>

#include "system.h"
#include "tests/cmocka_all.h"

enum {
    SEARCHES = 24, /* more than there are threads at the disk */
    READS = 6,
    READERS = 2 /* the default of --store-threads */
};

static int post(const char *title)
{
    char request[TALK_MAX];

    talk_write_post(request, title);
    return talk(system_server.port, request, NULL);
}

/* Asks for a path, and returns when `count` reads wait. */
static void ask_held(struct raw *raw, const char *path, int count)
{
    char request[TALK_MAX];

    talk_write_get(request, path);
    system_ask(raw, request);
    gate_await_waiting(&system_gate, "keeper.read", count);
}

/* Searches come one by one, and stay. After each, a write must find a thread:
 * it is answered before the next search is sent. */
static void let_searches_stand(struct raw searches[SEARCHES])
{
    gate_hold(&system_gate, &system_server, "store.read");
    for (int i = 0; i < SEARCHES; i++) {
        ask_held(&searches[i], "/todos?q=milk", i + 1);
        assert_int_equal(post("beside a search"), 201);
    }
}

/* A search may be late by now (503): it was held for longer than it may take.
 */
static void hear_searches(struct raw searches[SEARCHES])
{
    gate_release(&system_gate);
    for (int i = 0; i < SEARCHES; i++) {
        int status = system_hear(&searches[i]);

        assert_true(status == 200 || status == 503);
    }
}

static void searches_that_stand_still_hold_up_no_write(void **state)
{
    struct raw searches[SEARCHES];

    (void)state;
    system_start(NULL);
    let_searches_stand(searches);
    assert_int_equal(talk_get(system_server.port, "/healthz", NULL), 200);
    hear_searches(searches);
}

static void searches_that_stand_still_hold_up_no_read(void **state)
{
    struct raw searches[SEARCHES];
    char path[64];

    (void)state;
    system_start(NULL);
    (void)snprintf(path, sizeof path, "/todos/%lld",
                   talk_create(system_server.port, "there before"));
    let_searches_stand(searches);
    /* Each at the disk, or one there and the others in a queue behind it. */
    gate_await(&system_gate, system_is_sync() ? SEARCHES : 1);
    gate_keep(&system_gate);
    for (int i = 0; i < READS; i++) {
        assert_int_equal(talk_get(system_server.port, path, NULL), 200);
        assert_int_equal(talk_get(system_server.port, "/todos", NULL), 200);
        assert_int_equal(talk_get(system_server.port, "/readyz", NULL), 200);
    }
    for (int i = 0; i < SEARCHES; i++)
        assert_false(raw_readable(&searches[i], 0)); /* they stand there yet */
    hear_searches(searches);
}

/* Each connection has a thread that reads, or there are READERS for all: the
 * others are in a queue. */
static void as_many_reads_stand_at_the_disk_as_there_are_readers(void **state)
{
    int standing = system_is_sync() ? READS : READERS;
    struct raw reads[READS];
    char path[64], threads[256];

    (void)state;
    system_start(NULL);
    (void)snprintf(path, sizeof path, "/todos/%lld",
                   talk_create(system_server.port, "read by many"));
    gate_hold(&system_gate, &system_server, "store.read");
    for (int i = 0; i < READS; i++) {
        ask_held(&reads[i], path, i + 1);
        /* each with a group of its own, before a reader takes many at once */
        gate_await(&system_gate, i < standing ? i + 1 : standing);
    }
    assert_int_equal(talk_get(system_server.port, "/healthz", NULL), 200);
    assert_int_equal(post("beside the reads"), 201);
    assert_int_equal(gate_marks(&system_gate, "held", threads, sizeof threads),
                     standing);
    print_message("%d reads wait, %d of them at the disk: %s\n", READS,
                  standing, threads);
    gate_release(&system_gate);
    for (int i = 0; i < READS; i++)
        assert_int_equal(system_hear(&reads[i]), 200);
}

int system_queues(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(searches_that_stand_still_hold_up_no_write),
        SYSTEM_CASE(searches_that_stand_still_hold_up_no_read),
        SYSTEM_CASE(as_many_reads_stand_at_the_disk_as_there_are_readers),
    };

    return GROUP("who waits behind whom", cases, NULL, NULL);
}
