/*
 * Level 3: PATCH /todos/{id} is a JSON Merge Patch (RFC 7396): a value sets, a
 * null resets, what is omitted stays.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

#define FULL                                                                   \
    "{'title':'milk','completed':true,'order':5,"                              \
    "'due_at':'2030-01-01T00:00:00Z'}"

enum { CHANGES_MAX = 100000 };

static void patch_changes_only_what_it_names(void **state)
{
    long long id = api_create(*state, FULL);
    const struct answer *answer = api_patch(*state, id, "{'order':6}");

    if (expect_todo(answer, 200) != id)
        fail_answer(answer, "the same id %lld", id);
    expect_member(answer, "order", "6");
    expect_member(answer, "title", "'milk'");
    expect_member(answer, "completed", "true");
    expect_member(answer, "due_at", "'2030-01-01T00:00:00.000Z'");
}

static void patch_can_change_each_member(void **state)
{
    long long id = api_create(*state, FULL);
    const struct answer *answer;

    (void)expect_todo(api_patch(*state, id, "{'title':'tea'}"), 200);
    (void)expect_todo(api_patch(*state, id, "{'completed':false}"), 200);
    (void)expect_todo(api_patch(*state, id, "{'order':-1}"), 200);
    (void)expect_todo(
        api_patch(*state, id, "{'due_at':'2031-01-01T00:00:00Z'}"), 200);
    answer = api_get_todo(*state, id);
    (void)expect_todo(answer, 200);
    expect_member(answer, "title", "'tea'");
    expect_member(answer, "completed", "false");
    expect_member(answer, "order", "-1");
    expect_member(answer, "due_at", "'2031-01-01T00:00:00.000Z'");
}

static void patch_with_null_resets(void **state)
{
    long long id = api_create(*state, FULL);
    const struct answer *answer =
        api_patch(*state, id, "{'completed':null,'order':null,'due_at':null}");

    (void)expect_todo(answer, 200);
    expect_member(answer, "completed", "false");
    expect_member(answer, "order", "null");
    expect_member(answer, "due_at", "null");
    expect_member(answer, "title", "'milk'");
}

static void patch_with_title_null_is_422(void **state)
{
    long long id = api_create(*state, FULL);

    expect_faults(api_patch(*state, id, "{'title':null}"), "/title");
}

static void patch_obeys_the_rules_of_the_members(void **state)
{
    long long id = api_create(*state, FULL);

    expect_faults(api_patch(*state, id, "{'title':''}"), "/title");
    expect_faults(api_patch(*state, id, "{'title':'a\\u0000'}"), "/title");
    expect_faults(api_patch(*state, id, "{'completed':1}"), "/completed");
    expect_faults(api_patch(*state, id, "{'order':9007199254740992}"),
                  "/order");
    expect_faults(api_patch(*state, id, "{'due_at':'2030-02-29T00:00:00Z'}"),
                  "/due_at");
    expect_faults(api_patch(*state, id, "{'order':{'a':1}}"), "/order");
}

static void patch_with_unknown_member_is_422_also_when_null(void **state)
{
    long long id = api_create(*state, FULL);

    expect_faults(api_patch(*state, id, "{'colour':1}"), "/colour");
    expect_faults(api_patch(*state, id, "{'colour':null}"), "/colour");
}

static void patch_ignores_read_only_members(void **state)
{
    const struct answer *answer = api_post(*state, FULL);
    long long id = expect_todo(answer, 201);
    char etag[ETAG_MAX];

    expect_etag(answer, etag);
    answer = api_patch(*state, id,
                       "{'id':null,'url':5,'created_at':null,"
                       "'updated_at':{'a':[]}}");
    if (expect_todo(answer, 200) != id)
        fail_answer(answer, "the same id %lld", id);
    expect_field(answer, "ETag", etag);
}

static void patch_tells_every_fault_at_once(void **state)
{
    long long id = api_create(*state, FULL);

    expect_faults(api_patch(*state, id,
                            "{'title':'  ','completed':'no',"
                            "'order':0.5,'due_at':1,'x':null}"),
                  "/title /completed /order /due_at /x");
}

static void refused_patch_changes_nothing(void **state)
{
    const struct answer *answer = api_post(*state, FULL);
    long long id = expect_todo(answer, 201);
    char etag[ETAG_MAX];

    expect_etag(answer, etag);
    expect_problem(api_patch(*state, id, "{'title':'tea','order':1.5}"), 422);
    answer = api_get_todo(*state, id);
    expect_field(answer, "ETag", etag);
    expect_member(answer, "title", "'milk'");
}

static void patch_of_an_unknown_todo_is_404(void **state)
{
    long long id = api_create(*state, FULL);

    expect_problem(api_patch(*state, id + 1, "{'title':'tea'}"), 404);
}

static void patch_may_be_plain_json(void **state)
{
    long long id = api_create(*state, FULL);
    const struct answer *answer =
        api_send(*state, "PATCH", api_path(*state, id),
                 "Content-Type: application/json", "{'title':'tea'}");

    (void)expect_todo(answer, 200);
    expect_member(answer, "title", "'tea'");
}

static void check_keeps_etag(struct api *api, const char *patch)
{
    const struct answer *answer = api_post(api, FULL);
    long long id = expect_todo(answer, 201);
    char etag[ETAG_MAX];
    char updated[64];

    expect_etag(answer, etag);
    (void)snprintf(updated, sizeof updated, "'%s'",
                   expect_text(answer, "updated_at"));
    answer = api_patch(api, id, patch);
    (void)expect_todo(answer, 200);
    expect_field(answer, "ETag", etag);
    expect_member(answer, "updated_at", updated);
}

static void empty_patch_keeps_etag_and_updated_at(void **state)
{
    check_keeps_etag(*state, "{}");
}

static void patch_that_changes_nothing_keeps_etag_and_updated_at(void **state)
{
    check_keeps_etag(*state, "{'title':'milk'}");
    check_keeps_etag(*state, "{'order':50e-1}");
    check_keeps_etag(*state, "{'due_at':'2029-12-31T19:00:00.0004-05:00'}");
}

static void patch_gives_a_new_etag(void **state)
{
    const struct answer *answer = api_post(*state, FULL);
    long long id = expect_todo(answer, 201);
    char before[ETAG_MAX];
    char after[ETAG_MAX];

    expect_etag(answer, before);
    answer = api_patch(*state, id, "{'completed':false}");
    (void)expect_todo(answer, 200);
    expect_etag(answer, after);
    if (strcmp(before, after) == 0)
        fail_answer(answer, "an ETag other than %s", before);
}

static void a_change_and_its_undoing_give_new_etags(void **state)
{
    const struct answer *answer = api_post(*state, "{'title':'milk'}");
    long long id = expect_todo(answer, 201);
    char first[ETAG_MAX];
    char last[ETAG_MAX];

    expect_etag(answer, first);
    (void)expect_todo(api_patch(*state, id, "{'title':'tea'}"), 200);
    answer = api_patch(*state, id, "{'title':'milk'}");
    (void)expect_todo(answer, 200);
    expect_etag(answer, last);
    if (strcmp(first, last) == 0)
        fail_answer(answer, "an ETag other than the first, %s", first);
}

/* Changes the todo until its updated_at is later than `time`: the clock of the
 * server ticks in milliseconds, and may be asked several times in one. */
static void change_until_after(struct api *api, long long id, const char *time)
{
    for (int i = 0; i < CHANGES_MAX; i++) {
        const char *patch = i % 2 ? "{'order':1}" : "{'order':2}";
        const struct answer *answer = api_patch(api, id, patch);

        (void)expect_todo(answer, 200);
        if (strcmp(expect_text(answer, "updated_at"), time) > 0)
            return;
    }
    fail_answer(&api->answer, "an updated_at after %s", time);
}

static void a_change_moves_updated_at_and_its_sort(void **state)
{
    long long a = api_create(*state, "{'title':'a'}");
    const struct answer *answer = api_post(*state, "{'title':'b'}");
    char time[64];

    (void)expect_todo(answer, 201);
    (void)snprintf(time, sizeof time, "%s", expect_text(answer, "updated_at"));
    change_until_after(*state, a, time);
    expect_titles(api_get(*state, "/todos?sort=updated_at"), "b a");
    expect_titles(api_get(*state, "/todos?sort=-updated_at"), "a b");
    expect_titles(api_get(*state, "/todos?sort=created_at"), "a b");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(patch_changes_only_what_it_names),
    cmocka_unit_test(patch_can_change_each_member),
    cmocka_unit_test(patch_with_null_resets),
    cmocka_unit_test(patch_with_title_null_is_422),
    cmocka_unit_test(patch_obeys_the_rules_of_the_members),
    cmocka_unit_test(patch_with_unknown_member_is_422_also_when_null),
    cmocka_unit_test(patch_ignores_read_only_members),
    cmocka_unit_test(patch_tells_every_fault_at_once),
    cmocka_unit_test(refused_patch_changes_nothing),
    cmocka_unit_test(patch_of_an_unknown_todo_is_404),
    cmocka_unit_test(patch_may_be_plain_json),
    cmocka_unit_test(empty_patch_keeps_etag_and_updated_at),
    cmocka_unit_test(patch_that_changes_nothing_keeps_etag_and_updated_at),
    cmocka_unit_test(patch_gives_a_new_etag),
    cmocka_unit_test(a_change_and_its_undoing_give_new_etags),
    cmocka_unit_test(a_change_moves_updated_at_and_its_sort),
};

const struct group patch_group = GROUP(LEVEL_CHANGE_AND_DELETE, "patch", cases);
