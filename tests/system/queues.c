/*
 * tests/system/queues.c - who waits behind whom: a thread that stands still
 * must hold up only those who need that thread.
 * Threads: one.   Blocks: on the server of the case.
 *
 * Reads are held on their way to the disk (the gate store.read), in the order
 * in which the test sends them. How long a search takes, no clock decides: it
 * takes until the test lets it go. And what a client sends behind a request of
 * its own waits where it is: at the client, once the kernel's buffers are full.
 */
#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

enum {
    SEARCHES = 24, /* more than there are threads at the disk */
    CROWD = 40,    /* of --threads, which are 64: enough for all others */
    READS = 6,
    WRITES = 6,
    READERS = 2, /* the default of --store-threads */
    GROUP = 16,  /* as many reads a reader takes at once */
    BEHIND = 40,
    DRIPS = 4,
    DRIP_MS = 50, /* so that it asks now and then, if it asks in vain */
    AT_ONCE = 1024 * 1024,
    TAKEN_MAX = 128 * 1024 /* as much as two reads bring */
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
 * it is answered before the next search is sent. Each filter may have to look
 * at every row. */
static void let_searches_stand(struct raw *searches, int count)
{
    static const char *const paths[] = {
        "/todos?q=milk", "/todos?completed=true",
        "/todos?sort=-order&completed=false&q=milk"};

    gate_hold(&system_gate, &system_server, "store.read");
    for (int i = 0; i < count; i++) {
        ask_held(&searches[i], paths[i % 3], i + 1);
        talk_expect(post("beside a search"), 201);
    }
}

/* Lets all go that are held, and hears them. */
static void hear_all(struct raw *raws, int count)
{
    gate_release(&system_gate);
    for (int i = 0; i < count; i++)
        talk_expect(system_hear(&raws[i]), 200);
}

/* Creates a todo to read, and writes its path. */
static void make_todo(char *path, size_t size)
{
    (void)snprintf(path, size, "/todos/%lld",
                   talk_create(system_server.port, "there before"));
}

static void searches_that_stand_still_hold_up_no_write(void **state)
{
    struct raw searches[SEARCHES];

    (void)state;
    system_start(NULL);
    let_searches_stand(searches, SEARCHES);
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    hear_all(searches, SEARCHES);
}

static void searches_that_stand_still_hold_up_no_read(void **state)
{
    static const char long_list[] = "/todos?sort=-created_at&limit=1000";
    struct raw searches[CROWD];
    char path[64];

    (void)state;
    system_start(NULL);
    make_todo(path, sizeof path);
    let_searches_stand(searches, CROWD);
    /* Each at the disk, or one there and the others in a queue behind it. */
    gate_await(&system_gate, system_is_sync() ? CROWD : 1);
    gate_keep(&system_gate);
    for (int i = 0; i < READS; i++) {
        talk_expect(talk_get(system_server.port, path, NULL), 200);
        talk_expect(talk_get(system_server.port, "/todos", NULL), 200);
        talk_expect(talk_get(system_server.port, long_list, NULL), 200);
        talk_expect(talk_get(system_server.port, "/readyz", NULL), 200);
    }
    for (int i = 0; i < CROWD; i++)
        if (raw_readable(&searches[i], 0))
            fail_msg("search %d was answered while it was held", i + 1);
    hear_all(searches, CROWD);
}

/* With searches in line, all readers but one are kept by reads. The last reader
 * must be there for the next one. */
static void searches_that_stand_still_take_no_reader(void **state)
{
    enum { LINE = 3 };
    struct raw searches[LINE], reads[READERS - 1];
    char path[64];

    (void)state;
    system_start(NULL);
    make_todo(path, sizeof path);
    let_searches_stand(searches, LINE);
    system_look_around(); /* a reader has time to take what it should not */
    for (int i = 0; i < READERS - 1; i++)
        ask_held(&reads[i], path, LINE + i + 1);
    gate_await(&system_gate, (system_is_sync() ? LINE : 1) + READERS - 1);
    system_look_around();
    gate_keep(&system_gate);
    talk_expect(talk_get(system_server.port, path, NULL), 200);
    hear_all(searches, LINE);
    hear_all(reads, READERS - 1);
}

/* Writes come one by one, and stay: a gate holds the lock of the database.
 * After each of them all that reads must find a thread. */
static void writes_that_stand_still_hold_up_no_read(void **state)
{
    struct raw writes[WRITES];
    char path[64];

    (void)state;
    system_start(NULL);
    make_todo(path, sizeof path);
    system_hold_at("store.lock");
    for (int i = 0; i < WRITES; i++) {
        system_ask_post(&writes[i], "held");
        gate_await_waiting(&system_gate, "keeper.write", i + 1);
        gate_await(&system_gate, 1);
        system_look_around(); /* a thread has time to take what it should not */
        talk_expect(talk_get(system_server.port, path, NULL), 200);
        talk_expect(talk_get(system_server.port, "/todos", NULL), 200);
        talk_expect(talk_get(system_server.port, "/todos?q=milk", NULL), 200);
    }
    gate_release(&system_gate);
    for (int i = 0; i < WRITES; i++)
        talk_expect(system_hear(&writes[i]), 201);
}

/* Each connection has a thread that reads, or there are READERS for all: the
 * others are in a queue. */
static void as_many_reads_stand_at_the_disk_as_there_are_readers(void **state)
{
    int standing = system_is_sync() ? READS : READERS, held;
    struct raw reads[READS];
    char path[64], threads[256];

    (void)state;
    system_start(NULL);
    make_todo(path, sizeof path);
    gate_hold(&system_gate, &system_server, "store.read");
    for (int i = 0; i < READS; i++) {
        ask_held(&reads[i], path, i + 1);
        /* each with a group of its own, before a reader takes many at once */
        gate_await(&system_gate, i < standing ? i + 1 : standing);
    }
    talk_expect(talk_get(system_server.port, "/healthz", NULL), 200);
    talk_expect(post("beside the reads"), 201);
    held = gate_marks(&system_gate, "held", threads, sizeof threads);
    print_message("%d reads wait, %d of them at the disk:\n%s\n", READS, held,
                  threads);
    if (held != standing)
        fail_msg("%d at the disk were expected", standing);
    gate_keep(&system_gate);
    talk_expect(talk_get(system_server.port, "/todos?q=milk", NULL), 200);
    hear_all(reads, READS);
}

static void let_readers_stand(struct raw first[READERS])
{
    gate_hold(&system_gate, &system_server, "store.read");
    for (int i = 0; i < READERS; i++) {
        ask_held(&first[i], "/todos", i + 1);
        gate_await(&system_gate, i + 1);
    }
}

/* The others are queued. One reader gets on, takes a group of them and stands
 * still in it; then the other gets on. */
static void queue_behind_readers(struct raw first[READERS],
                                 struct raw reads[BEHIND])
{
    for (int i = 0; i < BEHIND; i++)
        ask_held(&reads[i], "/todos", READERS + i + 1);
    gate_pass(&system_gate);
    talk_expect(system_hear(&first[0]), 200);
    gate_await(&system_gate, READERS);
    gate_keep(&system_gate);
    gate_pass(&system_gate);
    talk_expect(system_hear(&first[1]), 200);
}

/* Each of the others has a thread. */
static void ask_beside_readers(struct raw reads[BEHIND])
{
    char request[TALK_MAX];

    gate_keep(&system_gate);
    talk_write_get(request, "/todos");
    for (int i = 0; i < BEHIND; i++)
        system_ask(&reads[i], request);
}

static void
a_reader_that_stands_still_keeps_no_more_than_its_group(void **state)
{
    struct raw first[READERS], reads[BEHIND];
    int kept = system_is_sync() ? 0 : GROUP;

    (void)state;
    system_start(NULL);
    let_readers_stand(first);
    if (system_is_sync())
        ask_beside_readers(reads);
    else
        queue_behind_readers(first, reads);
    for (int i = kept; i < BEHIND; i++)
        talk_expect(system_hear(&reads[i]), 200);
    for (int i = 0; i < kept; i++)
        if (raw_readable(&reads[i], 0))
            fail_msg("read %d was answered before the first one", i + 1);
    gate_release(&system_gate);
    for (int i = 0; i < kept; i++)
        talk_expect(system_hear(&reads[i]), 200);
    for (int i = 0; system_is_sync() && i < READERS; i++)
        talk_expect(system_hear(&first[i]), 200);
}

/* Sends the requests again and again, without waiting, as far as they are
 * taken. What is not taken at once may be after the server has served others;
 * if it is not, that is the end. The running test fails when the server itself
 * takes too many of them, and not only the kernel. */
static void send_all_it_takes(struct raw *raw, const char *requests)
{
    size_t len = strlen(requests), sum = 0, before;
    long taken;

    do {
        before = sum;
        system_look_around();
        for (size_t sent = 1; sent > 0 && sum - before < AT_ONCE; sum += sent)
            sent = raw_send_some(raw, requests + sum % len, len - sum % len);
        taken = (long)sum - (long)system_not_taken(raw);
        if (taken > TAKEN_MAX)
            fail_msg("while a request waited, the server took %ld KiB of those "
                     "behind it, and would have taken more",
                     taken / 1024);
    } while (sum > before);
}

static void requests_behind_one_that_waits_are_not_gathered(void **state)
{
    enum { ENOUGH = 100 * 1024, ANSWERS = 2000 };
    static char requests[ENOUGH + TALK_MAX];
    struct raw raw;
    struct raw_answer answer;
    char request[TALK_MAX];

    (void)state;
    talk_write_get(request, "/healthz");
    for (char *to = requests; to < requests + ENOUGH;)
        to = stpcpy(to, request);
    system_start(NULL);
    gate_hold(&system_gate, &system_server, "store.commit");
    talk_write_post(request, "at the head");
    system_ask(&raw, request);
    gate_await(&system_gate, 1);
    send_all_it_takes(&raw, requests);
    gate_release(&system_gate);
    for (int i = 0; i < ANSWERS; i++) { /* it reads on */
        (void)raw_read_answer(&raw, &answer, false);
        talk_expect(answer.status, i == 0 ? 201 : 200);
        raw_answer_release(&answer);
    }
    raw_close(&raw);
}

/* They come in pieces, cut anywhere, and then the client ends its side. All of
 * it is there, and the server has seen it, when the first is answered. */
static void requests_kept_behind_one_that_waits_are_all_answered(void **state)
{
    enum { KEPT = 4 };
    struct raw raw;
    char request[TALK_MAX];
    int statuses[1 + KEPT];

    (void)state;
    system_start(NULL);
    gate_hold(&system_gate, &system_server, "store.commit");
    system_ask_post(&raw, "at the head");
    gate_await(&system_gate, 1);
    talk_write_get(request, "/healthz");
    size_t half = strlen(request) / 2;

    talk_send(&raw, request);
    for (int i = 1; i < KEPT; i++) {
        assert_true(raw_send(&raw, request, half));
        system_look_around();
        talk_send(&raw, request + half);
    }
    raw_half_close(&raw);
    system_look_around();
    gate_release(&system_gate);
    size_t answers = talk_read_all(&raw, statuses, 1 + KEPT);

    if (answers != 1 + KEPT)
        fail_msg("%d requests came behind one that waits, and %zu answers in "
                 "all",
                 KEPT, answers);
    talk_expect(statuses[0], 201);
    for (int i = 1; i <= KEPT; i++)
        talk_expect(statuses[i], 200);
    raw_close(&raw);
}

/* Nobody asked for it. But bytes that nobody reads make the kernel reset the
 * connection when the server closes it, and that takes the answer along. */
static void what_comes_behind_the_last_request_is_taken(void **state)
{
    enum { BYTES = 256 * 1024 };
    static char bytes[BYTES] = "GET /healthz HTTP/1.1\r\n"
                               "Host: localhost\r\n"
                               "Connection: close\r\n"
                               "\r\n";
    size_t len = strlen(bytes);
    long long deadline;
    struct raw raw;

    (void)state;
    memset(bytes + len, 'x', BYTES - len);
    system_start(NULL);
    system_open(&raw);
    assert_true(raw_send(&raw, bytes, BYTES));
    deadline = now_ms() + PATIENCE_MS;
    while (system_not_taken(&raw) > 0) {
        if (now_ms() > deadline)
            fail_msg("%lu bytes lie unread behind the last request",
                     system_not_taken(&raw));
        a_moment();
    }
    talk_expect(system_hear(&raw), 200);
}

static const char long_body[] = "POST /todos HTTP/1.1\r\n"
                                "Host: localhost\r\n"
                                "Content-Type: application/json\r\n"
                                "Content-Length: 60000\r\n"
                                "\r\n";

/* Sends a byte, unless it has been cut off; a moment passes. */
static void drip(struct raw *raw)
{
    if (raw->fd < 0)
        return;
    if (raw_readable(raw, DRIP_MS) || !raw_send_text(raw, " "))
        raw_close(raw);
}

/* As many as there are threads, where a body keeps one, send a byte now and
 * then and never come to an end. */
static void bodies_that_drip_leave_room_for_others(void **state)
{
    static const char *const sync[] = {"--body-timeout", "10", "--threads", "4",
                                       NULL};
    static const char *const async[] = {"--body-timeout", "10", NULL};
    long long deadline = now_ms() + PATIENCE_MS;
    struct raw drips[DRIPS];

    (void)state;
    system_start(system_is_sync() ? sync : async);
    gate_open(&system_gate, &system_server);
    for (int i = 0; i < DRIPS; i++)
        system_ask(&drips[i], long_body);
    gate_await_waiting(&system_gate, "client.body", DRIPS);
    while (talk_get(system_server.port, "/todos", NULL) != 200) {
        if (now_ms() > deadline)
            fail_msg("%d bodies drip, and no other is served", DRIPS);
        for (int i = 0; i < DRIPS; i++)
            drip(&drips[i]);
        server_pass_time(&system_server, 4);
    }
    for (int i = 0; i < DRIPS; i++)
        raw_close(&drips[i]);
}

int system_queues(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(searches_that_stand_still_hold_up_no_write),
        SYSTEM_CASE(searches_that_stand_still_hold_up_no_read),
        SYSTEM_CASE(searches_that_stand_still_take_no_reader),
        SYSTEM_CASE(writes_that_stand_still_hold_up_no_read),
        SYSTEM_CASE(as_many_reads_stand_at_the_disk_as_there_are_readers),
        SYSTEM_CASE(a_reader_that_stands_still_keeps_no_more_than_its_group),
        SYSTEM_CASE(requests_behind_one_that_waits_are_not_gathered),
        SYSTEM_CASE(requests_kept_behind_one_that_waits_are_all_answered),
        SYSTEM_CASE(what_comes_behind_the_last_request_is_taken),
        SYSTEM_CASE(bodies_that_drip_leave_room_for_others),
    };

    return GROUP("who waits behind whom", cases, NULL, NULL);
}
