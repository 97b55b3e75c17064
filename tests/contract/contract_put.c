/*
 * Level 3: PUT /todos/{id} replaces: what the body omits gets its default.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"

#define FULL                                                                   \
    "{'title':'milk','completed':true,'order':5,"                              \
    "'due_at':'2030-01-01T00:00:00Z'}"

static void put_is_200_with_the_todo(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");
    const struct answer *answer = api_put(*state, id, FULL);

    if (expect_todo(answer, 200) != id)
        fail_answer(answer, "the same id %lld", id);
    expect_member(answer, "completed", "true");
    expect_member(answer, "order", "5");
    expect_member(answer, "due_at", "'2030-01-01T00:00:00.000Z'");
}

static void what_was_put_can_be_read(void **state)
{
    long long id = api_create(*state, "{'title':'tea'}");
    const struct answer *answer = api_put(*state, id, FULL);
    char etag[ETAG_MAX];

    (void)expect_todo(answer, 200);
    expect_etag(answer, etag);
    answer = api_get_todo(*state, id);
    (void)expect_todo(answer, 200);
    expect_member(answer, "title", "'milk'");
    expect_member(answer, "order", "5");
    expect_field(answer, "ETag", etag);
}

static void put_resets_what_it_omits(void **state)
{
    long long id = api_create(*state, FULL);
    const struct answer *answer = api_put(*state, id, "{'title':'tea'}");

    (void)expect_todo(answer, 200);
    expect_member(answer, "title", "'tea'");
    expect_member(answer, "completed", "false");
    expect_member(answer, "order", "null");
    expect_member(answer, "due_at", "null");
}

static void put_keeps_created_at(void **state)
{
    const struct answer *answer = api_post(*state, "{'title':'milk'}");
    long long id = expect_todo(answer, 201);
    char created[64];
    char quoted[80];

    (void)snprintf(created, sizeof created, "%s",
                   expect_text(answer, "created_at"));
    (void)snprintf(quoted, sizeof quoted, "'%s'", created);
    answer = api_put(*state, id,
                     "{'title':'tea','created_at':'2001-01-01T00:00:00Z'}");
    (void)expect_todo(answer, 200);
    expect_member(answer, "created_at", quoted);
    if (strcmp(expect_text(answer, "updated_at"), created) < 0)
        fail_answer(answer, "updated_at not before created_at");
}

static void put_changes_no_other_todo(void **state)
{
    long long id = api_create(*state, "{'title':'a'}");

    (void)api_create(*state, "{'title':'b'}");
    (void)expect_todo(api_put(*state, id, "{'title':'c'}"), 200);
    expect_titles(api_get(*state, "/todos"), "c b");
}

static void put_without_title_is_422(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");

    expect_faults(api_put(*state, id, "{'completed':true}"), "/title");
    expect_faults(api_put(*state, id, "{'title':null}"), "/title");
}

static void put_with_completed_null_is_422(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");

    expect_faults(api_put(*state, id, "{'title':'a','completed':null}"),
                  "/completed");
}

static void put_takes_null_for_order_and_due_at(void **state)
{
    long long id = api_create(*state, FULL);
    const struct answer *answer =
        api_put(*state, id, "{'title':'a','order':null,'due_at':null}");

    (void)expect_todo(answer, 200);
    expect_member(answer, "order", "null");
    expect_member(answer, "due_at", "null");
}

static void put_with_unknown_member_is_422(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");

    expect_faults(api_put(*state, id, "{'title':'a','colour':null}"),
                  "/colour");
}

static void put_tells_every_fault_at_once(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");

    expect_faults(api_put(*state, id,
                          "{'completed':1,'order':'1','due_at':5,"
                          "'x':1,'y':null}"),
                  "/title /completed /order /due_at /x /y");
}

static void refused_put_changes_nothing(void **state)
{
    const struct answer *answer = api_post(*state, FULL);
    long long id = expect_todo(answer, 201);
    char etag[ETAG_MAX];

    expect_etag(answer, etag);
    expect_problem(api_put(*state, id, "{'title':'tea','order':1.5}"), 422);
    answer = api_get_todo(*state, id);
    expect_field(answer, "ETag", etag);
    expect_member(answer, "title", "'milk'");
}

static void put_of_an_unknown_todo_is_404_and_creates_none(void **state)
{
    long long id = api_create(*state, "{'title':'milk'}");

    expect_problem(api_put(*state, id + 1, "{'title':'tea'}"), 404);
    expect_titles(api_get(*state, "/todos"), "milk");
}

static void put_gives_a_new_etag(void **state)
{
    const struct answer *answer = api_post(*state, "{'title':'milk'}");
    long long id = expect_todo(answer, 201);
    char before[ETAG_MAX];
    char after[ETAG_MAX];

    expect_etag(answer, before);
    answer = api_put(*state, id, "{'title':'tea'}");
    (void)expect_todo(answer, 200);
    expect_etag(answer, after);
    if (strcmp(before, after) == 0)
        fail_answer(answer, "an ETag other than %s", before);
}

static void put_that_changes_nothing_keeps_etag_and_updated_at(void **state)
{
    const struct answer *answer = api_post(*state, FULL);
    long long id = expect_todo(answer, 201);
    char etag[ETAG_MAX];
    char updated[64];

    expect_etag(answer, etag);
    (void)snprintf(updated, sizeof updated, "'%s'",
                   expect_text(answer, "updated_at"));
    answer = api_put(*state, id,
                     "{'title':'milk','completed':true,'order':5.0,"
                     "'due_at':'2030-01-01T01:00:00+01:00','id':9}");
    (void)expect_todo(answer, 200);
    expect_field(answer, "ETag", etag);
    expect_member(answer, "updated_at", updated);
}

static void what_was_read_can_be_put_back(void **state)
{
    long long id = api_create(*state, FULL);
    const struct answer *answer = api_get_todo(*state, id);
    const char *const fields[] = {"Content-Type: application/json", NULL};
    char body[1024];
    char etag[ETAG_MAX];
    struct http_request put = {.method = "PUT",
                               .target = api_path(*state, id),
                               .fields = fields,
                               .body = body};

    (void)expect_todo(answer, 200);
    expect_etag(answer, etag);
    (void)snprintf(body, sizeof body, "%s", answer->http.body);
    put.body_len = strlen(body);
    answer = api_ask(*state, &put);
    (void)expect_todo(answer, 200);
    expect_field(answer, "ETag", etag);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(put_is_200_with_the_todo),
    cmocka_unit_test(what_was_put_can_be_read),
    cmocka_unit_test(put_resets_what_it_omits),
    cmocka_unit_test(put_keeps_created_at),
    cmocka_unit_test(put_changes_no_other_todo),
    cmocka_unit_test(put_without_title_is_422),
    cmocka_unit_test(put_with_completed_null_is_422),
    cmocka_unit_test(put_takes_null_for_order_and_due_at),
    cmocka_unit_test(put_with_unknown_member_is_422),
    cmocka_unit_test(put_tells_every_fault_at_once),
    cmocka_unit_test(refused_put_changes_nothing),
    cmocka_unit_test(put_of_an_unknown_todo_is_404_and_creates_none),
    cmocka_unit_test(put_gives_a_new_etag),
    cmocka_unit_test(put_that_changes_nothing_keeps_etag_and_updated_at),
    cmocka_unit_test(what_was_read_can_be_put_back),
};

const struct group put_group = GROUP(LEVEL_CHANGE_AND_DELETE, "put", cases);
