#include "bearer.h"

#include <stdio.h>
#include <string.h>

#include "expect.h"
#include "tests/cmocka_all.h"

#define INVALID "error=\"invalid_token\""

void bearer_expect_challenge(const struct answer *answer, bool was_sent)
{
    char challenge[256] = "";

    expect_status(answer, 401);
    (void)http_field(&answer->http, "WWW-Authenticate", challenge,
                     sizeof challenge);
    if (strncmp(challenge, "Bearer", strlen("Bearer")) != 0)
        fail_answer(answer, "WWW-Authenticate: Bearer");
    if (was_sent != (strstr(challenge, INVALID) != NULL))
        fail_answer(answer, "WWW-Authenticate: Bearer %s " INVALID,
                    was_sent ? "with" : "without");
}

const struct answer *bearer_get(struct api *api, const char *authorization)
{
    char field[BEARER_MAX + 32];

    (void)snprintf(field, sizeof field, "Authorization: %s", authorization);
    return api_send(api, "GET", "/todos", field, NULL);
}

void bearer_expect_refused(struct api *api, const char *token)
{
    char value[BEARER_MAX];
    const struct answer *answer;

    assert_true(strlen(token) < sizeof value - sizeof "Bearer ");
    (void)snprintf(value, sizeof value, "Bearer %s", token);
    answer = bearer_get(api, value);
    expect_problem(answer, 401);
    bearer_expect_challenge(answer, true);
}

char *bearer_own_token(struct api *api, char token[HTTP_TOKEN_MAX])
{
    (void)snprintf(token, HTTP_TOKEN_MAX, "%s", api->token);
    expect_titles(api_get(api, "/todos"), "");
    return token;
}
