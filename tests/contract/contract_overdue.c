/*
 * Level 8: overdue=, which todos should have been done by now.
 *
 * What is late has been so for years, or is not late for years to come.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

static void create_all(struct api *api)
{
    (void)api_create(api, "{'title':'late','due_at':'2001-01-01T00:00:00Z'}");
    (void)api_create(api, "{'title':'in-time','due_at':'9999-01-01T00:00:00Z'"
                          "}");
    (void)api_create(api, "{'title':'done','due_at':'2001-01-01T00:00:00Z',"
                          "'completed':true}");
    (void)api_create(api, "{'title':'none'}");
    (void)api_create(api, "{'title':'later','due_at':'0001-01-01T00:00:00Z'}");
}

static void overdue_is_what_is_open_and_late(void **state)
{
    create_all(*state);
    expect_titles(api_get(*state, "/todos?overdue=true"), "late later");
    expect_titles(api_get(*state, "/todos?overdue=false"), "in-time done none");
}

static void overdue_goes_with_the_other_parameters(void **state)
{
    create_all(*state);
    expect_titles(api_get(*state, "/todos?overdue=true&sort=due_at"),
                  "later late");
    expect_titles(api_get(*state, "/todos?overdue=true&q=r"), "later");
    expect_titles(api_get(*state, "/todos?overdue=true&completed=true"), "");
    expect_titles(api_get(*state, "/todos?overdue=false&completed=false"),
                  "in-time none");
    expect_titles(api_get(*state, "/todos?overdue=false&sort=-due_at&limit=2"),
                  "in-time done");
}

static void what_is_completed_or_put_off_is_not_overdue(void **state)
{
    long long id =
        api_create(*state, "{'title':'a','due_at':'2001-01-01T00:00:00Z'}");

    expect_titles(api_get(*state, "/todos?overdue=true"), "a");
    (void)expect_todo(api_patch(*state, id, "{'completed':true}"), 200);
    expect_titles(api_get(*state, "/todos?overdue=true"), "");
    (void)expect_todo(api_patch(*state, id, "{'completed':false}"), 200);
    expect_titles(api_get(*state, "/todos?overdue=true"), "a");
    (void)expect_todo(
        api_patch(*state, id, "{'due_at':'9999-01-01T00:00:00Z'}"), 200);
    expect_titles(api_get(*state, "/todos?overdue=true"), "");
}

/* The target of the next link; the case fails when there is none. */
static void write_next(const struct answer *answer, char target[LINK_MAX])
{
    const char *begin = strstr(answer->http.head, "/todos?limit=");
    const char *end = begin ? strchr(begin, '>') : NULL;

    if (!end)
        fail_answer(answer, "a Link to the next page");
    (void)snprintf(target, LINK_MAX, "%.*s", (int)(end - begin), begin);
}

static void the_next_page_asks_for_the_overdue_too(void **state)
{
    char target[LINK_MAX];
    char other[LINK_MAX + 32];
    const struct answer *answer;

    create_all(*state);
    answer = api_get(*state, "/todos?overdue=true&limit=1");
    expect_titles(answer, "late");
    write_next(answer, target);
    (void)snprintf(other, sizeof other, "%s&overdue=true", target);
    expect_titles(api_get(*state, target), "later");
    expect_titles(api_get(*state, other), "later");
    (void)snprintf(other, sizeof other, "%s&overdue=false", target);
    expect_faults(api_get(*state, other), "after");
}

static void overdue_other_than_true_or_false_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?overdue=1"), "overdue");
    expect_faults(api_get(*state, "/todos?overdue=TRUE"), "overdue");
    expect_faults(api_get(*state, "/todos?overdue=null"), "overdue");
    expect_faults(api_get(*state, "/todos?overdue="), "overdue");
    expect_faults(api_get(*state, "/todos?overdue"), "overdue");
    expect_faults(api_get(*state, "/todos?overdue=true&overdue=true"),
                  "overdue");
    expect_faults(api_get(*state, "/todos?overdue=x&completed=y"),
                  "overdue completed");
}

static void overdue_is_a_parameter_of_the_list_alone(void **state)
{
    create_all(*state);
    expect_faults(api_delete(*state, "/todos?overdue=true"), "overdue");
    expect_faults(api_get(*state, "/todos/export?overdue=true"), "overdue");
    expect_faults(
        api_send(*state, "POST", "/todos?overdue=true", NULL, "{'title':'a'}"),
        "overdue");
    expect_titles(api_get(*state, "/todos"), "late in-time done none later");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(overdue_is_what_is_open_and_late),
    cmocka_unit_test(overdue_goes_with_the_other_parameters),
    cmocka_unit_test(what_is_completed_or_put_off_is_not_overdue),
    cmocka_unit_test(the_next_page_asks_for_the_overdue_too),
    cmocka_unit_test(overdue_other_than_true_or_false_is_422),
    cmocka_unit_test(overdue_is_a_parameter_of_the_list_alone),
};

const struct group overdue_group = GROUP(LEVEL_REMINDERS, "overdue", cases);
