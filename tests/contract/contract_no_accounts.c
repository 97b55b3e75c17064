/*
 * Level 4: a server without accounts looks at no token.
 */
#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

static void without_accounts_a_token_is_not_looked_at(void **state)
{
    static const char *const fields[] = {
        "Authorization: Bearer x\r\n", "Authorization: Basic eDp4\r\n",
        "Authorization:\r\n",
        "Authorization: Bearer x\r\nAuthorization: Bearer y\r\n"};
    long long id = api_create(*state, "{'title':'a'}");

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        expect_titles(wire_ask_line(*state, "GET", "/todos", fields[i]), "a");
        (void)expect_todo(
            wire_ask_line(*state, "GET", api_path(*state, id), fields[i]), 200);
    }
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(without_accounts_a_token_is_not_looked_at),
};

const struct group no_accounts_group =
    GROUP(LEVEL_ERRORS, "no accounts", cases);
