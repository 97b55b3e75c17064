/*
 * Level 10: no list, page, search, export or count has a todo of another user.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "theirs.h"
#include "wire.h"

static void lists_hold_no_todo_of_another(void **state)
{
    static const char *const targets[] = {
        "/todos",
        "/todos?limit=1000",
        "/todos?sort=-id",
        "/todos?sort=order",
        "/todos?sort=-due_at",
        "/todos?sort=created_at",
        "/todos?sort=-updated_at",
        "/todos?completed=true",
        "/todos?completed=false",
        "/todos?q=the",
        "/todos?q=theirs",
        "/todos?overdue=true",
        "/todos?q=e&sort=-order&completed=true"};
    struct api *api = *state;
    struct user theirs;

    (void)make_theirs(api, &theirs,
                      "{'title':'theirs','completed':true,'order':1,"
                      "'due_at':'2000-01-01T00:00:00Z'}");
    as_theirs(api, &theirs);
    (void)api_create(api, "{'title':'these','due_at':'2000-01-01T00:00:00Z'}");
    as_mine(api);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        const struct answer *answer = api_get(api, targets[i]);

        if (strstr(targets[i], "overdue") && answer->http.status == 422)
            continue; /* with the clock's lesson */
        expect_titles(answer, "");
        expect_no_field(answer, "Link");
    }
    expect_unharmed(api, &theirs, "theirs these");
}

/* Todos of both lie by turns, whatever the order. */
static void pages_pass_over_the_todos_of_another(void **state)
{
    static const struct {
        const char *target;
        const char *titles[3];
    } lists[] = {
        {"/todos?limit=1", {"m0", "m1", "m2"}},
        {"/todos?limit=1&sort=-id", {"m2", "m1", "m0"}},
        {"/todos?limit=1&sort=order", {"m0", "m1", "m2"}},
        {"/todos?limit=1&sort=-created_at&q=m", {"m2", "m1", "m0"}},
        {"/todos?limit=1&completed=false", {"m0", "m1", "m2"}},
    };
    struct api *api = *state;
    struct user theirs;

    user_make(api, &theirs);
    for (int i = 0; i < 3; i++) {
        char body[64];

        (void)snprintf(body, sizeof body, "{'title':'m%d','order':%d}", i,
                       2 * i);
        (void)api_create(api, body);
        as_theirs(api, &theirs);
        (void)snprintf(body, sizeof body, "{'title':'not m%d','order':%d}", i,
                       2 * i + 1);
        (void)api_create(api, body);
        as_mine(api);
    }
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++) {
        char target[LINK_MAX];

        (void)snprintf(target, sizeof target, "%s", lists[i].target);
        for (int page = 0; page < 3; page++) {
            const struct answer *answer = api_get(api, target);

            expect_titles(answer, lists[i].titles[page]);
            if (expect_next_page(answer, target) != (page < 2))
                fail_answer(answer, "three pages in all");
        }
    }
}

/* It says where a page begins, and not whose todos are there. */
static void cursor_of_another_opens_no_page_of_theirs(void **state)
{
    struct api *api = *state;
    struct user theirs;
    char target[LINK_MAX];

    (void)make_theirs(api, &theirs, "{'title':'theirs'}");
    as_theirs(api, &theirs);
    (void)api_create(api, "{'title':'second'}");
    assert_true(expect_next_page(api_get(api, "/todos?limit=1"), target));
    as_mine(api);
    (void)api_create(api, "{'title':'mine'}");
    const struct answer *answer = api_get(api, target);

    if (answer->http.status != 422)
        expect_titles(answer, "mine");
}

static void exports_hold_no_todo_of_another(void **state)
{
    struct api *api = *state;
    struct user theirs;
    const struct answer *answer;

    (void)make_theirs(api, &theirs, "{'title':'theirs'}");
    answer = wire_ask_line(api, "GET", "/todos/export", "");
    expect_status(answer, 200);
    assert_int_equal(answer->http.body_len, 0);
    (void)api_create(api, "{'title':'mine'}");
    as_theirs(api, &theirs);
    (void)api_create(api, "{'title':'theirs too'}");
    as_mine(api);
    answer = wire_ask_line(api, "GET", "/todos/export", "");
    expect_status(answer, 200);
    if (!strstr(answer->http.body, "\"mine\"") ||
        strstr(answer->http.body, "theirs"))
        fail_answer(answer, "the todo of its user, and no other");
}

static void expect_total(const struct answer *answer, const char *total,
                         const char *overdue)
{
    expect_status(answer, 200);
    expect_member(answer, "total", total);
    expect_member(answer, "overdue", overdue);
}

static void stats_count_no_todo_of_another(void **state)
{
    struct api *api = *state;
    struct user theirs;

    (void)make_theirs(api, &theirs,
                      "{'title':'theirs','due_at':'2001-01-01T00:00:00Z'}");
    expect_total(api_get(api, "/todos/stats"), "0", "0");
    (void)api_create(api, "{'title':'mine'}");
    (void)api_create(api, "{'title':'mine too'}");
    expect_total(api_get(api, "/todos/stats"), "2", "0");
    as_theirs(api, &theirs);
    expect_total(api_get(api, "/todos/stats"), "1", "1");
    as_mine(api);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(lists_hold_no_todo_of_another),
    cmocka_unit_test(pages_pass_over_the_todos_of_another),
    cmocka_unit_test(cursor_of_another_opens_no_page_of_theirs),
    cmocka_unit_test(exports_hold_no_todo_of_another),
    cmocka_unit_test(stats_count_no_todo_of_another),
};

const struct group owned_lists_group =
    GROUP(LEVEL_ACCOUNTS, "lists of an owner", cases);
