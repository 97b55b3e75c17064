#include "gate.h"

#include <poll.h>
#include <stdarg.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

static void must_say(struct gate *gate, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void must_say(struct gate *gate, const char *format, ...)
{
    char line[STEER_LINE_SIZE];
    va_list args;

    va_start(args, format);
    (void)vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (steer_say(&gate->steer, line))
        return;
    if (gate->steer.answer[0] == '\0')
        fail_msg("the server said nothing to this; it may have ended: %s",
                 line);
    fail_msg("the gates answer '%s' to this: %s", gate->steer.answer, line);
}

void gate_open(struct gate *gate, const struct server *server)
{
    char path[STEER_PATH_SIZE];

    gate->label = NULL;
    assert_true(
        steer_path(path, server->dir, server->program, (long)server->pid));
    if (!steer_open(&gate->steer, path))
        fail_msg("the server has no gates: it has ended, or is another build");
}

void gate_hold(struct gate *gate, const struct server *server,
               const char *label)
{
    gate_open(gate, server);
    gate->label = label;
    must_say(gate, "hold %s\n", label);
}

void gate_await(struct gate *gate, int count)
{
    must_say(gate, "await %s %d\n", gate->label, count);
}

void gate_await_waiting(struct gate *gate, const char *label, int count)
{
    must_say(gate, "waiting %s %d\n", label, count);
}

/* Asked on a connection of its own, as the answer may never come. */
void gate_await_or(const struct gate *gate, const struct server *server, int fd,
                   int other)
{
    struct gate asks;
    char line[STEER_LINE_SIZE];
    struct pollfd first[] = {{.fd = fd, .events = POLLIN},
                             {.fd = other, .events = POLLIN},
                             {.events = POLLIN}};

    gate_open(&asks, server);
    first[2].fd = fileno(asks.steer.in);
    (void)snprintf(line, sizeof line, "await %s 1\n", gate->label);
    assert_true(steer_ask(&asks.steer, line));
    assert_true(poll(first, 3, PATIENCE_MS) > 0);
    gate_release(&asks);
}

void gate_pass(struct gate *gate)
{
    must_say(gate, "pass %s\n", gate->label);
}

void gate_keep(struct gate *gate)
{
    must_say(gate, "keep %s\n", gate->label);
}

int gate_marks(struct gate *gate, const char *verb, char *threads, size_t size)
{
    char line[STEER_LINE_SIZE], thread[32], word[16], label[32];
    FILE *marks = tmpfile();
    size_t len = 0;
    int count = 0;

    assert_non_null(marks);
    assert_true(steer_trace(&gate->steer, marks));
    rewind(marks);
    threads[0] = '\0';
    while (fgets(line, sizeof line, marks)) {
        if (sscanf(line, "%*s %31s %*s %15s %31s", thread, word, label) != 3 ||
            strcmp(word, verb) != 0 || strcmp(label, gate->label) != 0)
            continue;
        if (len < size)
            len += (size_t)snprintf(threads + len, size - len, "%s%s",
                                    count > 0 ? ", " : "", thread);
        count++;
    }
    (void)fclose(marks); /* its end was read */
    return count;
}

void gate_release(struct gate *gate)
{
    char line[STEER_LINE_SIZE];

    if (!gate->steer.in)
        return;
    if (gate->label) {
        (void)snprintf(line, sizeof line, "release %s\n", gate->label);
        (void)steer_say(&gate->steer, line); /* it may have been killed */
    }
    steer_close(&gate->steer);
}
