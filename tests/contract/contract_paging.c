/*
 * Level 2: walking a list page by page along its Link, whatever it is sorted by
 * and whatever is written meanwhile.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api.h"
#include "cases.h"
#include "expect.h"
#include "tests/cmocka_all.h"

enum { WALK_MAX = 40, TITLES_MAX = 512 };

/* The next page, as the Link of the newest answer has it. */
static const struct answer *follow(struct api *api)
{
    char target[LINK_MAX];

    if (!expect_next_page(&api->answer, target))
        fail_answer(&api->answer, "a Link, as there is more");
    return api_get(api, target);
}

/* The cursor in the Link of the newest answer. */
static void cursor_of(struct api *api, char cursor[LINK_MAX])
{
    char target[LINK_MAX];
    const char *at;

    if (!expect_next_page(&api->answer, target))
        fail_answer(&api->answer, "a Link, as there is more");
    at = strstr(target, "after=");
    if (!at)
        fail_answer(&api->answer, "a Link with after=");
    at += strlen("after=");
    (void)snprintf(cursor, LINK_MAX, "%.*s", (int)strcspn(at, "&"), at);
}

/* Walks from the newest answer to the last page; gives the titles. */
static void walk(struct api *api, char titles[TITLES_MAX])
{
    char target[LINK_MAX];
    size_t len = strlen(titles);

    for (int pages = 0; pages < WALK_MAX; pages++) {
        const cJSON *todo;

        (void)expect_todos(&api->answer);
        cJSON_ArrayForEach(todo, api->answer.json)
        {
            if (len < TITLES_MAX)
                len += (size_t)snprintf(
                    titles + len, TITLES_MAX - len, "%s%s", len ? " " : "",
                    cJSON_GetObjectItemCaseSensitive(todo, "title")
                        ->valuestring);
        }
        if (!expect_next_page(&api->answer, target))
            return;
        (void)api_get(api, target);
    }
    fail_answer(&api->answer, "a last page before the %dth", WALK_MAX);
}

/* Ties and nulls in order and due_at. */
static void create_seven(struct api *api)
{
    (void)api_create(api, "{'title':'a','order':1}");
    (void)api_create(api, "{'title':'b','due_at':'2030-01-01T00:00:00Z'}");
    (void)api_create(api, "{'title':'c','order':-5,"
                          "'due_at':'2030-01-01T00:00:00Z'}");
    (void)api_create(api, "{'title':'d','order':1}");
    (void)api_create(api, "{'title':'e','order':1,"
                          "'due_at':'2030-01-01T00:00:00.001Z'}");
    (void)api_create(api, "{'title':'f'}");
    (void)api_create(api, "{'title':'g','order':9007199254740991,"
                          "'due_at':'1960-01-01T00:00:00Z'}");
}

/* Pages of any size, put together, are the whole list. */
static void check_walk(struct api *api, const char *sort, const char *titles)
{
    create_seven(api);
    for (int limit = 1; limit <= 8; limit++) {
        char target[128];
        char walked[TITLES_MAX] = "";

        (void)snprintf(target, sizeof target, "/todos?sort=%s&limit=%d", sort,
                       limit);
        (void)api_get(api, target);
        walk(api, walked);
        if (strcmp(walked, titles) != 0)
            fail_msg("pages of %s together are %s, expected %s", target, walked,
                     titles);
    }
}

static void pages_by_id_make_the_list(void **state)
{
    check_walk(*state, "id", "a b c d e f g");
}

static void pages_by_id_backwards_make_the_list(void **state)
{
    check_walk(*state, "-id", "g f e d c b a");
}

static void pages_by_order_make_the_list(void **state)
{
    check_walk(*state, "order", "c a d e g b f");
}

static void pages_by_order_backwards_make_the_list(void **state)
{
    check_walk(*state, "-order", "g e d a c f b");
}

static void pages_by_due_at_make_the_list(void **state)
{
    check_walk(*state, "due_at", "g b c e a d f");
}

static void pages_by_due_at_backwards_make_the_list(void **state)
{
    check_walk(*state, "-due_at", "e c b g f d a");
}

static void pages_by_created_at_make_the_list(void **state)
{
    check_walk(*state, "created_at", "a b c d e f g");
}

static void pages_by_created_at_backwards_make_the_list(void **state)
{
    check_walk(*state, "-created_at", "g f e d c b a");
}

static void pages_by_updated_at_make_the_list(void **state)
{
    check_walk(*state, "updated_at", "a b c d e f g");
}

static void pages_by_updated_at_backwards_make_the_list(void **state)
{
    check_walk(*state, "-updated_at", "g f e d c b a");
}

static void last_page_has_no_link(void **state)
{
    create_seven(*state);
    expect_no_field(api_get(*state, "/todos?limit=7"), "Link");
    expect_no_field(api_get(*state, "/todos?limit=8"), "Link");
    (void)api_get(*state, "/todos?limit=6");
    expect_titles(follow(*state), "g");
    expect_no_field(&((struct api *)*state)->answer, "Link");
}

static void link_keeps_limit_sort_and_filters(void **state)
{
    create_seven(*state);
    (void)api_create(*state, "{'title':'A2','order':2,'completed':true}");
    (void)api_create(*state, "{'title':'a3','order':3}");
    (void)api_create(*state, "{'title':'a4','order':0}");
    expect_titles(api_get(*state, "/todos?q=A&completed=false&sort=-order"
                                  "&limit=1"),
                  "a3");
    expect_titles(follow(*state), "a");
    expect_titles(follow(*state), "a4");
    expect_no_field(&((struct api *)*state)->answer, "Link");
}

static void link_of_any_search_can_be_followed(void **state)
{
    (void)api_create(*state, "{'title':'1 & 50%+>\\\"#/ \xc3\xa4 1'}");
    (void)api_create(*state, "{'title':'2 & 50%+>\\\"#/ \xc3\xa4 2'}");
    expect_titles(api_get(*state, "/todos?limit=1&q=%20%26%2050%25%2B%3E%22"
                                  "%23%2F+%C3%A4%20"),
                  "1 & 50%+>\"#/ \xc3\xa4 1");
    expect_titles(follow(*state), "2 & 50%+>\"#/ \xc3\xa4 2");
}

static void cursor_may_be_used_with_another_limit(void **state)
{
    char cursor[LINK_MAX];
    char target[LINK_MAX * 2];

    create_seven(*state);
    (void)expect_todos(api_get(*state, "/todos?sort=order&limit=2"));
    cursor_of(*state, cursor);
    (void)snprintf(target, sizeof target, "/todos?sort=order&limit=3&after=%s",
                   cursor);
    expect_titles(api_get(*state, target), "d e g");
}

/* A cursor of the first list, used with the query of another. */
static void check_other(struct api *api, const char *first, const char *other)
{
    char cursor[LINK_MAX];
    char target[LINK_MAX * 2];

    (void)expect_todos(api_get(api, first));
    cursor_of(api, cursor);
    (void)snprintf(target, sizeof target, "%s&after=%s", other, cursor);
    expect_faults(api_get(api, target), "after");
}

static void cursor_with_another_sort_is_422(void **state)
{
    create_seven(*state);
    check_other(*state, "/todos?sort=order&limit=2", "/todos?sort=due_at");
    check_other(*state, "/todos?sort=order&limit=2", "/todos?sort=-order");
    check_other(*state, "/todos?limit=2", "/todos?sort=-id");
}

static void cursor_with_other_filters_is_422(void **state)
{
    create_seven(*state);
    check_other(*state, "/todos?limit=2", "/todos?completed=false");
    check_other(*state, "/todos?limit=2", "/todos?q=a");
    check_other(*state, "/todos?completed=false&limit=2",
                "/todos?completed=true");
    (void)api_create(*state, "{'title':'ab'}");
    check_other(*state, "/todos?q=a&limit=1", "/todos?q=b");
}

static void cursor_that_is_none_is_422(void **state)
{
    create_seven(*state);
    expect_faults(api_get(*state, "/todos?after="), "after");
    expect_faults(api_get(*state, "/todos?after=x"), "after");
    expect_faults(api_get(*state, "/todos?after=1"), "after");
    expect_faults(api_get(*state, "/todos?after=!!!!"), "after");
    expect_faults(api_get(*state, "/todos?after=%00%00%00%00"), "after");
    expect_faults(api_get(*state, "/todos?after=AAAAAAAAAAAAAAAAAAAAAAAA"),
                  "after");
}

/* Opaque is not signed: what is left of a cursor, or changed in it, may be
 * another good one. But it is good or it is not; it is never our fault. */
static void check_changed(struct api *api, const char *cursor, size_t len)
{
    char target[LINK_MAX * 2];
    const struct answer *answer;

    (void)snprintf(target, sizeof target, "/todos?sort=order&after=%.*s",
                   (int)len, cursor);
    answer = api_get(api, target);
    if (answer->http.status == 200)
        (void)expect_todos(answer);
    else
        expect_faults(answer, "after");
}

static void changed_cursor_is_200_or_422(void **state)
{
    char cursor[LINK_MAX];
    size_t len;

    create_seven(*state);
    (void)expect_todos(api_get(*state, "/todos?limit=2&sort=order"));
    cursor_of(*state, cursor);
    len = strlen(cursor);
    for (size_t i = 0; i < len; i++) {
        char was = cursor[i];

        cursor[i] = was == 'A' ? 'B' : 'A';
        check_changed(*state, cursor, len);
        cursor[i] = was;
    }
}

static void cut_cursor_is_200_or_422(void **state)
{
    char cursor[LINK_MAX];

    create_seven(*state);
    (void)expect_todos(api_get(*state, "/todos?limit=2&sort=order"));
    cursor_of(*state, cursor);
    for (size_t len = strlen(cursor); len-- > 0;)
        check_changed(*state, cursor, len);
}

static void cursor_outlives_what_it_points_at(void **state)
{
    long long a = api_create(*state, "{'title':'a'}");
    char cursor[LINK_MAX];
    char target[LINK_MAX * 2];

    (void)api_create(*state, "{'title':'b'}");
    (void)expect_todos(api_get(*state, "/todos?limit=1"));
    cursor_of(*state, cursor);
    expect_status(api_delete_todo(*state, a), 204);
    (void)snprintf(target, sizeof target, "/todos?after=%s", cursor);
    expect_titles(api_get(*state, target), "b");
    expect_status(api_delete(*state, "/todos"), 204);
    expect_titles(api_get(*state, target), "");
}

/* Writes before, at and behind the cursor: a todo that was there all the time
 * is seen once, and a deleted one does not shift the rest. */
static void rows_written_between_pages_hide_and_repeat_none(void **state)
{
    long long a = api_create(*state, "{'title':'a','order':1}");
    long long b;
    char target[LINK_MAX];

    b = api_create(*state, "{'title':'b','order':2}");
    (void)api_create(*state, "{'title':'c','order':3}");
    (void)api_create(*state, "{'title':'d','order':4}");
    (void)api_create(*state, "{'title':'e','order':5}");
    expect_titles(api_get(*state, "/todos?sort=order&limit=2"), "a b");
    assert_true(expect_next_page(&((struct api *)*state)->answer, target));

    (void)api_create(*state, "{'title':'before','order':0}");
    (void)api_create(*state, "{'title':'tie','order':2}");
    expect_status(api_delete_todo(*state, a), 204);
    expect_status(api_delete_todo(*state, b), 204);
    expect_titles(api_get(*state, target), "tie c");
    expect_titles(follow(*state), "d e");
    expect_no_field(&((struct api *)*state)->answer, "Link");
}

static const struct CMUnitTest cases[] = {
    cmocka_unit_test(pages_by_id_make_the_list),
    cmocka_unit_test(pages_by_id_backwards_make_the_list),
    cmocka_unit_test(pages_by_order_make_the_list),
    cmocka_unit_test(pages_by_order_backwards_make_the_list),
    cmocka_unit_test(pages_by_due_at_make_the_list),
    cmocka_unit_test(pages_by_due_at_backwards_make_the_list),
    cmocka_unit_test(pages_by_created_at_make_the_list),
    cmocka_unit_test(pages_by_created_at_backwards_make_the_list),
    cmocka_unit_test(pages_by_updated_at_make_the_list),
    cmocka_unit_test(pages_by_updated_at_backwards_make_the_list),
    cmocka_unit_test(last_page_has_no_link),
    cmocka_unit_test(link_keeps_limit_sort_and_filters),
    cmocka_unit_test(link_of_any_search_can_be_followed),
    cmocka_unit_test(cursor_may_be_used_with_another_limit),
    cmocka_unit_test(cursor_with_another_sort_is_422),
    cmocka_unit_test(cursor_with_other_filters_is_422),
    cmocka_unit_test(cursor_that_is_none_is_422),
    cmocka_unit_test(changed_cursor_is_200_or_422),
    cmocka_unit_test(cut_cursor_is_200_or_422),
    cmocka_unit_test(cursor_outlives_what_it_points_at),
    cmocka_unit_test(rows_written_between_pages_hide_and_repeat_none),
};

const struct group paging_group = GROUP(LEVEL_LIST_AND_PAGE, "paging", cases);
