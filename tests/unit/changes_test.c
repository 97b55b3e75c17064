#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/todo/changes.h"
#include "tests/support/store_case.h"
#include "tests/unit/unit.h"

/* --- Last-Event-ID -------------------------------------------------------- */

static struct changes_start start_at(const char *text)
{
    char *copy = unit_copy(text, strlen(text));
    struct changes_start start = changes_start_at(copy, strlen(text));

    free(copy);
    return start;
}

static void without_a_field_nothing_was_seen(void **state)
{
    (void)state;
    assert_false(changes_start_at(NULL, 0).has_last_id);
}

static void a_field_of_digits_is_the_last_that_was_seen(void **state)
{
    static const struct {
        const char *text;
        int64_t id;
    } good[] = {{"0", 0},
                {"1", 1},
                {"10000", 10000},
                {"9223372036854775807", INT64_MAX}};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct changes_start start = start_at(good[i].text);

        assert_true(start.has_last_id);
        assert_int_equal(start.last_id, good[i].id);
    }
}

static void all_else_is_no_number(void **state)
{
    static const char *const bad[] = {"",
                                      "x",
                                      "-1",
                                      "+1",
                                      "1x",
                                      "x1",
                                      "1 2",
                                      "1.0",
                                      "0x10",
                                      "9223372036854775808",
                                      "18446744073709551617",
                                      "99999999999999999999999999999999"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct changes_start start = start_at(bad[i]);

        assert_true(start.has_last_id);
        assert_int_equal(start.last_id, -1);
    }
}

/* --- where a stream begins ------------------------------------------------ */

/* Fills the log with changes of these numbers, one by one. */
static void fill_log(const struct store_case *c, int first, int last)
{
    char sql[256];

    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(i) AS (SELECT %d UNION ALL SELECT i + 1"
                   " FROM n WHERE i < %d) INSERT INTO changes (id, kind, data)"
                   " SELECT i, 'deleted', '{\"id\":' || i || '}' FROM n",
                   first, last);
    store_case_exec(c->path, sql);
}

/* Where the store lets a stream begin that has seen `last_id`; -1: no number,
 * -2: it says nothing. */
static void expect_start(struct store_case *c, int64_t last_id, int64_t after,
                         bool has_gap)
{
    struct changes_start start = {.has_last_id = last_id > -2,
                                  .last_id = last_id};

    assert_int_equal(store_case_read(c->store, store_start_changes, &start),
                     TODO_OK);
    assert_int_equal(start.after, after);
    assert_int_equal(start.has_gap, has_gap);
}

static void in_an_empty_log_a_stream_begins_at_0(void **state)
{
    struct store_case *c = *state;

    expect_start(c, -2, 0, false);
    expect_start(c, 0, 0, false);
    expect_start(c, 1, 0, true);
    expect_start(c, -1, 0, true);
}

static void a_stream_goes_on_behind_what_was_seen(void **state)
{
    struct store_case *c = *state;

    fill_log(c, 1, 5);
    expect_start(c, -2, 5, false);
    for (int64_t seen = 0; seen <= 5; seen++)
        expect_start(c, seen, seen, false);
}

static void what_is_no_change_yet_is_a_gap(void **state)
{
    struct store_case *c = *state;

    fill_log(c, 1, 5);
    expect_start(c, 6, 5, true);
    expect_start(c, INT64_MAX, 5, true);
    expect_start(c, -1, 5, true);
}

/* Whoever saw the one before the oldest kept has missed nothing. */
static void what_is_not_kept_any_more_is_a_gap(void **state)
{
    struct store_case *c = *state;
    int newest = STORE_KEEP_CHANGES + 6;

    fill_log(c, 1, STORE_KEEP_CHANGES + 5);
    store_case_create(c->store, "cuts the log");
    expect_start(c, -2, newest, false);
    expect_start(c, 6, 6, false);
    expect_start(c, 5, newest, true);
    expect_start(c, 0, newest, true);
}

/* --- the text ------------------------------------------------------------- */

/* Reads a page behind `after`; the test fails unless it has so many. */
static void read_page(struct store_case *c, struct changes_page *page,
                      int64_t after, int count)
{
    page->after = after;
    assert_int_equal(store_case_read(c->store, store_read_changes, page),
                     TODO_OK);
    assert_int_equal(page->count, count);
}

/* What an event of this todo must be. */
static void put_todo_event(struct buf *want, const char *name, int id,
                           const struct todo *todo)
{
    buf_printf(want, "event: %s\nid: %d\ndata: ", name, id);
    todo_write_json(todo, "http://h", want);
    buf_puts(want, "\n\n");
}

static void assert_same_text(const struct buf *got, struct buf *want)
{
    buf_put(want, "", 1);
    unit_assert_buf(got, want->data);
}

/* One of each kind; the second todo needs escapes. Gives what they read. */
static struct buf make_each_kind(struct store_case *c)
{
    struct conditions any = {0};
    struct todo one = store_case_create(c->store, "one");
    struct todo two = store_case_create(c->store, "\"two\" \\ url");
    struct change_todo change = {.owner = ACCOUNT_ALONE,
                                 .id = 1,
                                 .kind = TODO_DRAFT_PATCH,
                                 .conditions = &any,
                                 .draft = store_case_draft("changed")};
    struct delete_todo delete = {2, &any, ACCOUNT_ALONE};
    struct clear_todos clear = {.owner = ACCOUNT_ALONE, .completed = LIST_OPEN};
    struct buf want = {0};

    assert_int_equal(store_case_write(c->store, store_change_todo, &change),
                     TODO_OK);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                     TODO_OK);
    assert_int_equal(store_case_write(c->store, store_clear_todos, &clear),
                     TODO_OK);
    put_todo_event(&want, "created", 1, &one);
    put_todo_event(&want, "created", 2, &two);
    put_todo_event(&want, "updated", 3, &change.todo);
    buf_puts(&want, "event: deleted\nid: 4\ndata: {\"id\":2}\n\n"
                    "event: cleared\nid: 5\ndata: {\"completed\":false}\n\n");
    return want;
}

static void each_kind_of_change_is_an_event(void **state)
{
    struct store_case *c = *state;
    struct buf want = make_each_kind(c);
    struct changes_page page = {0};
    struct buf got = {0};

    read_page(c, &page, 0, 5);
    assert_int_equal(changes_write(&page, ACCOUNT_ALONE, 0, "http://h", &got),
                     5);
    assert_same_text(&got, &want);
    buf_release(&got);
    buf_release(&want);
    changes_page_release(&page);
}

/* One page serves streams that have come to different places in it. */
static void a_page_is_written_behind_any_change_in_it(void **state)
{
    struct store_case *c = *state;
    struct buf want = make_each_kind(c);
    struct changes_page page = {0};

    read_page(c, &page, 0, 5);
    buf_put(&want, "", 1);
    for (int after = 0; after <= 5; after++) {
        char mark[32];
        struct buf got = {0};

        (void)snprintf(mark, sizeof mark, "\nid: %d\n", after + 1);
        const char *rest = after < 5 ? strstr(want.data, mark) : NULL;

        while (rest && strncmp(rest, "event: ", 7) != 0)
            rest--;
        assert_int_equal(
            changes_write(&page, ACCOUNT_ALONE, after, "http://h", &got), 5);
        unit_assert_buf(&got, rest ? rest : "");
        buf_release(&got);
    }
    buf_release(&want);
    changes_page_release(&page);
}

static void a_page_read_later_begins_behind_its_place(void **state)
{
    struct store_case *c = *state;
    struct changes_page page = {0};
    struct buf got = {0};

    fill_log(c, 1, 5);
    read_page(c, &page, 3, 2);
    assert_int_equal(changes_write(&page, ACCOUNT_ALONE, 3, "http://h", &got),
                     5);
    unit_assert_buf(&got, "event: deleted\nid: 4\ndata: {\"id\":4}\n\n"
                          "event: deleted\nid: 5\ndata: {\"id\":5}\n\n");
    read_page(c, &page, 5, 0);
    assert_int_equal(changes_write(&page, ACCOUNT_ALONE, 5, "http://h", &got),
                     5);
    buf_release(&got);
    changes_page_release(&page);
}

/* A page that is not full is the last one. */
static void pages_make_the_log(void **state)
{
    struct store_case *c = *state;
    struct changes_page page = {0};
    struct buf got = {0};
    int64_t after = 0;

    fill_log(c, 1, 2 * CHANGES_STEP);
    read_page(c, &page, after, CHANGES_STEP);
    after = changes_write(&page, ACCOUNT_ALONE, after, "http://h", &got);
    assert_int_equal(after, CHANGES_STEP);
    read_page(c, &page, after, CHANGES_STEP);
    after = changes_write(&page, ACCOUNT_ALONE, after, "http://h", &got);
    assert_int_equal(after, 2 * CHANGES_STEP);
    read_page(c, &page, after, 0);
    for (int id = 1; id <= 2 * CHANGES_STEP; id++) {
        char event[64];

        (void)snprintf(event, sizeof event,
                       "event: deleted\nid: %d\ndata: {\"id\":%d}\n\n", id, id);
        assert_true(unit_buf_has(&got, event));
    }
    buf_release(&got);
    changes_page_release(&page);
}

/* The log was cut while somebody was slow to read on. */
static void a_page_tells_what_was_cut_off_before_it(void **state)
{
    struct store_case *c = *state;
    struct changes_page page = {0};
    struct buf got = {0};

    fill_log(c, 1, 5);
    store_case_exec(c->path, "DELETE FROM changes WHERE id < 4");
    read_page(c, &page, 1, 2);
    assert_int_equal(changes_write(&page, ACCOUNT_ALONE, 1, "http://h", &got),
                     5);
    unit_assert_buf(&got, "event: reset\nid: 3\ndata: {\"id\":3}\n\n"
                          "event: deleted\nid: 4\ndata: {\"id\":4}\n\n"
                          "event: deleted\nid: 5\ndata: {\"id\":5}\n\n");
    buf_clear(&got);
    assert_int_equal(changes_write(&page, ACCOUNT_ALONE, 3, "http://h", &got),
                     5);
    unit_assert_buf(&got, "event: deleted\nid: 4\ndata: {\"id\":4}\n\n"
                          "event: deleted\nid: 5\ndata: {\"id\":5}\n\n");
    buf_release(&got);
    changes_page_release(&page);
}

/* It may be another owner's, or that of a change that was rolled back. */
static void a_number_that_no_change_has_is_no_loss(void **state)
{
    struct store_case *c = *state;
    struct changes_page page = {0};
    struct buf got = {0};

    fill_log(c, 1, 5);
    store_case_exec(c->path, "DELETE FROM changes WHERE id IN (2, 4)");
    read_page(c, &page, 1, 2);
    assert_int_equal(changes_write(&page, ACCOUNT_ALONE, 1, "http://h", &got),
                     5);
    unit_assert_buf(&got, "event: deleted\nid: 3\ndata: {\"id\":3}\n\n"
                          "event: deleted\nid: 5\ndata: {\"id\":5}\n\n");
    buf_release(&got);
    changes_page_release(&page);
}

static void what_is_no_change_has_its_text(void **state)
{
    struct buf out = {0};

    (void)state;
    changes_write_reset(17, &out);
    unit_assert_buf(&out, "event: reset\nid: 17\ndata: {\"id\":17}\n\n");
    buf_clear(&out);
    changes_write_heartbeat(&out);
    assert_true(out.len > 3 && out.data[0] == ':');
    assert_true(memcmp(out.data + out.len - 2, "\n\n", 2) == 0);
    buf_clear(&out);
    changes_write_bye(&out);
    unit_assert_buf(&out, "event: bye\ndata: {}\n\n");
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_field_nothing_was_seen),
        cmocka_unit_test(a_field_of_digits_is_the_last_that_was_seen),
        cmocka_unit_test(all_else_is_no_number),
        store_test(in_an_empty_log_a_stream_begins_at_0),
        store_test(a_stream_goes_on_behind_what_was_seen),
        store_test(what_is_no_change_yet_is_a_gap),
        store_test(what_is_not_kept_any_more_is_a_gap),
        store_test(each_kind_of_change_is_an_event),
        store_test(a_page_is_written_behind_any_change_in_it),
        store_test(a_page_read_later_begins_behind_its_place),
        store_test(pages_make_the_log),
        store_test(a_page_tells_what_was_cut_off_before_it),
        store_test(a_number_that_no_change_has_is_no_loss),
        cmocka_unit_test(what_is_no_change_has_its_text),
    };

    return cmocka_run_group_tests_name("changes", tests, NULL, NULL);
}
