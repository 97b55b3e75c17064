#include "gate.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "tests/cmocka_all.h"
#include "tests/support/patience.h"

enum { LINE_MAX_SIZE = 128 };

/* "/path/todo-async" is "todo-async". */
static const char *name_of(const char *program)
{
    const char *slash = strrchr(program, '/');

    return slash ? slash + 1 : program;
}

static void gate_open(struct gate *gate, const struct server *server)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int len;

    len = snprintf(address.sun_path, sizeof address.sun_path, "%s/%s-%ld.gates",
                   server->dir, name_of(server->program), (long)server->pid);
    assert_in_range(len, 1, sizeof address.sun_path - 1);
    gate->fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_true(gate->fd >= 0);
    assert_int_equal(
        connect(gate->fd, (struct sockaddr *)&address, sizeof address), 0);
    gate->in = fdopen(gate->fd, "r");
    assert_non_null(gate->in);
}

/* Says a line and reads the one that comes back; "" when none does. */
static void say(struct gate *gate, const char *line, char answer[LINE_MAX_SIZE])
{
    struct pollfd look = {.fd = gate->fd, .events = POLLIN};

    answer[0] = '\0';
    if (send(gate->fd, line, strlen(line), MSG_NOSIGNAL) > 0 &&
        poll(&look, 1, PATIENCE_MS) == 1)
        (void)fgets(answer, LINE_MAX_SIZE, gate->in); /* at EOF it stays "" */
}

bool gate_says_ok(struct gate *gate, const char *line)
{
    char answer[LINE_MAX_SIZE];

    say(gate, line, answer);
    return strcmp(answer, "ok\n") == 0;
}

static void must_say(struct gate *gate, const char *line)
{
    char answer[LINE_MAX_SIZE];

    say(gate, line, answer);
    if (strcmp(answer, "ok\n") != 0)
        fail_msg("the gates answer '%s' to '%s'", answer, line);
}

void gate_hold(struct gate *gate, const struct server *server,
               const char *label)
{
    char line[LINE_MAX_SIZE];

    gate->label = label;
    gate_open(gate, server);
    (void)snprintf(line, sizeof line, "hold %s\n", label);
    must_say(gate, line);
}

void gate_await(struct gate *gate, int count)
{
    char line[LINE_MAX_SIZE];

    (void)snprintf(line, sizeof line, "await %s %d\n", gate->label, count);
    must_say(gate, line);
}

void gate_await_waiting(struct gate *gate, const char *label, int count)
{
    char line[LINE_MAX_SIZE];

    (void)snprintf(line, sizeof line, "waiting %s %d\n", label, count);
    must_say(gate, line);
}

void gate_pass(struct gate *gate)
{
    char line[LINE_MAX_SIZE];

    (void)snprintf(line, sizeof line, "pass %s\n", gate->label);
    must_say(gate, line);
}

void gate_release(struct gate *gate)
{
    char line[LINE_MAX_SIZE], answer[LINE_MAX_SIZE];

    if (!gate->in)
        return;
    (void)snprintf(line, sizeof line, "release %s\n", gate->label);
    say(gate, line, answer);
    (void)fclose(gate->in); /* it was only read from */
    *gate = (struct gate){0};
}
