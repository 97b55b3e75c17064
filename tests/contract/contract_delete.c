/*
 * Level 3: DELETE of one todo, of all, and of those that a filter names; and an
 * id that was ever answered is never used again.
 */
#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "expect.h"
#include "wire.h"

static void delete_is_204_without_body(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");

    expect_status(wire_ask_line(*state, "DELETE", api_path(*state, id), ""),
                  204);
    wire_expect_no_body(*state);
}

static void deleted_todo_is_404(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");

    expect_status(api_delete_todo(*state, id), 204);
    expect_problem(api_get_todo(*state, id), 404);
    expect_problem(api_put(*state, id, "{'title':'tea'}"), 404);
    expect_problem(api_patch(*state, id, "{'title':'tea'}"), 404);
    expect_problem(api_delete_todo(*state, id), 404);
    expect_titles(api_get(*state, "/todos"), "");
}

static void delete_takes_no_other_todo(void **state)
{
    long long id;

    (void)api_create(*state, "{'title':'a'}");
    id = api_create(*state, "{'title':'b'}");
    (void)api_create(*state, "{'title':'c'}");
    expect_status(api_delete_todo(*state, id), 204);
    expect_titles(api_get(*state, "/todos"), "a c");
}

static void delete_all_takes_all(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    (void)api_create(*state, "{'title':'b','completed':true}");
    expect_status(wire_ask_line(*state, "DELETE", "/todos", ""), 204);
    wire_expect_no_body(*state);
    expect_titles(api_get(*state, "/todos"), "");
}

static void delete_all_of_none_is_204(void **state)
{
    expect_status(api_delete(*state, "/todos"), 204);
    expect_status(api_delete(*state, "/todos?completed=true"), 204);
}

static void delete_completed_takes_only_those(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    (void)api_create(*state, "{'title':'b','completed':true}");
    (void)api_create(*state, "{'title':'c','completed':true}");
    expect_status(api_delete(*state, "/todos?completed=true"), 204);
    expect_titles(api_get(*state, "/todos"), "a");
}

static void delete_not_completed_takes_only_those(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    (void)api_create(*state, "{'title':'b','completed':true}");
    (void)api_create(*state, "{'title':'c'}");
    expect_status(api_delete(*state, "/todos?completed=false"), 204);
    expect_titles(api_get(*state, "/todos"), "b");
}

/* More than the 1,000 of one step. */
static void delete_by_filter_takes_more_than_a_step(void **state)
{
    const struct answer *answer;

    crowd_create(*state, 2100);
    expect_status(api_delete(*state, "/todos?completed=true"), 204);
    expect_titles(api_get(*state, "/todos?completed=true"), "");
    answer = api_get(*state, "/todos?completed=false&limit=1000");
    if (expect_todos(answer) != 1000)
        fail_answer(answer, "the 1050 that are not completed still there");
}

/* Creates a todo whose id must be none of those used, and notes it there. */
static void create_anew(struct api *api, long long *used, int count)
{
    long long id = api_create(api, "{'title':'a'}");

    for (int i = 0; i < count; i++)
        if (used[i] == id)
            fail_answer(&api->answer, "an id other than %lld, which was used",
                        id);
    used[count] = id;
}

static void ids_are_not_used_again_after_a_delete(void **state)
{
    long long used[6];

    for (int i = 0; i < 6; i++) {
        create_anew(*state, used, i);
        expect_status(api_delete_todo(*state, used[i]), 204);
    }
}

static void ids_are_not_used_again_after_delete_all(void **state)
{
    long long used[6];

    for (int i = 0; i < 6; i++) {
        create_anew(*state, used, i);
        if (i % 2)
            expect_status(api_delete(*state, "/todos"), 204);
    }
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(delete_is_204_without_body),
    cmocka_unit_test(deleted_todo_is_404),
    cmocka_unit_test(delete_takes_no_other_todo),
    cmocka_unit_test(delete_all_takes_all),
    cmocka_unit_test(delete_all_of_none_is_204),
    cmocka_unit_test(delete_completed_takes_only_those),
    cmocka_unit_test(delete_not_completed_takes_only_those),
    cmocka_unit_test(delete_by_filter_takes_more_than_a_step),
    cmocka_unit_test(ids_are_not_used_again_after_a_delete),
    cmocka_unit_test(ids_are_not_used_again_after_delete_all),
};

const struct group delete_group =
    GROUP(LEVEL_CHANGE_AND_DELETE, "delete", cases);
