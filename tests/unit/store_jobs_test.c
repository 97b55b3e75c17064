#include <stdio.h>
#include <string.h>

#include "common/http/http_request.h"
#include "tests/support/store_case.h"

static const struct conditions unconditional;

static struct change_todo change_of(int64_t id, enum todo_draft_kind kind,
                                    const char *title)
{
    return (struct change_todo){.owner = ACCOUNT_ALONE,
                                .id = id,
                                .kind = kind,
                                .conditions = &unconditional,
                                .draft = store_case_draft(title)};
}

static struct conditions matches(int64_t version)
{
    return (struct conditions){
        .has_match = true, .match_count = 1, .match = {version}};
}

static enum todo_err read_back(struct store *store, int64_t id,
                               struct todo *todo)
{
    struct read_todo job = {.owner = ACCOUNT_ALONE, .id = id};
    enum todo_err err = store_case_read(store, store_read_todo, &job);

    *todo = job.todo;
    return err;
}

static void assert_same(const struct todo *a, const struct todo *b)
{
    assert_int_equal(a->id, b->id);
    assert_int_equal(a->version, b->version);
    assert_string_equal(a->title, b->title);
    assert_int_equal(a->completed, b->completed);
    assert_int_equal(a->has_order, b->has_order);
    assert_int_equal(a->order, b->order);
    assert_int_equal(a->has_due_at, b->has_due_at);
    assert_int_equal(a->due_at, b->due_at);
    assert_int_equal(a->created_at, b->created_at);
    assert_int_equal(a->updated_at, b->updated_at);
}

static void assert_kept(struct store *store, const struct todo *want)
{
    struct todo got;

    assert_int_equal(read_back(store, want->id, &got), TODO_OK);
    assert_same(&got, want);
}

static void what_is_created_is_read_back(void **state)
{
    struct store_case *c = *state;
    struct create_todo job = {.owner = ACCOUNT_ALONE,
                              .draft = store_case_draft("na\xC3\xAFve '%_\"")};

    assert_int_equal(store_case_write(c->store, store_create_todo, &job),
                     TODO_OK);
    assert_int_equal(job.todo.id, 1);
    assert_int_equal(job.todo.version, 1);
    assert_string_equal(job.todo.title, "na\xC3\xAFve '%_\"");
    assert_false(job.todo.completed || job.todo.has_order ||
                 job.todo.has_due_at);
    assert_int_equal(job.todo.created_at, job.todo.updated_at);
    assert_kept(c->store, &job.todo);
    store_case_reopen(c);
    assert_kept(c->store, &job.todo);
}

static void every_field_is_kept_to_its_limits(void **state)
{
    static const int64_t orders[] = {0, -1, TODO_ORDER_MAX, -TODO_ORDER_MAX};
    static const int64_t dues[] = {0, -62135596800000, 253402300799999, 1};
    struct store_case *c = *state;

    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        struct create_todo job = {.owner = ACCOUNT_ALONE,
                                  .draft = store_case_draft("")};
        struct todo *values = &job.draft.values;

        for (size_t at = 0; at < TODO_TITLE_SIZE - 1; at += 4)
            memcpy(values->title + at, "\xF0\x9F\x98\x80", 5);
        values->completed = true;
        values->has_order = values->has_due_at = true;
        values->order = orders[i];
        values->due_at = dues[i];
        assert_int_equal(store_case_write(c->store, store_create_todo, &job),
                         TODO_OK);
        assert_int_equal(strlen(job.todo.title), TODO_TITLE_SIZE - 1);
        assert_int_equal(job.todo.order, orders[i]);
        assert_int_equal(job.todo.due_at, dues[i]);
        assert_kept(c->store, &job.todo);
    }
}

static void what_is_not_there_is_not_found(void **state)
{
    static const int64_t ids[] = {1, 2, INT64_MAX};
    struct store_case *c = *state;

    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        struct change_todo change = change_of(ids[i], TODO_DRAFT_PATCH, "x");
        struct delete_todo delete = {ids[i], &unconditional, ACCOUNT_ALONE};
        struct todo todo;

        assert_int_equal(read_back(c->store, ids[i], &todo), TODO_ERR_NO_TODO);
        assert_int_equal(store_case_write(c->store, store_change_todo, &change),
                         TODO_ERR_NO_TODO);
        assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                         TODO_ERR_NO_TODO);
    }
}

static void another_owners_todo_is_not_found(void **state)
{
    struct store_case *c = *state;
    struct change_todo change = change_of(1, TODO_DRAFT_PATCH, "x");
    struct delete_todo delete = {1, &unconditional, ACCOUNT_ALONE};
    struct clear_todos clear = {.owner = ACCOUNT_ALONE};
    struct todo todo;

    store_case_exec(c->path, "INSERT INTO todos (owner, title, completed,"
                             " created_at, updated_at)"
                             " VALUES (2, 'theirs', 0, 0, 0)");
    assert_int_equal(read_back(c->store, 1, &todo), TODO_ERR_NO_TODO);
    assert_int_equal(store_case_write(c->store, store_change_todo, &change),
                     TODO_ERR_NO_TODO);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                     TODO_ERR_NO_TODO);
    assert_int_equal(store_case_write(c->store, store_clear_todos, &clear),
                     TODO_OK);
    clear.completed = LIST_OPEN;
    assert_int_equal(store_case_write(c->store, store_clear_todos, &clear),
                     TODO_OK);
    assert_int_equal(store_case_titled(c->path, "theirs"), 1);
}

/* --- changes -------------------------------------------------------------- */

static struct todo create_full(struct store *store)
{
    struct create_todo job = {.owner = ACCOUNT_ALONE,
                              .draft = store_case_draft("full")};

    job.draft.values.completed = true;
    job.draft.values.has_order = job.draft.values.has_due_at = true;
    job.draft.values.order = 7;
    job.draft.values.due_at = 1000;
    assert_int_equal(store_case_write(store, store_create_todo, &job), TODO_OK);
    return job.todo;
}

static void a_replacement_sets_what_it_omits_to_defaults(void **state)
{
    struct store_case *c = *state;
    struct todo before = create_full(c->store);
    struct change_todo job = change_of(before.id, TODO_DRAFT_WHOLE, "whole");

    assert_int_equal(store_case_write(c->store, store_change_todo, &job),
                     TODO_OK);
    assert_string_equal(job.todo.title, "whole");
    assert_false(job.todo.completed || job.todo.has_order ||
                 job.todo.has_due_at);
    assert_int_equal(job.todo.version, before.version + 1);
    assert_int_equal(job.todo.created_at, before.created_at);
    assert_true(job.todo.updated_at >= before.updated_at);
    assert_kept(c->store, &job.todo);
}

static void a_patch_leaves_what_it_omits(void **state)
{
    struct store_case *c = *state;
    struct todo want = create_full(c->store);
    struct change_todo job = change_of(want.id, TODO_DRAFT_PATCH, "patched");

    assert_int_equal(store_case_write(c->store, store_change_todo, &job),
                     TODO_OK);
    (void)snprintf(want.title, sizeof want.title, "patched");
    want.version++;
    want.updated_at = job.todo.updated_at;
    assert_same(&job.todo, &want);
    assert_kept(c->store, &want);
}

static void what_changes_nothing_keeps_version_and_time(void **state)
{
    struct store_case *c = *state;
    struct todo before = create_full(c->store);
    struct change_todo patch = change_of(before.id, TODO_DRAFT_PATCH, "full");
    struct change_todo whole = change_of(before.id, TODO_DRAFT_WHOLE, "full");
    struct change_todo empty = {.owner = ACCOUNT_ALONE,
                                .id = before.id,
                                .kind = TODO_DRAFT_PATCH,
                                .conditions = &unconditional};

    whole.draft.values = before;
    /* An old time: a change made now would bear another one. */
    store_case_exec(c->path, "UPDATE todos SET updated_at = 5");
    before.updated_at = 5;
    assert_int_equal(store_case_write(c->store, store_change_todo, &patch),
                     TODO_OK);
    assert_int_equal(store_case_write(c->store, store_change_todo, &whole),
                     TODO_OK);
    assert_int_equal(store_case_write(c->store, store_change_todo, &empty),
                     TODO_OK);
    assert_same(&patch.todo, &before);
    assert_same(&whole.todo, &before);
    assert_same(&empty.todo, &before);
    assert_kept(c->store, &before);
}

static void conditions_decide_before_anything_changes(void **state)
{
    struct store_case *c = *state;
    struct todo todo = store_case_create(c->store, "first");
    struct conditions stale = matches(todo.version + 1);
    struct conditions absent = {.none_match_any = true};
    struct change_todo change = change_of(todo.id, TODO_DRAFT_PATCH, "second");
    struct delete_todo delete = {todo.id, &stale, ACCOUNT_ALONE};

    change.conditions = &stale;
    assert_int_equal(store_case_write(c->store, store_change_todo, &change),
                     TODO_ERR_PRECONDITION);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                     TODO_ERR_PRECONDITION);
    change.conditions = delete.conditions = &absent;
    assert_int_equal(store_case_write(c->store, store_change_todo, &change),
                     TODO_ERR_PRECONDITION);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                     TODO_ERR_PRECONDITION);
    assert_kept(c->store, &todo);
}

static void of_two_writers_with_one_version_one_wins(void **state)
{
    struct store_case *c = *state;
    struct todo todo = store_case_create(c->store, "first");
    struct conditions now = matches(todo.version);
    struct change_todo a = change_of(todo.id, TODO_DRAFT_PATCH, "a");
    struct change_todo b = change_of(todo.id, TODO_DRAFT_PATCH, "b");
    struct store_job jobs[] = {{.work = store_change_todo, .arg = &a},
                               {.work = store_change_todo, .arg = &b}};

    a.conditions = b.conditions = &now;
    store_run_writes(c->store, store_case_group(jobs, 2));
    assert_int_equal(jobs[0].err, TODO_OK);
    assert_int_equal(jobs[1].err, TODO_ERR_PRECONDITION);
    assert_kept(c->store, &a.todo);
    assert_int_equal(store_case_write(c->store, store_change_todo, &b),
                     TODO_ERR_PRECONDITION);
    assert_kept(c->store, &a.todo);
}

/* --- deletions ------------------------------------------------------------ */

static void what_is_deleted_is_gone_and_its_id_is_not_used_again(void **state)
{
    struct store_case *c = *state;
    struct todo todo = store_case_create(c->store, "newest");
    struct delete_todo delete = {todo.id, &unconditional, ACCOUNT_ALONE};
    struct clear_todos clear = {.owner = ACCOUNT_ALONE};

    assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                     TODO_OK);
    assert_int_equal(read_back(c->store, todo.id, &todo), TODO_ERR_NO_TODO);
    assert_int_equal(store_case_write(c->store, store_delete_todo, &delete),
                     TODO_ERR_NO_TODO);
    store_case_reopen(c);
    assert_int_equal(store_case_create(c->store, "next").id, 2);
    assert_int_equal(store_case_write(c->store, store_clear_todos, &clear),
                     TODO_OK);
    assert_false(clear.more);
    store_case_reopen(c);
    assert_int_equal(store_case_create(c->store, "after all").id, 3);
}

/* Rows 1 … count; each `nth` is completed. */
static void fill(const struct store_case *c, int count, int nth)
{
    char sql[256];

    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   " FROM n WHERE i < %d) INSERT INTO todos (title, completed,"
                   " created_at, updated_at) SELECT 'row', i %% %d = 0, 0, 0"
                   " FROM n",
                   count, nth);
    store_case_exec(c->path, sql);
}

static int64_t rows(const struct store_case *c)
{
    return store_case_number(c->path, "SELECT count(*) FROM todos");
}

static void a_clearing_without_filter_is_one_step(void **state)
{
    struct store_case *c = *state;
    struct clear_todos job = {.owner = ACCOUNT_ALONE};

    fill(c, 3 * STORE_CLEAR_STEP, 2);
    assert_int_equal(store_case_write(c->store, store_clear_todos, &job),
                     TODO_OK);
    assert_false(job.more);
    assert_int_equal(rows(c), 0);
}

/* Clears step by step, as the handlers do; gives the number of steps. */
static int clear_in_steps(struct store_case *c, enum list_completed completed)
{
    struct clear_todos job = {
        .owner = ACCOUNT_ALONE, .completed = completed, .more = true};
    int64_t before = rows(c);
    int steps = 0;

    for (; job.more; steps++) {
        job.after_id = job.reached_id;
        assert_int_equal(store_case_write(c->store, store_clear_todos, &job),
                         TODO_OK);
        assert_true(before - rows(c) <= STORE_CLEAR_STEP);
        before = rows(c);
    }
    return steps;
}

static void a_filtered_clearing_goes_in_steps(void **state)
{
    static const struct {
        int completed; /* that many are completed, and as many are not */
        int steps;
    } cases[] = {
        {0, 1},
        {1, 1},
        {STORE_CLEAR_STEP - 1, 1},
        {STORE_CLEAR_STEP, 2}, /* the second finds that nothing is left */
        {STORE_CLEAR_STEP + 1, 2},
        {2 * STORE_CLEAR_STEP + 500, 3},
    };
    struct store_case *c = *state;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        store_case_exec(c->path, "DELETE FROM todos");
        if (cases[i].completed > 0)
            fill(c, 2 * cases[i].completed, 2);
        assert_int_equal(clear_in_steps(c, LIST_COMPLETED), cases[i].steps);
        assert_int_equal(rows(c), cases[i].completed);
        assert_int_equal(
            store_case_number(c->path, "SELECT total(completed) FROM todos"),
            0);
        assert_int_equal(clear_in_steps(c, LIST_OPEN), cases[i].steps);
        assert_int_equal(rows(c), 0);
    }
}

static void a_filtered_clearing_spares_what_is_made_meanwhile(void **state)
{
    struct store_case *c = *state;
    struct clear_todos job = {.owner = ACCOUNT_ALONE, .completed = LIST_OPEN};

    fill(c, STORE_CLEAR_STEP + 1, STORE_CLEAR_STEP + 2);
    assert_int_equal(store_case_write(c->store, store_clear_todos, &job),
                     TODO_OK);
    assert_true(job.more);
    store_case_create(c->store, "made meanwhile");
    job.after_id = job.reached_id;
    assert_int_equal(store_case_write(c->store, store_clear_todos, &job),
                     TODO_OK);
    assert_false(job.more);
    assert_int_equal(rows(c), 1);
    assert_int_equal(store_case_titled(c->path, "made meanwhile"), 1);
}

static void a_ping_finds_the_database(void **state)
{
    struct store_case *c = *state;

    assert_int_equal(store_case_read(c->store, store_ping, NULL), TODO_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(what_is_created_is_read_back),
        store_test(every_field_is_kept_to_its_limits),
        store_test(what_is_not_there_is_not_found),
        store_test(another_owners_todo_is_not_found),
        store_test(a_replacement_sets_what_it_omits_to_defaults),
        store_test(a_patch_leaves_what_it_omits),
        store_test(what_changes_nothing_keeps_version_and_time),
        store_test(conditions_decide_before_anything_changes),
        store_test(of_two_writers_with_one_version_one_wins),
        store_test(what_is_deleted_is_gone_and_its_id_is_not_used_again),
        store_test(a_clearing_without_filter_is_one_step),
        store_test(a_filtered_clearing_goes_in_steps),
        store_test(a_filtered_clearing_spares_what_is_made_meanwhile),
        store_test(a_ping_finds_the_database),
    };

    return cmocka_run_group_tests_name("store_jobs", tests, NULL, NULL);
}
