/*
 * tests/system/locks.c - two requests that need the same two locks both go on,
 * wherever one of them is when the other one comes.
 * Threads: one.   Blocks: on the server of the case.
 */
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"

static void ask(struct raw *client, const char *path)
{
    char request[TALK_MAX];

    talk_write_get(request, path);
    system_ask(client, request);
}

static void open_stream(struct raw *stream)
{
    struct raw_answer head;

    ask(stream, "/todos/events");
    assert_true(raw_read_head(stream, &head));
    raw_answer_release(&head);
}

/* Where no lock is taken while another one is held, nobody comes to the gates
 * between two of them, and is answered. Where only the scrape holds one, the
 * stream is told of the write. */
static void a_write_and_a_scrape_both_go_on(void **state)
{
    struct gate scraper, writer;
    struct raw stream, scrape, write;
    struct raw_answer answer;

    (void)state;
    system_start(NULL);
    open_stream(&stream);
    system_hold_at("store.commit");
    gate_hold(&scraper, &system_server, "feed.lock");
    gate_hold(&writer, &system_server, "keeper.lock");
    system_ask_post(&write, "amid a scrape");
    gate_await(&system_gate, 1);
    ask(&scrape, "/metrics");
    gate_await_or(&scraper, &system_server, scrape.fd, -1);
    gate_release(&system_gate);
    gate_await_or(&writer, &system_server, write.fd, stream.fd);
    gate_release(&scraper);
    gate_release(&writer);
    talk_expect(system_hear(&write), 201);
    assert_true(raw_read_answer(&scrape, &answer, false));
    assert_non_null(strstr(answer.body, "\ntodo_streams 1\n"));
    raw_answer_release(&answer);
    raw_close(&scrape);
    raw_close(&stream);
}

int system_locks(void)
{
    const struct CMUnitTest cases[] = {
        SYSTEM_CASE(a_write_and_a_scrape_both_go_on),
    };

    return GROUP("locks", cases, NULL, NULL);
}
