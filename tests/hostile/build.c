#include "build.h"

#include <stdio.h>
#include <string.h>

#include "hostile.h"
#include "tests/cmocka_all.h"

static char bytes[5 * MIB];
static size_t len;

void begin(const char *text)
{
    len = 0;
    add(text);
}

void add(const char *text)
{
    size_t more = strlen(text);

    assert_true(len + more < sizeof bytes);
    memcpy(bytes + len, text, more + 1);
    len += more;
}

void add_times(const char *text, size_t times)
{
    while (times-- > 0)
        add(text);
}

void begin_get(void)
{
    begin("GET /healthz HTTP/1.1\r\nHost: localhost\r\n");
}

void begin_post(const char *body)
{
    char head[256];

    (void)snprintf(head, sizeof head,
                   "POST /todos HTTP/1.1\r\n"
                   "Host: localhost\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: %zu\r\n"
                   "\r\n",
                   strlen(body));
    begin(head);
    add(body);
}

int refused_with(void)
{
    struct raw raw;
    int status = 0;

    add("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n");
    hostile_open(&raw);
    (void)raw_send(&raw, bytes, len); /* it may be cut off before all is sent */
    assert_in_range(talk_read_all(&raw, &status, 1), 0, 1);
    raw_close(&raw);
    return status;
}

void is_refused_somehow(void)
{
    int status = refused_with();

    if (status != 0)
        assert_in_range(status, 400, 499);
}

void is_answered_with(int status)
{
    struct raw raw;
    struct raw_answer answer;

    hostile_open(&raw);
    for (int i = 0; i < 2; i++) {
        assert_true(raw_send(&raw, bytes, len));
        assert_true(raw_read_answer(&raw, &answer, false));
        assert_int_equal(answer.status, status);
        assert_false(answer.closes);
        raw_answer_release(&answer);
    }
    raw_close(&raw);
}
