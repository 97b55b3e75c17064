/*
 * Level 1: one case that says in four lines what a client builds on. Others ask
 * more; this one is where exercise 01 shows what a case is worth.
 */
#include "api.h"
#include "cases.h"
#include "expect.h"

static void a_create_keeps_its_promises(void **state)
{
    const struct answer *answer = api_post(*state, "{'title':'milk'}");

    expect_status(answer, 201);
    expect_field(answer, "Location", expect_text(answer, "url"));
    expect_member(answer, "completed", "false");
    expect_status(api_post(*state, "{'title':"), 400);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(a_create_keeps_its_promises),
};

const struct group promises_group =
    GROUP(LEVEL_CREATE_AND_READ, "promises", cases);
