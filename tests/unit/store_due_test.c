/*
 * tests/unit/store_due_test.c - which reminders fire, when, and how often?
 *
 * The wall clock is not moved: what is due lies in the past, or a day ahead.
 */
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "common/base/clock.h"
#include "common/http/http_request.h"
#include "common/store/store_internal.h"
#include "common/store/store_schema.h"
#include "tests/support/store_case.h"
#include "tests/unit/unit.h"

enum { DAY_MS = 24 * 60 * 60 * 1000, PAST = 1000, LATER = 2000 };

#define YEAR_1    (-INT64_C(62135596800000))
#define YEAR_9999 INT64_C(253402300799999)

static const struct conditions unconditional;

/* --- what is done --------------------------------------------------------- */

static int64_t tomorrow(void)
{
    return clock_wall_ms() + DAY_MS;
}

static void set_due(struct todo_draft *draft, int64_t due_at)
{
    draft->named[TODO_FIELD_DUE_AT] = true;
    draft->values.has_due_at = true;
    draft->values.due_at = due_at;
}

static struct todo create_of(struct store_case *c, int64_t owner,
                             int64_t due_at)
{
    struct create_todo job = {.owner = owner, .draft = store_case_draft("due")};

    set_due(&job.draft, due_at);
    assert_int_equal(store_case_write(c->store, store_create_todo, &job),
                     TODO_OK);
    return job.todo;
}

static int64_t create(struct store_case *c, int64_t due_at)
{
    return create_of(c, ACCOUNT_ALONE, due_at).id;
}

static void patch(struct store_case *c, int64_t id,
                  const struct todo_draft *draft)
{
    struct change_todo job = {.id = id,
                              .kind = TODO_DRAFT_PATCH,
                              .conditions = &unconditional,
                              .owner = ACCOUNT_ALONE,
                              .draft = *draft};

    assert_int_equal(store_case_write(c->store, store_change_todo, &job),
                     TODO_OK);
}

static void patch_due(struct store_case *c, int64_t id, int64_t due_at)
{
    struct todo_draft draft = {0};

    set_due(&draft, due_at);
    patch(c, id, &draft);
}

static void patch_no_due(struct store_case *c, int64_t id)
{
    struct todo_draft draft = {.named = {[TODO_FIELD_DUE_AT] = true}};

    patch(c, id, &draft);
}

static void patch_completed(struct store_case *c, int64_t id, bool completed)
{
    struct todo_draft draft = {.named = {[TODO_FIELD_COMPLETED] = true},
                               .values.completed = completed};

    patch(c, id, &draft);
}

/* --- what comes of it ----------------------------------------------------- */

static int fire(struct store_case *c)
{
    struct fire_due job = {.count = -1};

    assert_int_equal(store_case_write(c->store, store_fire_due, &job), TODO_OK);
    return job.count;
}

static int64_t next(struct store_case *c)
{
    struct next_due job = {0};

    assert_int_equal(store_case_read(c->store, store_next_due, &job), TODO_OK);
    return job.due_at;
}

/* How often a todo has been told. */
static int told(const struct store_case *c, int64_t id)
{
    char sql[128];

    (void)snprintf(sql, sizeof sql,
                   "SELECT count(*) FROM changes WHERE kind = 'due' AND"
                   " json_extract(data, '$.id') = %lld",
                   (long long)id);
    return (int)store_case_number(c->path, sql);
}

/* --- when it fires -------------------------------------------------------- */

static void what_was_due_fires_once(void **state)
{
    struct store_case *c = *state;
    int64_t id = create(c, PAST);

    assert_true(next(c) == PAST);
    assert_int_equal(fire(c), 1);
    assert_int_equal(fire(c), 0);
    assert_int_equal(told(c, id), 1);
    assert_true(next(c) == INT64_MAX);
}

static void what_is_due_later_waits(void **state)
{
    struct store_case *c = *state;
    int64_t at = tomorrow();

    (void)create(c, YEAR_9999);
    (void)create(c, at);
    assert_true(next(c) == at);
    assert_int_equal(fire(c), 0);
    assert_true(next(c) == at);
}

/* Its time has come when the clock shows it, and not a millisecond before. */
static void it_fires_at_its_time_and_not_before(void **state)
{
    struct store_case *c = *state;
    int64_t at;

    clock_freeze_wall();
    at = clock_wall_ms() + 1000;
    (void)create(c, at);
    clock_move_wall(999);
    assert_int_equal(fire(c), 0);
    clock_move_wall(-3600000); /* somebody sets it back */
    assert_int_equal(fire(c), 0);
    clock_move_wall(3600001);
    assert_true(clock_wall_ms() == at);
    assert_int_equal(fire(c), 1);
    clock_move_wall(-1000); /* and once more */
    clock_move_wall(1000);
    assert_int_equal(fire(c), 0);
    clock_let_wall_go();
}

static void the_first_and_the_last_year_are_times_too(void **state)
{
    struct store_case *c = *state;

    (void)create(c, YEAR_1);
    (void)create(c, YEAR_9999);
    assert_true(next(c) == YEAR_1);
    assert_int_equal(fire(c), 1);
    assert_true(next(c) == YEAR_9999);
    assert_int_equal(fire(c), 0);
}

static void the_oldest_fire_first_in_groups(void **state)
{
    enum { MANY = 2 * STORE_DUE_STEP + 5 };
    struct store_case *c = *state;

    for (int i = 0; i < MANY; i++) /* some at the same time */
        (void)create(c, PAST + (MANY - i) / 2);
    assert_int_equal(fire(c), STORE_DUE_STEP);
    assert_int_equal(fire(c), STORE_DUE_STEP);
    assert_int_equal(fire(c), 5);
    assert_int_equal(fire(c), 0);
    assert_int_equal(
        store_case_number(
            c->path,
            "SELECT count(*) FROM (SELECT json_extract(data, '$.due_at') AS at,"
            " json_extract(data, '$.id') AS todo, lag(json_extract(data,"
            " '$.due_at')) OVER w AS at0, lag(json_extract(data, '$.id'))"
            " OVER w AS todo0 FROM changes WHERE kind = 'due'"
            " WINDOW w AS (ORDER BY id))"
            " WHERE at0 > at OR (at0 = at AND todo0 >= todo)"),
        0);
    assert_int_equal(store_case_number(c->path, "SELECT count(DISTINCT"
                                                " json_extract(data, '$.id'))"
                                                " FROM changes WHERE kind ="
                                                " 'due'"),
                     MANY);
}

/* --- what it leaves as it was --------------------------------------------- */

static void firing_changes_nothing_that_a_client_sees(void **state)
{
    struct store_case *c = *state;
    struct todo before = create_of(c, ACCOUNT_ALONE, PAST);
    struct read_todo read = {.id = before.id, .owner = ACCOUNT_ALONE};
    struct buf want = {0};

    assert_int_equal(fire(c), 1);
    assert_int_equal(store_case_read(c->store, store_read_todo, &read),
                     TODO_OK);
    assert_memory_equal(&read.todo, &before, sizeof before);
    todo_write_json(&before, NULL, &want);
    buf_put(&want, "", 1);
    assert_false(want.failed);
    {
        char *sql = sqlite3_mprintf("SELECT data = %Q FROM changes"
                                    " WHERE kind = 'due'",
                                    want.data);

        assert_int_equal(store_case_number(c->path, sql), 1);
        sqlite3_free(sql);
    }
    buf_release(&want);
}

static void a_reminder_is_its_owners(void **state)
{
    struct store_case *c = *state;
    struct changes_page page = {.owner = 2};

    (void)create_of(c, 2, PAST);
    (void)create_of(c, 3, PAST);
    assert_int_equal(fire(c), 2); /* of all owners, in one go */
    assert_int_equal(store_case_read(c->store, store_read_changes, &page),
                     TODO_OK);
    assert_int_equal(page.count, 2);
    assert_int_equal(page.all[1].id, 3);
    assert_int_equal(page.all[1].owner, 2);
    assert_true(unit_buf_has(&page.text, "event: due\nid: 3\n"));
    assert_true(unit_buf_has(&page.text, ",\"url\":\""));
    changes_page_release(&page);
}

/* --- what arms it --------------------------------------------------------- */

static void another_time_arms_it_again(void **state)
{
    struct store_case *c = *state;
    int64_t id = create(c, PAST);

    assert_int_equal(fire(c), 1);
    patch_due(c, id, LATER);
    assert_int_equal(fire(c), 1);
    patch_due(c, id, tomorrow());
    assert_int_equal(fire(c), 0);
    patch_due(c, id, PAST);
    assert_int_equal(fire(c), 1);
    assert_int_equal(told(c, id), 3);
}

/* There and back is another time, twice, although the row is as it was. */
static void another_time_and_back_arms_it_again(void **state)
{
    struct store_case *c = *state;
    int64_t id = create(c, PAST);

    assert_int_equal(fire(c), 1);
    patch_due(c, id, tomorrow());
    patch_due(c, id, PAST);
    assert_int_equal(fire(c), 1);
    patch_no_due(c, id);
    assert_int_equal(fire(c), 0);
    patch_due(c, id, PAST);
    assert_int_equal(fire(c), 1);
}

static void the_same_time_does_not_arm_it(void **state)
{
    struct store_case *c = *state;
    int64_t id = create(c, PAST);
    struct change_todo put = {.id = id,
                              .kind = TODO_DRAFT_WHOLE,
                              .conditions = &unconditional,
                              .owner = ACCOUNT_ALONE,
                              .draft = store_case_draft("another title")};

    assert_int_equal(fire(c), 1);
    patch_due(c, id, PAST);
    set_due(&put.draft, PAST);
    assert_int_equal(store_case_write(c->store, store_change_todo, &put),
                     TODO_OK);
    assert_int_equal(put.todo.version, 2);
    assert_int_equal(fire(c), 0);
    assert_int_equal(told(c, id), 1);
}

static void what_is_completed_in_time_is_not_told(void **state)
{
    struct store_case *c = *state;
    int64_t id = create(c, PAST);

    patch_completed(c, id, true);
    assert_true(next(c) == INT64_MAX);
    assert_int_equal(fire(c), 0);
    patch_due(c, id, LATER);
    assert_int_equal(fire(c), 0);
    patch_completed(c, id, false); /* it is late now, and was never told */
    assert_int_equal(fire(c), 1);
    patch_completed(c, id, true);
    patch_completed(c, id, false);
    assert_int_equal(fire(c), 0);
}

static void what_is_deleted_is_not_told(void **state)
{
    struct store_case *c = *state;
    struct delete_todo one = {create(c, PAST), &unconditional, ACCOUNT_ALONE};
    struct clear_todos all = {.owner = ACCOUNT_ALONE};

    assert_int_equal(store_case_write(c->store, store_delete_todo, &one),
                     TODO_OK);
    (void)create(c, PAST);
    assert_int_equal(store_case_write(c->store, store_clear_todos, &all),
                     TODO_OK);
    assert_true(next(c) == INT64_MAX);
    assert_int_equal(fire(c), 0);
}

/* --- what was there before reminders -------------------------------------- */

/* Makes a file of the schema before, with todos in it. */
static void make_older(const struct store_case *c)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(c->path, &db), SQLITE_OK);
    for (int step = 0; step < 2; step++)
        assert_int_equal(sqlite3_exec(db, store_schema[step], NULL, NULL, NULL),
                         SQLITE_OK);
    assert_int_equal(
        sqlite3_exec(db,
                     "PRAGMA user_version = 2;"
                     "INSERT INTO todos (title, completed, due_at, created_at,"
                     " updated_at) VALUES ('late', 0, 1000, 1, 1),"
                     " ('done', 1, 1000, 1, 1), ('none', 0, NULL, 1, 1),"
                     " ('in time', 0, 253402300799999, 1, 1)",
                     NULL, NULL, NULL),
        SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void an_older_file_is_caught_up_with(void **state)
{
    struct store_case *c = *state;
    char why[256] = "";

    make_older(c);
    c->file = store_file_new(c->path, why, sizeof why);
    if (!c->file)
        fail_msg("%s", why);
    c->store = store_new(c->file);
    assert_true(next(c) == 1000);
    assert_int_equal(fire(c), 1);
    assert_int_equal(told(c, 1), 1);
    assert_true(next(c) == YEAR_9999);
    patch_completed(c, 2, false);
    assert_int_equal(fire(c), 1);
    store_case_close(c);
}

#define older_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, store_case_folder_setup,             \
                                    store_case_folder_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(what_was_due_fires_once),
        store_test(what_is_due_later_waits),
        store_test(it_fires_at_its_time_and_not_before),
        store_test(the_first_and_the_last_year_are_times_too),
        store_test(the_oldest_fire_first_in_groups),
        store_test(firing_changes_nothing_that_a_client_sees),
        store_test(a_reminder_is_its_owners),
        store_test(another_time_arms_it_again),
        store_test(another_time_and_back_arms_it_again),
        store_test(the_same_time_does_not_arm_it),
        store_test(what_is_completed_in_time_is_not_told),
        store_test(what_is_deleted_is_not_told),
        older_test(an_older_file_is_caught_up_with),
    };

    return cmocka_run_group_tests_name("store_due", tests, NULL, NULL);
}
