/*
 * Level 5: ETag, If-Match and If-None-Match: 304 and 412.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

enum { TAGS_MAX = 16, FIELD_MAX = 2048 };

/* A todo and the ETag it has. */
struct tagged {
    long long id;
    char etag[ETAG_MAX];
};

static struct tagged create_tagged(struct api *api)
{
    struct tagged todo;
    const struct answer *answer = api_post(api, "{'title':'a'}");

    todo.id = expect_todo(answer, 201);
    expect_etag(answer, todo.etag);
    return todo;
}

/* Sends one request to the todo with one field. PUT and PATCH make it "b". */
static const struct answer *send_field(struct api *api, const char *method,
                                       const struct tagged *todo,
                                       const char *field)
{
    bool writes = strcmp(method, "PUT") == 0 || strcmp(method, "PATCH") == 0;

    return api_send(api, method, api_path(api, todo->id), field,
                    writes ? "{'title':'b'}" : NULL);
}

/* The same with the todo's ETag between the two parts of the field. */
static const struct answer *send_tag(struct api *api, const char *method,
                                     const struct tagged *todo,
                                     const char *before, const char *behind)
{
    char field[FIELD_MAX];

    (void)snprintf(field, sizeof field, "%s%s%s", before, todo->etag, behind);
    return send_field(api, method, todo, field);
}

/*
 * If-Match on writes
 */

static const char *const writes[] = {"PUT", "PATCH", "DELETE"};

/* Each kind of write passes with this If-Match around its ETag. */
static void check_match(struct api *api, const char *before, const char *behind)
{
    for (size_t i = 0; i < 3; i++) {
        struct tagged todo = create_tagged(api);

        expect_status(send_tag(api, writes[i], &todo, before, behind),
                      i == 2 ? 204 : 200);
    }
    expect_titles(api_get(api, "/todos"), "b b");
}

/* Each kind of write is 412 with this field, and the todo stays as it was. */
static void check_412(struct api *api, const char *before, const char *behind)
{
    for (size_t i = 0; i < 3; i++) {
        struct tagged todo = create_tagged(api);
        const struct answer *answer;

        expect_problem(send_tag(api, writes[i], &todo, before, behind), 412);
        answer = api_get_todo(api, todo.id);
        (void)expect_todo(answer, 200);
        expect_member(answer, "title", "'a'");
        expect_field(answer, "ETag", todo.etag);
    }
}

static void if_match_with_the_etag_passes(void **state)
{
    check_match(*state, "If-Match: ", "");
}

static void if_match_with_a_star_passes_when_the_todo_exists(void **state)
{
    for (size_t i = 0; i < 3; i++) {
        struct tagged todo = create_tagged(*state);

        expect_status(send_field(*state, writes[i], &todo, "If-Match: *"),
                      i == 2 ? 204 : 200);
    }
}

static void if_match_with_another_etag_is_412(void **state)
{
    struct tagged other = create_tagged(*state);
    char field[FIELD_MAX];

    for (size_t i = 0; i < 3; i++) {
        struct tagged todo = create_tagged(*state);

        (void)snprintf(field, sizeof field, "If-Match: %s", other.etag);
        expect_problem(send_field(*state, writes[i], &todo, field), 412);
        expect_problem(
            send_field(*state, writes[i], &todo, "If-Match: \"0-0\""), 412);
    }
    expect_titles(api_get(*state, "/todos"), "a a a a");
}

static void if_match_with_an_old_etag_is_412(void **state)
{
    for (size_t i = 0; i < 3; i++) {
        struct tagged todo = create_tagged(*state);

        (void)expect_todo(api_patch(*state, todo.id, "{'order':1}"), 200);
        expect_problem(send_tag(*state, writes[i], &todo, "If-Match: ", ""),
                       412);
    }
    expect_titles(api_get(*state, "/todos"), "a a a");
}

static void if_match_with_the_new_etag_passes_after_a_change(void **state)
{
    struct tagged todo = create_tagged(*state);
    const struct answer *answer = api_patch(*state, todo.id, "{'order':1}");

    (void)expect_todo(answer, 200);
    expect_etag(answer, todo.etag);
    (void)expect_todo(send_tag(*state, "PUT", &todo, "If-Match: ", ""), 200);
}

static void if_match_takes_a_list(void **state)
{
    check_match(*state, "If-Match: \"0-0\", ", "");
    expect_status(api_delete(*state, "/todos"), 204);
    check_match(*state, "If-Match: \"x\" , ", ",\"y\"");
    expect_status(api_delete(*state, "/todos"), 204);
    check_match(*state, "If-Match: \"a,b\", ", ", \"\"");
}

/* `count` tags, the todo's own as the last. */
static const struct answer *
patch_with_tags(struct api *api, const struct tagged *todo, int count)
{
    char before[FIELD_MAX] = "If-Match: ";
    size_t len = strlen(before);

    for (int i = 1; i < count; i++)
        len += (size_t)snprintf(before + len, sizeof before - len, "\"0-%d\", ",
                                i);
    return send_tag(api, "PATCH", todo, before, "");
}

static void if_match_takes_16_tags(void **state)
{
    struct tagged todo = create_tagged(*state);

    (void)expect_todo(patch_with_tags(*state, &todo, TAGS_MAX), 200);
}

static void if_match_with_17_tags_is_refused(void **state)
{
    struct tagged todo = create_tagged(*state);
    const struct answer *answer = patch_with_tags(*state, &todo, TAGS_MAX + 1);

    expect_problem(answer, answer->http.status == 400 ? 400 : 412);
    expect_titles(api_get(*state, "/todos"), "a");
}

static void if_match_compares_strongly(void **state)
{
    check_412(*state, "If-Match: W/", "");
    check_412(*state, "If-Match: \"0-0\", W/", "");
}

static void if_match_compares_the_whole_tag(void **state)
{
    struct tagged todo = create_tagged(*state);
    char field[FIELD_MAX];
    size_t len = strlen(todo.etag);

    (void)snprintf(field, sizeof field, "If-Match: %.*s0\"", (int)len - 1,
                   todo.etag);
    expect_problem(send_field(*state, "PUT", &todo, field), 412);
    (void)snprintf(field, sizeof field, "If-Match: %.*s\"", (int)len - 2,
                   todo.etag);
    expect_problem(send_field(*state, "PUT", &todo, field), 412);
    (void)snprintf(field, sizeof field, "If-Match: \"x, %s", todo.etag + 1);
    expect_problem(send_field(*state, "PUT", &todo, field), 412);
}

/* Whether it is malformed (400) or matches nothing (412): it never passes. */
static void if_match_that_is_no_list_of_tags_does_not_pass(void **state)
{
    const char *const fields[] = {"If-Match: x", "If-Match: \"0-0",
                                  "If-Match: ,", "If-Match: **",
                                  "If-Match: W/*"};
    struct tagged todo = create_tagged(*state);

    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++) {
        const struct answer *answer =
            send_field(*state, "PUT", &todo, fields[i]);

        expect_problem(answer, answer->http.status == 400 ? 400 : 412);
    }
    expect_titles(api_get(*state, "/todos"), "a");
}

static void if_match_holds_for_a_write_that_changes_nothing(void **state)
{
    struct tagged todo = create_tagged(*state);

    expect_problem(api_send(*state, "PATCH", api_path(*state, todo.id),
                            "If-Match: \"0-0\"", "{'title':'a'}"),
                   412);
    expect_problem(api_send(*state, "PATCH", api_path(*state, todo.id),
                            "If-Match: \"0-0\"", "{}"),
                   412);
}

static void if_none_match_with_a_star_is_412_on_writes(void **state)
{
    for (size_t i = 0; i < 3; i++) {
        struct tagged todo = create_tagged(*state);

        expect_problem(send_field(*state, writes[i], &todo, "If-None-Match: *"),
                       412);
    }
    expect_titles(api_get(*state, "/todos"), "a a a");
}

/*
 * If-None-Match on reads
 */

/* GET and HEAD with the ETag in this field are 304, without a body. */
static void check_304(struct api *api, const char *before, const char *behind)
{
    const char *const reads[] = {"GET", "HEAD"};
    struct tagged todo = create_tagged(api);
    char field[FIELD_MAX];

    (void)snprintf(field, sizeof field, "%s%s%s\r\n", before, todo.etag,
                   behind);
    for (size_t i = 0; i < 2; i++) {
        const struct answer *answer =
            wire_ask_line(api, reads[i], api_path(api, todo.id), field);

        expect_status(answer, 304);
        expect_field(answer, "ETag", todo.etag);
        wire_expect_no_body(api);
    }
}

static void if_none_match_with_the_etag_is_304(void **state)
{
    check_304(*state, "If-None-Match: ", "");
}

static void if_none_match_compares_weakly(void **state)
{
    check_304(*state, "If-None-Match: W/", "");
}

static void if_none_match_takes_a_list(void **state)
{
    check_304(*state, "If-None-Match: \"0-0\", W/", ", \"x\"");
}

static void if_none_match_with_a_star_is_304(void **state)
{
    struct tagged todo = create_tagged(*state);

    expect_status(send_field(*state, "GET", &todo, "If-None-Match: *"), 304);
}

static void if_none_match_with_another_etag_is_200(void **state)
{
    struct tagged todo = create_tagged(*state);

    (void)expect_todo(
        send_field(*state, "GET", &todo, "If-None-Match: \"0-0\""), 200);
}

static void if_none_match_is_200_after_a_change(void **state)
{
    struct tagged todo = create_tagged(*state);
    const struct answer *answer;

    (void)expect_todo(api_patch(*state, todo.id, "{'title':'b'}"), 200);
    answer = send_tag(*state, "GET", &todo, "If-None-Match: ", "");
    (void)expect_todo(answer, 200);
    expect_member(answer, "title", "'b'");
}

static void if_none_match_of_an_unknown_todo_is_404(void **state)
{
    const struct tagged unknown = {.id = 9007199254740993};

    expect_problem(send_field(*state, "GET", &unknown, "If-None-Match: *"),
                   404);
}

/* What an operation does not honour it does not read, however malformed. */
static void conditions_that_are_not_honoured_are_ignored(void **state)
{
    struct tagged todo = create_tagged(*state);
    const struct tagged unknown = {.id = 9007199254740993};

    (void)expect_todo(send_field(*state, "GET", &todo, "If-Match: zz"), 200);
    expect_status(send_field(*state, "OPTIONS", &todo, "If-Match: zz"), 204);
    expect_status(send_field(*state, "OPTIONS", &unknown, "If-None-Match: zz"),
                  204);
    expect_status(wire_ask_line(*state, "DELETE", "/todos",
                                "If-Match: zz\r\nIf-None-Match: zz\r\n"),
                  204);
}

static void conditions_sent_twice_are_400(void **state)
{
    struct tagged todo = create_tagged(*state);

    expect_problem(send_field(*state, "GET", &todo,
                              "If-None-Match: \"0-0\"\r\n"
                              "If-None-Match: \"0-1\""),
                   400);
    expect_problem(
        send_field(*state, "DELETE", &todo, "If-Match: \"0-0\"\r\nIf-Match: *"),
        400);
}

static void two_todos_never_share_an_etag(void **state)
{
    struct tagged first = create_tagged(*state);
    struct tagged second = create_tagged(*state);

    if (strcmp(first.etag, second.etag) == 0)
        fail_answer(&((struct api *)*state)->answer, "an ETag other than %s",
                    first.etag);
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(if_match_with_the_etag_passes),
    cmocka_unit_test(if_match_with_a_star_passes_when_the_todo_exists),
    cmocka_unit_test(if_match_with_another_etag_is_412),
    cmocka_unit_test(if_match_with_an_old_etag_is_412),
    cmocka_unit_test(if_match_with_the_new_etag_passes_after_a_change),
    cmocka_unit_test(if_match_takes_a_list),
    cmocka_unit_test(if_match_takes_16_tags),
    cmocka_unit_test(if_match_with_17_tags_is_refused),
    cmocka_unit_test(if_match_compares_strongly),
    cmocka_unit_test(if_match_compares_the_whole_tag),
    cmocka_unit_test(if_match_that_is_no_list_of_tags_does_not_pass),
    cmocka_unit_test(if_match_holds_for_a_write_that_changes_nothing),
    cmocka_unit_test(if_none_match_with_a_star_is_412_on_writes),
    cmocka_unit_test(if_none_match_with_the_etag_is_304),
    cmocka_unit_test(if_none_match_compares_weakly),
    cmocka_unit_test(if_none_match_takes_a_list),
    cmocka_unit_test(if_none_match_with_a_star_is_304),
    cmocka_unit_test(if_none_match_with_another_etag_is_200),
    cmocka_unit_test(if_none_match_is_200_after_a_change),
    cmocka_unit_test(if_none_match_of_an_unknown_todo_is_404),
    cmocka_unit_test(conditions_that_are_not_honoured_are_ignored),
    cmocka_unit_test(conditions_sent_twice_are_400),
    cmocka_unit_test(two_todos_never_share_an_etag),
};

const struct group conditions_group =
    GROUP(LEVEL_CONDITIONS, "conditions", cases);
