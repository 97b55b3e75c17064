/*
 * tests/system/unread.c - how much may a subscriber leave unread?
 * Threads: one.   Blocks: on the server of the case.
 *
 * The server keeps of a stream what was told on it, but for what the kernel has
 * taken; and that is what the subscriber reads when it has been let go. How
 * much was told, another subscriber knows, which reads.
 */
#include <stdio.h>

#include "changes.h"
#include "system.h"
#include "tests/cmocka_all.h"

enum {
    SLEEPERS = 2,
    UNREAD_MAX = 256 * 1024,      /* the contract's */
    TOLD_MAX = 1024 * 1024,       /* they are let go before that */
    STEP = 8,                     /* changes of 1 KB between two looks */
    SLACK = 2 * (STEP + 1) * 1024 /* of the looks */
};

static struct stream reader;
static struct stream sleepers[SLEEPERS], newcomers[SLEEPERS];

static int setup(void **state)
{
    (void)state;
    reader.raw.fd = -1;
    for (int i = 0; i < SLEEPERS; i++)
        sleepers[i].raw.fd = newcomers[i].raw.fd = -1;
    return 0;
}

static int release(void **state)
{
    stream_close(&reader);
    for (int i = 0; i < SLEEPERS; i++) {
        stream_close(&sleepers[i]);
        stream_close(&newcomers[i]);
    }
    return system_release(state);
}

/* The bytes of an event, in a chunk of its own. */
static size_t wire_size(const struct stream_event *event)
{
    int text = snprintf(NULL, 0, "event: %s\nid: %lld\ndata: %s\n\n",
                        event->name, event->id, event->data);
    int chunk = snprintf(NULL, 0, "%x\r\n\r\n", (unsigned int)text);

    return (size_t)text + (size_t)chunk;
}

/* Some changes are told to all; gives their bytes. */
static size_t tell_some(void)
{
    struct stream_event event;
    size_t size = 0;

    changes_make(STEP - 1);
    (void)talk_create(system_server.port, "rings");
    for (int i = 0; i < STEP; i++) {
        assert_true(stream_event(&reader, &event));
        size += wire_size(&event);
    }
    return size;
}

/* The place of a sleeper is free, and taken. */
static bool is_one_let_go(struct stream *newcomer)
{
    int status = stream_open_events(newcomer, system_server.port, -1);

    if (status != 200)
        stream_close(newcomer);
    return status == 200;
}

/* Gives what they were told, all together, before they were let go. */
static size_t tell_until_all_are_let_go(void)
{
    size_t told = 0, told_to_all = 0, before;
    int let_go = 0;

    while (let_go < SLEEPERS) {
        before = told;
        told += tell_some();
        while (let_go < SLEEPERS && is_one_let_go(&newcomers[let_go])) {
            told_to_all += before;
            let_go++;
        }
        if (told > TOLD_MAX)
            fail_msg("%zu KiB were told to a subscriber that reads nothing, "
                     "and it is not let go",
                     told / 1024);
    }
    return told_to_all;
}

/* What has come is read, up to where it was cut. */
static size_t read_rest(struct stream *stream)
{
    struct stream_event event;
    size_t got = 0;

    while (stream_event(stream, &event))
        got += wire_size(&event);
    return got;
}

/* Each may owe so much, and two may owe twice as much. */
static void who_leaves_256_kib_unread_is_let_go_and_nobody_sooner(void **state)
{
    static const char *const args[] = {"--max-streams", "3", "--heartbeat",
                                       "3600", NULL};
    size_t unread;

    (void)state;
    system_start(args);
    changes_follow(&reader, -1);
    for (int i = 0; i < SLEEPERS; i++)
        changes_follow_blindly(&sleepers[i], 0);
    changes_await_subscribers(1 + SLEEPERS);
    unread = tell_until_all_are_let_go();
    for (int i = 0; i < SLEEPERS; i++)
        unread -= read_rest(&sleepers[i]);
    unread /= SLEEPERS;
    if (unread + SLACK < UNREAD_MAX)
        fail_msg("a subscriber is let go that left %zu KiB unread",
                 unread / 1024);
    if (unread > UNREAD_MAX + SLACK && !sleepers[0].raw.reset)
        fail_msg("a subscriber left %zu KiB unread before it was let go",
                 unread / 1024);
}

int system_unread(void)
{
    const struct CMUnitTest cases[] = {
        cmocka_unit_test_setup_teardown(
            who_leaves_256_kib_unread_is_let_go_and_nobody_sooner, setup,
            release),
    };

    if (system_is_sync())
        return 0; /* a thread that stands in its write keeps nothing behind it
                   */
    return GROUP("what is left unread", cases, NULL, NULL);
}
