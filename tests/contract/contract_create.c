/*
 * Level 1: POST /todos, and the rules for the members of a todo other than
 * title, order and due_at, which have files of their own.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "wire.h"

static void create_is_201_with_the_todo(void **state)
{
    const struct answer *answer = api_post(*state, "{'title':'milk'}");

    (void)expect_todo(answer, 201); /* Location, ETag, every member */
    expect_member(answer, "title", "'milk'");
}

static void create_with_title_alone_gives_defaults(void **state)
{
    const struct answer *answer = api_post(*state, "{'title':'milk'}");

    (void)expect_todo(answer, 201);
    expect_member(answer, "completed", "false");
    expect_member(answer, "order", "null");
    expect_member(answer, "due_at", "null");
}

static void create_keeps_every_member_given(void **state)
{
    const struct answer *answer =
        api_post(*state, "{'title':'milk','completed':true,'order':-7,"
                         "'due_at':'2030-05-06T07:08:09.123Z'}");

    (void)expect_todo(answer, 201);
    expect_member(answer, "title", "'milk'");
    expect_member(answer, "completed", "true");
    expect_member(answer, "order", "-7");
    expect_member(answer, "due_at", "'2030-05-06T07:08:09.123Z'");
}

static void created_todo_has_changed_at_no_other_time(void **state)
{
    const struct answer *answer = api_post(*state, "{'title':'milk'}");

    (void)expect_todo(answer, 201);
    if (strcmp(expect_text(answer, "created_at"),
               expect_text(answer, "updated_at")) != 0)
        fail_answer(answer, "updated_at equal to created_at");
}

static void created_todo_can_be_read(void **state)
{
    const struct answer *answer =
        api_post(*state, "{'title':'milk','completed':true,'order':3,"
                         "'due_at':'2030-01-01T00:00:00Z'}");
    long long id = expect_todo(answer, 201);
    char etag[ETAG_MAX];

    expect_etag(answer, etag);
    answer = api_get_todo(*state, id);
    (void)expect_todo(answer, 200);
    expect_member(answer, "title", "'milk'");
    expect_member(answer, "completed", "true");
    expect_member(answer, "order", "3");
    expect_member(answer, "due_at", "'2030-01-01T00:00:00.000Z'");
    expect_field(answer, "ETag", etag);
}

static void two_creates_give_two_todos(void **state)
{
    long long first = api_create(*state, "{'title':'milk'}");
    long long second = api_create(*state, "{'title':'milk'}");

    if (first == second)
        fail_answer(&((struct api *)*state)->answer, "an id not used before");
}

static void url_is_built_from_the_host(void **state)
{
    (void)expect_todo(wire_ask(*state, "POST /todos HTTP/1.1\r\n"
                                       "Host: localhost:8042\r\n" JSON LENGTH(
                                           16) "\r\n" MILK),
                      201);
}

static void url_takes_a_host_that_is_an_ipv6_address(void **state)
{
    (void)expect_todo(
        wire_ask(*state, "POST /todos HTTP/1.1\r\n"
                         "Host: [::1]:8042\r\n" JSON LENGTH(16) "\r\n" MILK),
        201);
}

static void create_without_title_is_422(void **state)
{
    expect_faults(api_post(*state, "{'completed':true}"), "/title");
}

static void empty_object_is_422(void **state)
{
    expect_faults(api_post(*state, "{}"), "/title");
}

static void completed_that_is_no_boolean_is_422(void **state)
{
    expect_faults(api_post(*state, "{'title':'a','completed':0}"),
                  "/completed");
    expect_faults(api_post(*state, "{'title':'a','completed':1}"),
                  "/completed");
    expect_faults(api_post(*state, "{'title':'a','completed':'true'}"),
                  "/completed");
    expect_faults(api_post(*state, "{'title':'a','completed':[]}"),
                  "/completed");
    expect_faults(api_post(*state, "{'title':'a','completed':{}}"),
                  "/completed");
}

static void create_with_completed_null_is_422(void **state)
{
    expect_faults(api_post(*state, "{'title':'a','completed':null}"),
                  "/completed");
}

static void read_only_members_are_ignored(void **state)
{
    long long id = api_create(*state, "{'title':'milk','id':987654321,"
                                      "'url':'u','created_at':'2001-01-01',"
                                      "'updated_at':'never'}");

    if (id == 987654321)
        fail_answer(&((struct api *)*state)->answer, "an id of its own");
}

static void read_only_members_may_have_any_value(void **state)
{
    (void)api_create(*state, "{'title':'milk','id':[1,{'a':-1.5e3}],"
                             "'url':null,'created_at':true,"
                             "'updated_at':{'title':[]}}");
}

static void read_only_member_may_be_a_number_beyond_any_double(void **state)
{
    (void)api_create(*state, "{'title':'milk','id':1e400}");
}

static void what_was_answered_can_be_sent_back(void **state)
{
    const struct answer *answer = api_post(*state, "{'title':'milk'}");
    char body[1024];

    (void)expect_todo(answer, 201);
    (void)snprintf(body, sizeof body, "%s", answer->http.body);
    (void)expect_todo(api_post_bytes(*state, body, strlen(body)), 201);
}

static void unknown_member_is_422(void **state)
{
    expect_faults(api_post(*state, "{'title':'a','colour':'red'}"), "/colour");
}

static void unknown_member_is_422_also_when_null(void **state)
{
    expect_faults(api_post(*state, "{'title':'a','colour':null}"), "/colour");
}

static void empty_member_name_is_422(void **state)
{
    expect_problem(api_post(*state, "{'title':'a','':1}"), 422);
}

static void member_names_distinguish_case(void **state)
{
    expect_faults(api_post(*state, "{'Title':'a'}"), "/Title /title");
}

static void member_names_may_be_escaped(void **state)
{
    const struct answer *answer =
        api_post(*state, "{'\\u0074itle':'milk','or\\u0064er':4}");

    (void)expect_todo(answer, 201);
    expect_member(answer, "title", "'milk'");
    expect_member(answer, "order", "4");
}

static void member_name_does_not_end_at_a_nul(void **state)
{
    expect_problem(api_post(*state, "{'title\\u0000':'a'}"), 422);
    expect_problem(api_post(*state, "{'title':'a','order\\u0000x':1}"), 422);
}

static void pointer_of_a_fault_is_escaped(void **state)
{
    expect_faults(api_post(*state, "{'title':'a','a/b':1,'m~n':2}"),
                  "/a~1b /m~0n");
}

static void every_fault_is_told_at_once(void **state)
{
    expect_faults(api_post(*state, "{'title':'','completed':3,'order':1.5,"
                                   "'due_at':'soon','colour':'red'}"),
                  "/title /completed /order /due_at /colour");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(create_is_201_with_the_todo),
    cmocka_unit_test(create_with_title_alone_gives_defaults),
    cmocka_unit_test(create_keeps_every_member_given),
    cmocka_unit_test(created_todo_has_changed_at_no_other_time),
    cmocka_unit_test(created_todo_can_be_read),
    cmocka_unit_test(two_creates_give_two_todos),
    cmocka_unit_test(url_is_built_from_the_host),
    cmocka_unit_test(url_takes_a_host_that_is_an_ipv6_address),
    cmocka_unit_test(create_without_title_is_422),
    cmocka_unit_test(empty_object_is_422),
    cmocka_unit_test(completed_that_is_no_boolean_is_422),
    cmocka_unit_test(create_with_completed_null_is_422),
    cmocka_unit_test(read_only_members_are_ignored),
    cmocka_unit_test(read_only_members_may_have_any_value),
    cmocka_unit_test(read_only_member_may_be_a_number_beyond_any_double),
    cmocka_unit_test(what_was_answered_can_be_sent_back),
    cmocka_unit_test(unknown_member_is_422),
    cmocka_unit_test(unknown_member_is_422_also_when_null),
    cmocka_unit_test(empty_member_name_is_422),
    cmocka_unit_test(member_names_distinguish_case),
    cmocka_unit_test(member_names_may_be_escaped),
    cmocka_unit_test(member_name_does_not_end_at_a_nul),
    cmocka_unit_test(pointer_of_a_fault_is_escaped),
    cmocka_unit_test(every_fault_is_told_at_once),
};

const struct group create_group = GROUP(LEVEL_CREATE_AND_READ, "create", cases);
