/*
 * Level 10: a reminder is told to the owner of its todo, and to nobody else.
 */
#include "api.h"
#include "cases.h"
#include "events.h"
#include "expect.h"
#include "user.h"

/* The other's todo is due first, and so is told first. */
static void a_reminder_is_told_to_its_owner_alone(void **state)
{
    struct api *api = *state;
    char data[EVENTS_DATA_MAX];
    const struct answer *answer;
    struct user theirs;

    events_open(api, "");
    user_make(api, &theirs);
    api_use_token(api, theirs.token);
    (void)api_create(api, "{'title':'a','due_at':'2001-01-01T00:00:00Z'}");
    api_use_token(api, api->token);
    answer = api_post(api, "{'title':'b','due_at':'2002-01-01T00:00:00Z'}");
    events_write_data(answer, expect_todo(answer, 201), data);
    (void)events_expect(api, "created", data);
    (void)events_expect(api, "due", data);
}

static void the_overdue_of_another_are_not_listed(void **state)
{
    struct api *api = *state;
    struct user theirs;

    (void)api_create(api, "{'title':'a','due_at':'2001-01-01T00:00:00Z'}");
    user_make(api, &theirs);
    api_use_token(api, theirs.token);
    expect_titles(api_get(api, "/todos?overdue=true"), "");
    (void)api_create(api, "{'title':'b','due_at':'2001-01-01T00:00:00Z'}");
    expect_titles(api_get(api, "/todos?overdue=true"), "b");
    api_use_token(api, api->token);
    expect_titles(api_get(api, "/todos?overdue=true"), "a");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(a_reminder_is_told_to_its_owner_alone),
    cmocka_unit_test(the_overdue_of_another_are_not_listed),
};

const struct group due_owners_group =
    GROUP(LEVEL_ACCOUNTS, "owners of reminders", cases);
