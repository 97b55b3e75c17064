/*
 * Level 2: GET /todos: order, limit, and the completed filter. What pages are,
 * contract_paging.c says; what q= finds, contract_search.c.
 */
#include <stdio.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "crowd.h"
#include "expect.h"
#include "wire.h"

static void empty_list_is_an_empty_array(void **state)
{
    const struct answer *answer = api_get(*state, "/todos");

    expect_titles(answer, "");
    expect_no_field(answer, "Link");
}

static void list_holds_what_was_created(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    (void)api_create(*state, "{'title':'b','completed':true}");
    expect_titles(api_get(*state, "/todos"), "a b");
}

static void listed_todo_is_as_it_is_read(void **state)
{
    long long id = api_create(*state, "{'title':'a','order':4,'due_at':"
                                      "'2030-01-01T00:00:00Z'}");
    const struct answer *answer = api_get(*state, "/todos");
    char list[1024];

    (void)expect_todos(answer);
    (void)snprintf(list, sizeof list, "%s", answer->http.body);
    answer = api_get_todo(*state, id);
    expect_status(answer, 200);
    if (strlen(list) != answer->http.body_len + 2 ||
        strncmp(list + 1, answer->http.body, answer->http.body_len) != 0)
        fail_answer(answer, "the bytes it has in the list: %s", list);
}

static void empty_query_is_none(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    expect_titles(api_get(*state, "/todos?"), "a");
}

static void head_of_a_page_is_as_get(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    (void)api_create(*state, "{'title':'b'}");
    wire_expect_head_as_get(*state, "/todos?limit=1"); /* Link included */
}

static void completed_filters(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    (void)api_create(*state, "{'title':'b','completed':true}");
    (void)api_create(*state, "{'title':'c','completed':false}");
    expect_titles(api_get(*state, "/todos?completed=true"), "b");
    expect_titles(api_get(*state, "/todos?completed=false"), "a c");
}

static void completed_other_than_true_or_false_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?completed=1"), "completed");
    expect_faults(api_get(*state, "/todos?completed=TRUE"), "completed");
    expect_faults(api_get(*state, "/todos?completed=null"), "completed");
    expect_faults(api_get(*state, "/todos?completed="), "completed");
    expect_faults(api_get(*state, "/todos?completed"), "completed");
    expect_faults(api_get(*state, "/todos?completed=true%00"), "completed");
}

static void limit_bounds_the_page(void **state)
{
    (void)api_create(*state, "{'title':'a'}");
    (void)api_create(*state, "{'title':'b'}");
    (void)api_create(*state, "{'title':'c'}");
    expect_titles(api_get(*state, "/todos?limit=1"), "a");
    expect_titles(api_get(*state, "/todos?limit=2"), "a b");
    expect_titles(api_get(*state, "/todos?limit=1000"), "a b c");
}

static void limit_is_100_by_default_and_1000_at_most(void **state)
{
    char link[LINK_MAX];
    const struct answer *answer;

    crowd_create(*state, 1001);
    answer = api_get(*state, "/todos");
    if (expect_todos(answer) != 100)
        fail_answer(answer, "100 todos");
    if (!http_field(&answer->http, "Link", link, sizeof link))
        fail_answer(answer, "a Link, as there is more");
    answer = api_get(*state, "/todos?limit=1000");
    if (expect_todos(answer) != 1000)
        fail_answer(answer, "1000 todos");
}

static void limit_outside_1_to_1000_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?limit=0"), "limit");
    expect_faults(api_get(*state, "/todos?limit=1001"), "limit");
    expect_faults(api_get(*state, "/todos?limit=-1"), "limit");
    expect_faults(api_get(*state, "/todos?limit=4294967297"), "limit");
    expect_faults(api_get(*state, "/todos?limit=18446744073709551617"),
                  "limit");
}

static void limit_that_is_no_integer_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?limit="), "limit");
    expect_faults(api_get(*state, "/todos?limit=ten"), "limit");
    expect_faults(api_get(*state, "/todos?limit=1.0"), "limit");
    expect_faults(api_get(*state, "/todos?limit=1e2"), "limit");
    expect_faults(api_get(*state, "/todos?limit=0x10"), "limit");
    expect_faults(api_get(*state, "/todos?limit=+1"), "limit");
    expect_faults(api_get(*state, "/todos?limit=1%20"), "limit");
    expect_faults(api_get(*state, "/todos?limit=5a"), "limit");
}

/* Five todos whose title order is creation order; ties and nulls in each key */
static void create_five(struct api *api)
{
    (void)api_create(api, "{'title':'a','order':2,"
                          "'due_at':'2030-01-02T00:00:00Z'}");
    (void)api_create(api, "{'title':'b'}");
    (void)api_create(api, "{'title':'c','order':-1,"
                          "'due_at':'2030-01-01T00:00:00Z'}");
    (void)api_create(api, "{'title':'d','order':2,"
                          "'due_at':'2030-01-02T01:00:00+01:00'}");
    (void)api_create(api, "{'title':'e'}");
}

static void list_is_by_id_by_default(void **state)
{
    create_five(*state);
    expect_titles(api_get(*state, "/todos"), "a b c d e");
}

static void sort_by_id_goes_both_ways(void **state)
{
    create_five(*state);
    expect_titles(api_get(*state, "/todos?sort=id"), "a b c d e");
    expect_titles(api_get(*state, "/todos?sort=-id"), "e d c b a");
}

static void sort_by_order_puts_nulls_last_and_ties_by_id(void **state)
{
    create_five(*state);
    expect_titles(api_get(*state, "/todos?sort=order"), "c a d b e");
    expect_titles(api_get(*state, "/todos?sort=-order"), "d a c e b");
}

static void sort_by_due_at_puts_nulls_last_and_ties_by_id(void **state)
{
    create_five(*state);
    expect_titles(api_get(*state, "/todos?sort=due_at"), "c a d b e");
    expect_titles(api_get(*state, "/todos?sort=-due_at"), "d a c e b");
}

static void sort_by_due_at_goes_by_time_not_by_text(void **state)
{
    (void)api_create(*state, "{'title':'a','due_at':'1970-01-01T00:00:01Z'}");
    (void)api_create(*state, "{'title':'b','due_at':'1969-12-31T23:59:59Z'}");
    (void)api_create(*state, "{'title':'c','due_at':'0099-01-01T00:00:00Z'}");
    (void)api_create(*state, "{'title':'d','due_at':'9999-01-01T00:00:00Z'}");
    expect_titles(api_get(*state, "/todos?sort=due_at"), "c b a d");
    expect_titles(api_get(*state, "/todos?sort=-due_at"), "d a b c");
}

static void sort_by_created_at_is_the_order_of_creation(void **state)
{
    create_five(*state);
    expect_titles(api_get(*state, "/todos?sort=created_at"), "a b c d e");
    expect_titles(api_get(*state, "/todos?sort=-created_at"), "e d c b a");
}

/* A change moves a todo in this order: contract_patch.c shows it. */
static void sort_by_updated_at_is_the_order_of_creation_at_first(void **state)
{
    create_five(*state);
    expect_titles(api_get(*state, "/todos?sort=updated_at"), "a b c d e");
    expect_titles(api_get(*state, "/todos?sort=-updated_at"), "e d c b a");
}

static void sort_goes_with_filter_and_limit(void **state)
{
    create_five(*state);
    (void)api_create(*state, "{'title':'f','order':5,'completed':true}");
    expect_titles(api_get(*state, "/todos?sort=-order&completed=false&limit=2"),
                  "d a");
}

static void sort_by_another_key_is_422(void **state)
{
    expect_faults(api_get(*state, "/todos?sort=title"), "sort");
    expect_faults(api_get(*state, "/todos?sort="), "sort");
    expect_faults(api_get(*state, "/todos?sort=--id"), "sort");
    expect_faults(api_get(*state, "/todos?sort=+id"), "sort");
    expect_faults(api_get(*state, "/todos?sort=ID"), "sort");
    expect_faults(api_get(*state, "/todos?sort=id,order"), "sort");
    expect_faults(api_get(*state, "/todos?sort=-"), "sort");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(empty_list_is_an_empty_array),
    cmocka_unit_test(list_holds_what_was_created),
    cmocka_unit_test(listed_todo_is_as_it_is_read),
    cmocka_unit_test(empty_query_is_none),
    cmocka_unit_test(head_of_a_page_is_as_get),
    cmocka_unit_test(completed_filters),
    cmocka_unit_test(completed_other_than_true_or_false_is_422),
    cmocka_unit_test(limit_bounds_the_page),
    cmocka_unit_test(limit_is_100_by_default_and_1000_at_most),
    cmocka_unit_test(limit_outside_1_to_1000_is_422),
    cmocka_unit_test(limit_that_is_no_integer_is_422),
    cmocka_unit_test(list_is_by_id_by_default),
    cmocka_unit_test(sort_by_id_goes_both_ways),
    cmocka_unit_test(sort_by_order_puts_nulls_last_and_ties_by_id),
    cmocka_unit_test(sort_by_due_at_puts_nulls_last_and_ties_by_id),
    cmocka_unit_test(sort_by_due_at_goes_by_time_not_by_text),
    cmocka_unit_test(sort_by_created_at_is_the_order_of_creation),
    cmocka_unit_test(sort_by_updated_at_is_the_order_of_creation_at_first),
    cmocka_unit_test(sort_goes_with_filter_and_limit),
    cmocka_unit_test(sort_by_another_key_is_422),
};

const struct group list_group = GROUP(LEVEL_LIST_AND_PAGE, "list", cases);
