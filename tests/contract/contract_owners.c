/*
 * Level 10: each user's todos are its own. Another's are not there by their
 * number, and what is done to all todos is not done to them.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "expect.h"
#include "theirs.h"
#include "wire.h"

enum { ROUNDS = 20 };

/*
 * By its number
 */

static void todo_of_another_is_404_for_every_method(void **state)
{
    struct api *api = *state;
    struct user theirs;
    long long id = make_theirs(api, &theirs, "{'title':'theirs'}");

    expect_problem(api_get_todo(api, id), 404);
    expect_status(wire_ask_line(api, "HEAD", api_path(api, id), ""), 404);
    expect_problem(api_put(api, id, "{'title':'b'}"), 404);
    expect_problem(api_patch(api, id, "{'title':'b'}"), 404);
    expect_problem(api_patch(api, id, "{}"), 404);
    expect_problem(api_delete_todo(api, id), 404);
    expect_unharmed(api, &theirs, "theirs");
}

/* 412, or 304, would tell that it is there. */
static void conditions_do_not_tell_of_the_todo_of_another(void **state)
{
    static const char *const conditions[] = {"If-Match: *", "If-None-Match: *",
                                             "If-Match: \"0-0\""};
    struct api *api = *state;
    struct user theirs;
    long long id = make_theirs(api, &theirs, "{'title':'theirs'}");
    char etag[ETAG_MAX];
    char field[ETAG_MAX + 32];

    as_theirs(api, &theirs);
    expect_etag(api_get_todo(api, id), etag);
    as_mine(api);
    for (int i = 0; i < 5; i++) {
        const char *path = api_path(api, id);

        if (i < 3)
            (void)snprintf(field, sizeof field, "%s", conditions[i]);
        else
            (void)snprintf(field, sizeof field, "%s: %s",
                           i == 3 ? "If-Match" : "If-None-Match", etag);
        expect_problem(api_send(api, "GET", path, field, NULL), 404);
        expect_problem(api_send(api, "PUT", path, field, "{'title':'b'}"), 404);
        expect_problem(api_send(api, "PATCH", path, field, "{'title':'b'}"),
                       404);
        expect_problem(api_send(api, "DELETE", path, field, NULL), 404);
    }
    expect_unharmed(api, &theirs, "theirs");
}

/* The same words as for a todo that never was. */
static void todo_of_another_is_as_one_that_never_was(void **state)
{
    struct api *api = *state;
    struct user theirs;
    long long id = make_theirs(api, &theirs, "{'title':'theirs'}");
    char detail[512];
    const struct answer *answer = api_get(api, "/todos/9223372036854775807");

    expect_problem(answer, 404);
    (void)snprintf(detail, sizeof detail, "%s", expect_text(answer, "detail"));
    answer = api_get_todo(api, id);
    expect_problem(answer, 404);
    if (strcmp(expect_text(answer, "detail"), detail) != 0)
        fail_answer(answer, "what is said of a todo that never was: %s",
                    detail);
}

/* Nor does the answer to its owner show one. */
static void a_todo_has_the_same_members_for_its_owner(void **state)
{
    struct api *api = *state;
    long long id = api_create(api, "{'title':'mine','id':7,'url':'x'}");

    (void)expect_todo(api_get_todo(api, id), 200);
    expect_faults(api_post(api, "{'title':'a','owner':2}"), "/owner");
    expect_faults(api_patch(api, id, "{'owner':null}"), "/owner");
}

/*
 * What is done to all
 */

static void deleting_all_todos_deletes_those_of_one_user(void **state)
{
    static const char *const targets[] = {"/todos?completed=true",
                                          "/todos?completed=false", "/todos"};
    struct api *api = *state;
    struct user theirs;

    (void)make_theirs(api, &theirs, "{'title':'done','completed':true}");
    as_theirs(api, &theirs);
    (void)api_create(api, "{'title':'open'}");
    as_mine(api);
    for (size_t i = 0; i < sizeof targets / sizeof *targets; i++) {
        (void)api_create(api, "{'title':'mine','completed':true}");
        (void)api_create(api, "{'title':'mine'}");
        expect_status(api_delete(api, targets[i]), 204);
        expect_unharmed(api, &theirs, "done open");
    }
    expect_titles(api_get(api, "/todos"), "");
}

/* So that no number tells what others do, but for those it leaves out. */
static void a_number_is_used_once_for_all_users(void **state)
{
    struct api *api = *state;
    struct user theirs;
    long long first = api_create(api, "{'title':'mine'}");
    long long second = make_theirs(api, &theirs, "{'title':'theirs'}");
    long long third = api_create(api, "{'title':'mine'}");

    assert_true(first < second && second < third);
}

/*
 * At once
 */

struct neighbours {
    struct user users[CROWD];
    int foreign[CROWD];
};

/* Creates, and sees its own todos alone. */
static void live_next_door(struct http *http, int number, void *arg)
{
    struct neighbours *neighbours = arg;
    char body[64];

    http_use_token(http, neighbours->users[number].token);
    (void)snprintf(body, sizeof body, "{\"title\":\"of %d\"}", number);
    for (int i = 1; i <= ROUNDS; i++) {
        struct http_answer answer =
            crowd_ask(http, "POST", "/todos", NULL, body);
        int count = 0;

        neighbours->foreign[number] += answer.status != 201;
        http_answer_release(&answer);
        answer = crowd_ask(http, "GET", "/todos", NULL, NULL);
        for (const char *at = answer.body; (at = strstr(at, "\"of ")); at++) {
            neighbours->foreign[number] +=
                strtol(at + strlen("\"of "), NULL, 10) != number;
            count++;
        }
        neighbours->foreign[number] += count != i;
        http_answer_release(&answer);
    }
}

static void users_who_write_at_once_see_their_own(void **state)
{
    struct neighbours neighbours = {0};

    for (int i = 0; i < CROWD; i++)
        user_make(*state, &neighbours.users[i]);
    crowd_run(*state, live_next_door, &neighbours);
    for (int i = 0; i < CROWD; i++)
        assert_int_equal(neighbours.foreign[i], 0);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(todo_of_another_is_404_for_every_method),
    cmocka_unit_test(conditions_do_not_tell_of_the_todo_of_another),
    cmocka_unit_test(todo_of_another_is_as_one_that_never_was),
    cmocka_unit_test(a_todo_has_the_same_members_for_its_owner),
    cmocka_unit_test(deleting_all_todos_deletes_those_of_one_user),
    cmocka_unit_test(a_number_is_used_once_for_all_users),
    cmocka_unit_test(users_who_write_at_once_see_their_own),
};

const struct group owners_group = GROUP(LEVEL_ACCOUNTS, "owners", cases);
