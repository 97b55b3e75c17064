#include "limits_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/support/account.h"

void limits_start(const char *rate)
{
    const char *args[] = {"--rate-limit", rate, NULL};

    system_start(args);
}

void limits_start_with_auth(const char *rate)
{
    const char *args[] = {"--auth", "--rate-limit", rate, NULL};

    system_start(args);
}

void limits_open(struct raw *raw, const char *from)
{
    raw_open_from(raw, from, "127.0.0.1", system_server.port);
}

int limits_talk(const char *from, const char *request,
                struct raw_answer *answer)
{
    struct raw_answer own;
    struct raw raw;
    int status;

    limits_open(&raw, from);
    talk_send(&raw, request);
    (void)raw_read_answer(&raw, answer ? answer : &own, false);
    status = answer ? answer->status : own.status;
    if (!answer)
        raw_answer_release(&own);
    raw_close(&raw);
    return status;
}

int limits_ask(const char *from, const char *line, const char *token)
{
    char request[TALK_MAX];

    account_write_request(request, line, token, NULL);
    return limits_talk(from, request, NULL);
}

int limits_passed(const char *from, const char *token, int asked)
{
    char request[TALK_MAX];
    size_t len;
    char *all;
    struct raw raw;
    int passed = 0;

    account_write_request(request, "GET /todos", token, NULL);
    len = strlen(request);
    all = malloc((size_t)asked * len);
    assert_non_null(all);
    for (int i = 0; i < asked; i++)
        memcpy(all + (size_t)i * len, request, len);
    limits_open(&raw, from);
    assert_true(raw_send(&raw, all, (size_t)asked * len));
    free(all);
    for (int i = 0; i < asked; i++) {
        struct raw_answer answer;

        (void)raw_read_answer(&raw, &answer, false);
        if (answer.status != 200)
            talk_expect(answer.status, 429);
        passed += answer.status == 200;
        raw_answer_release(&answer);
    }
    raw_close(&raw);
    return passed;
}
