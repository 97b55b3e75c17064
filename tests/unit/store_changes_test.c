#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "common/http/http_request.h"
#include "tests/support/store_case.h"

static const struct conditions unconditional;

/* All changes as lines of "id kind data". Gives: release. */
static struct buf read_log(const struct store_case *c)
{
    struct buf log = {0};
    sqlite3 *db = NULL;
    sqlite3_stmt *rows = NULL;

    assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
    assert_int_equal(
        sqlite3_prepare_v2(db,
                           "SELECT id || ' ' || kind || ' ' || data || char(10)"
                           " FROM changes ORDER BY id",
                           -1, &rows, NULL),
        SQLITE_OK);
    while (sqlite3_step(rows) == SQLITE_ROW)
        buf_puts(&log, (const char *)sqlite3_column_text(rows, 0));
    assert_int_equal(sqlite3_finalize(rows), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    buf_put(&log, "", 1);
    return log;
}

static void assert_log(const struct store_case *c, const struct buf *want)
{
    struct buf log = read_log(c);

    assert_false(want->failed || log.failed);
    assert_string_equal(log.data, want->len > 0 ? want->data : "");
    buf_release(&log);
}

/* What the log must say next: the todo as it now is, without url. */
static void expect_todo(struct buf *want, int number, const char *kind,
                        const struct todo *todo)
{
    buf_printf(want, "%d %s ", number, kind);
    todo_write_json(todo, NULL, want);
    buf_puts(want, "\n");
}

static enum todo_err patch(struct store_case *c, struct change_todo *job,
                           const char *title)
{
    job->id = 1;
    job->kind = TODO_DRAFT_PATCH;
    if (!job->conditions)
        job->conditions = &unconditional;
    job->draft = store_case_draft(title);
    return store_case_write(c->store, store_change_todo, job);
}

static void each_change_is_one_row_in_its_order(void **state)
{
    struct store_case *c = *state;
    struct todo first = store_case_create(c->store, "first \"quoted\"");
    struct todo second = store_case_create(c->store, "second");
    struct change_todo change = {.owner = ACCOUNT_ALONE};
    struct delete_todo delete = {2, &unconditional, ACCOUNT_ALONE};
    struct clear_todos clear = {.owner = ACCOUNT_ALONE};
    struct buf want = {0};

    assert_int_equal(patch(c, &change, "changed"), TODO_OK);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                     TODO_OK);
    assert_int_equal(store_case_write(c->store, store_clear_todos, &clear),
                     TODO_OK);
    expect_todo(&want, 1, "created", &first);
    expect_todo(&want, 2, "created", &second);
    expect_todo(&want, 3, "updated", &change.todo);
    buf_puts(&want, "4 deleted {\"id\":2}\n");
    buf_puts(&want, "5 cleared {\"completed\":null}\n");
    buf_put(&want, "", 1);
    assert_log(c, &want);
    buf_release(&want);
}

static void a_group_is_logged_in_the_order_of_its_jobs(void **state)
{
    struct store_case *c = *state;
    struct create_todo create = {.owner = ACCOUNT_ALONE,
                                 .draft = store_case_draft("one")};
    struct change_todo change = {.owner = ACCOUNT_ALONE,
                                 .id = 1,
                                 .kind = TODO_DRAFT_PATCH,
                                 .conditions = &unconditional,
                                 .draft = store_case_draft("two")};
    struct delete_todo delete = {1, &unconditional, ACCOUNT_ALONE};
    struct store_job jobs[] = {{.work = store_create_todo, .arg = &create},
                               {.work = store_change_todo, .arg = &change},
                               {.work = store_delete_todo, .arg = &delete}};
    struct buf want = {0};

    store_run_writes(c->store, store_case_group(jobs, 3));
    for (int i = 0; i < 3; i++)
        assert_int_equal(jobs[i].err, TODO_OK);
    expect_todo(&want, 1, "created", &create.todo);
    expect_todo(&want, 2, "updated", &change.todo);
    buf_puts(&want, "3 deleted {\"id\":1}\n");
    buf_put(&want, "", 1);
    assert_log(c, &want);
    buf_release(&want);
}

static void what_changes_nothing_is_not_logged(void **state)
{
    struct store_case *c = *state;
    struct todo todo = store_case_create(c->store, "same");
    struct conditions stale = {.has_match = true};
    struct change_todo same = {.owner = ACCOUNT_ALONE};
    struct change_todo refused = {.owner = ACCOUNT_ALONE, .conditions = &stale};
    struct delete_todo none = {99, &unconditional, ACCOUNT_ALONE};
    struct delete_todo kept = {1, &stale, ACCOUNT_ALONE};
    struct buf want = {0};

    assert_int_equal(patch(c, &same, "same"), TODO_OK);
    assert_int_equal(patch(c, &refused, "other"), TODO_ERR_PRECONDITION);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &none),
                     TODO_ERR_NO_TODO);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &kept),
                     TODO_ERR_PRECONDITION);
    expect_todo(&want, 1, "created", &todo);
    buf_put(&want, "", 1);
    assert_log(c, &want);
    buf_release(&want);
}

static void each_step_of_a_clearing_is_a_change(void **state)
{
    struct store_case *c = *state;
    struct clear_todos job = {
        .owner = ACCOUNT_ALONE, .completed = LIST_OPEN, .more = true};
    struct buf want = {0};

    store_case_exec(c->path,
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                    " FROM n WHERE i < 2500) INSERT INTO todos (title,"
                    " completed, created_at, updated_at)"
                    " SELECT 'row', 0, 0, 0 FROM n");
    for (int step = 1; job.more; step++, job.after_id = job.reached_id) {
        assert_int_equal(store_case_write(c->store, store_clear_todos, &job),
                         TODO_OK);
        /* at once: there may be no next step */
        assert_int_equal(
            store_case_number(c->path, "SELECT count(*) FROM changes"), step);
    }
    job = (struct clear_todos){.owner = ACCOUNT_ALONE,
                               .completed = LIST_COMPLETED};
    assert_int_equal(store_case_write(c->store, store_clear_todos, &job),
                     TODO_OK);
    buf_puts(&want, "1 cleared {\"completed\":false}\n"
                    "2 cleared {\"completed\":false}\n"
                    "3 cleared {\"completed\":false}\n"
                    "4 cleared {\"completed\":true}\n");
    buf_put(&want, "", 1);
    assert_log(c, &want);
    buf_release(&want);
}

static void fill_log(const struct store_case *c, int count)
{
    char sql[256];

    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   " FROM n WHERE i < %d) INSERT INTO changes (kind, data)"
                   " SELECT 'cleared', '{}' FROM n",
                   count);
    store_case_exec(c->path, sql);
}

static void assert_log_spans(const struct store_case *c, int first, int last)
{
    char sql[128];

    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) = %d AND min(id) = %d AND max(id) = %d"
                   " FROM changes",
                   last - first + 1, first, last);
    assert_int_equal(store_case_number(c->path, sql), 1);
}

static void the_last_ten_thousand_changes_are_kept(void **state)
{
    struct store_case *c = *state;
    struct create_todo creates[5];
    struct store_job jobs[5] = {{0}};

    fill_log(c, STORE_KEEP_CHANGES - 1);
    store_case_create(c->store, "the ten thousandth");
    assert_log_spans(c, 1, STORE_KEEP_CHANGES);
    store_case_create(c->store, "one more");
    assert_log_spans(c, 2, STORE_KEEP_CHANGES + 1);
    for (int i = 0; i < 5; i++) {
        creates[i].draft = store_case_draft("of a group");
        jobs[i].work = store_create_todo;
        jobs[i].arg = &creates[i];
    }
    store_run_writes(c->store, store_case_group(jobs, 5));
    assert_log_spans(c, 7, STORE_KEEP_CHANGES + 6);
}

static void a_log_that_grew_elsewhere_is_trimmed_at_the_next_write(void **state)
{
    struct store_case *c = *state;
    struct delete_todo none = {99, &unconditional, ACCOUNT_ALONE};

    fill_log(c, STORE_KEEP_CHANGES + 321);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &none),
                     TODO_ERR_NO_TODO);
    assert_log_spans(c, 322, STORE_KEEP_CHANGES + 321);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(each_change_is_one_row_in_its_order),
        store_test(a_group_is_logged_in_the_order_of_its_jobs),
        store_test(what_changes_nothing_is_not_logged),
        store_test(each_step_of_a_clearing_is_a_change),
        store_test(the_last_ten_thousand_changes_are_kept),
        store_test(a_log_that_grew_elsewhere_is_trimmed_at_the_next_write),
    };

    return cmocka_run_group_tests_name("store_changes", tests, NULL, NULL);
}
