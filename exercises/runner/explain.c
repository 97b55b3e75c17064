/*
 * exercises/runner/explain.c - why nothing goes on: who waits, for what, on
 *                              which thread, and who holds it.
 *
 * Below a folder there are sockets of servers (common/base/gates.h). Each
 * server is asked for its marks; it answers on a thread of its own, also when
 * the loop or all the others stand still.
 */
#define _XOPEN_SOURCE 700 /* NOLINT: nftw(3) */
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "runner.h"
#include "tests/support/steer.h"
#include "trace.h"

enum { MAX_DEPTH = 8, SHOWN = 8 };

static int servers_found;

/* A label in words. */
static const char *in_words(const char *label)
{
    static const char *const words[][2] = {
        {"client.body", "the client to send the body"},
        {"client.send", "the client to take the answer"},
        {"keeper.read", "its turn to read"},
        {"keeper.write", "its turn to write"},
        {"store.lock", "the lock of the database"},
        {"store.read", "the disk, to read"},
        {"store.commit", "the disk, to commit"},
        {"upstream.answer", "another server to answer"},
        {"feed.event", "something to happen"},
        {"feed.lock", "the lock of the feed"},
        {"keeper.lock", "the lock of the keeper"},
        {"hash.wait", "a processor, for the hash of its password"},
        {"hash.work", "its hash to begin"},
        {"hash.done", "its hash to be given back"},
        {"limit.take", "its turn to be counted"},
        {"limit.note", "its count to be noted"},
        {"flight.wait", "the next count"},
        {"count.done", "its count to be told"},
        {"due.wait", "the time at which the next todo is due"},
        {"due.found", "its turn to tell what is due"},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcmp(words[i][0], label) == 0)
            return words[i][1];
    return label;
}

static void explain_request(const struct lane *lane, int64_t now)
{
    const struct frame *at = lane_now(lane);

    (void)printf("  request #%u (%s) ", lane->request, lane->name);
    if (!at) {
        (void)printf("is on its way between two threads,\n    "
                     "or waits for something that sets no mark");
    } else if (at->kind == SPAN_WORKS) {
        (void)printf("is worked at on thread %s", at->thread);
    } else {
        (void)printf("waits for %s\n    (%s), ", in_words(at->label),
                     at->label);
        (void)printf(at->kind == SPAN_STANDS ? "and thread %s stands there"
                                             : "put aside by thread %s",
                     at->thread);
    }
    (void)printf(", for %.1f s\n", (double)(now - lane->since) / 1e9);
    if (lane->query[0]) /* which of many lists it is */
        (void)printf("    its query: %s\n", lane->query);
}

static void explain_thread(const struct lane *lane)
{
    const struct frame *at = lane_now(lane);

    if (!at || at->kind != SPAN_STANDS)
        return;
    (void)printf("  thread %s stands still at %s,\n    for request #%u: ",
                 lane->name, at->label, at->request);
    if (at->held)
        (void)printf("a gate of the check holds it\n");
    else if (strcmp(at->label, "store.lock") == 0)
        (void)printf("another program holds the database\n");
    else
        (void)printf("it waits for %s\n", in_words(at->label));
    if (strcmp(lane->name, "loop") == 0)
        (void)printf("    and while the loop stands, nobody else is served\n");
}

static void explain_trace(const struct trace *trace, int64_t now)
{
    size_t waiting = 0, answered = 0;

    for (size_t i = 0; i < trace->count; i++) {
        const struct lane *lane = &trace->lanes[i];

        answered += lane->request > 0 && lane->ended > 0;
        if (lane->request == 0 || lane->ended > 0)
            continue;
        if (waiting++ < SHOWN)
            explain_request(lane, now);
    }
    if (waiting > SHOWN)
        (void)printf("  and %zu more\n", waiting - SHOWN);
    for (size_t i = 0; i < trace->count; i++)
        if (trace->lanes[i].request == 0)
            explain_thread(&trace->lanes[i]);
    if (waiting == 0)
        (void)printf("  it has answered %zu request%s, and knows of no other: "
                     "what the check waits\n  for was never begun, or was "
                     "forgotten\n",
                     answered, answered == 1 ? "" : "s");
}

/* Asks one server, if this is the socket of one. Called by nftw. */
static int explain_server(const char *path, const struct stat *info, int type,
                          struct FTW *where)
{
    const char *name = path + where->base;
    size_t len = strlen(name);
    struct steer steer;
    struct trace trace = {0};
    FILE *marks = NULL;

    (void)info;
    (void)type;
    if (len < 6 || strcmp(name + len - 6, ".gates") != 0)
        return 0;
    servers_found++;
    (void)printf("%.*s\n", (int)strcspn(name, "."), name);
    if (!steer_open(&steer, path) || !(marks = tmpfile())) {
        (void)printf("  has ended\n");
    } else if (steer_trace(&steer, marks)) {
        rewind(marks);
        if (trace_read(&trace, marks))
            explain_trace(&trace, trace_now());
        trace_release(&trace);
    } else {
        (void)printf("  does not answer at its gates: it ends just now\n");
    }
    if (marks)
        (void)fclose(marks);
    steer_close(&steer);
    return 0;
}

int explain_command(int argc, char **argv)
{
    if (argc != 2) {
        (void)fprintf(stderr, "usage: learn-runner explain FOLDER\n");
        return 2;
    }
    if (nftw(argv[1], explain_server, MAX_DEPTH, FTW_PHYS) != 0) {
        perror(argv[1]);
        return 1;
    }
    if (servers_found == 0)
        (void)printf("no server runs: what the check started has ended\n");
    return 0;
}
