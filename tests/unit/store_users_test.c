#include <string.h>

#include "common/store/store_internal.h"
#include "tests/support/store_case.h"
#include "tests/unit/unit.h"

static enum todo_err create_user(struct store_case *c, const char *name,
                                 const char *secret)
{
    struct create_user job = {.name = name, .secret = secret};

    return store_case_write(c->store, store_create_user, &job);
}

static struct find_user find(struct store_case *c, const char *name)
{
    struct find_user job = {.name = name};

    assert_int_equal(store_case_read(c->store, store_find_user, &job), TODO_OK);
    return job;
}

/* --- users ---------------------------------------------------------------- */

static void the_first_user_has_the_number_behind_nobodys(void **state)
{
    struct store_case *c = *state;
    struct find_user user;

    assert_int_equal(create_user(c, "ada", "a secret"), TODO_OK);
    user = find(c, "ada");
    assert_true(user.found);
    assert_int_equal(user.id, ACCOUNT_FIRST);
    assert_string_equal(user.secret, "a secret");
    assert_int_equal(create_user(c, "bob", "another"), TODO_OK);
    assert_int_equal(find(c, "bob").id, ACCOUNT_FIRST + 1);
}

static void a_name_that_nobody_has_is_not_found(void **state)
{
    struct store_case *c = *state;

    assert_int_equal(create_user(c, "ada", "a secret"), TODO_OK);
    assert_false(find(c, "Ada").found);
    assert_false(find(c, "adaa").found);
    assert_false(find(c, "ad").found);
    assert_false(find(c, "").found);
}

static void a_name_is_given_once(void **state)
{
    struct store_case *c = *state;

    assert_int_equal(create_user(c, "ada", "a secret"), TODO_OK);
    assert_int_equal(create_user(c, "ada", "another"), TODO_ERR_NAME_TAKEN);
    assert_string_equal(find(c, "ada").secret, "a secret");
}

/* In one transaction, as when they come at the same moment. */
static void of_two_that_want_a_name_one_gets_it(void **state)
{
    struct store_case *c = *state;
    struct create_user first = {.name = "ada", .secret = "first"};
    struct create_user second = {.name = "ada", .secret = "second"};
    struct create_user other = {.name = "bob", .secret = "other"};
    struct store_job jobs[] = {
        {.work = store_create_user, .arg = &first},
        {.work = store_create_user, .arg = &second},
        {.work = store_create_user, .arg = &other},
    };

    jobs[0].next = &jobs[1];
    jobs[1].next = &jobs[2];
    store_run_writes(c->store, jobs);
    assert_int_equal(jobs[0].err, TODO_OK);
    assert_int_equal(jobs[1].err, TODO_ERR_NAME_TAKEN);
    assert_int_equal(jobs[2].err, TODO_OK);
    assert_string_equal(find(c, "ada").secret, "first");
    assert_true(find(c, "bob").found);
}

static void a_secret_is_renewed_unless_it_is_another_by_now(void **state)
{
    struct store_case *c = *state;
    struct renew_secret job = {ACCOUNT_FIRST, "old", "new"};

    assert_int_equal(create_user(c, "ada", "old"), TODO_OK);
    assert_int_equal(create_user(c, "bob", "old"), TODO_OK);
    assert_int_equal(store_case_write(c->store, store_renew_secret, &job),
                     TODO_OK);
    assert_string_equal(find(c, "ada").secret, "new");
    assert_string_equal(find(c, "bob").secret, "old");
    job.renewed = "too late";
    assert_int_equal(store_case_write(c->store, store_renew_secret, &job),
                     TODO_OK);
    assert_string_equal(find(c, "ada").secret, "new");
}

static void users_are_no_change_of_todos(void **state)
{
    struct store_case *c = *state;

    assert_int_equal(create_user(c, "ada", "a secret"), TODO_OK);
    assert_int_equal(store_case_number(c->path, "SELECT count(*) FROM changes"),
                     0);
}

/* --- the key -------------------------------------------------------------- */

static void the_key_is_made_once_for_a_database(void **state)
{
    struct store_case *c = *state;
    unsigned char key[TOKEN_KEY_SIZE], none[TOKEN_KEY_SIZE] = {0};
    char why[256] = "";
    struct store_file *again;

    memcpy(key, store_file_token_key(c->file), sizeof key);
    assert_memory_not_equal(key, none, sizeof key);
    again = store_file_new(c->path, why, sizeof why);
    assert_true(again != NULL);
    assert_memory_equal(store_file_token_key(again), key, sizeof key);
    store_file_free(again);
    assert_int_equal(
        store_case_number(c->path, "SELECT count(*) FROM token_key"), 1);
}

/* --- owners --------------------------------------------------------------- */

static int64_t create(struct store_case *c, int64_t owner, const char *title)
{
    struct create_todo job = {.draft = store_case_draft(title), .owner = owner};

    assert_int_equal(store_case_write(c->store, store_create_todo, &job),
                     TODO_OK);
    return job.todo.id;
}

static int64_t count(struct store_case *c, int64_t owner)
{
    struct list_query query = {.limit = 1000};
    struct list_todos job = {
        .query = &query, .owner = owner, .base = "", .lines = true};
    int64_t rows = 0;

    assert_int_equal(store_case_read(c->store, store_list_todos, &job),
                     TODO_OK);
    for (size_t i = 0; i < job.page.len; i++)
        rows += job.page.data[i] == '\n';
    list_todos_release(&job);
    return rows;
}

static void a_todo_is_found_and_changed_by_its_owner_alone(void **state)
{
    struct store_case *c = *state;
    static const struct conditions any;
    int64_t id = create(c, 2, "hers");

    for (int64_t owner = 0; owner < 5; owner++) {
        enum todo_err want = owner == 2 ? TODO_OK : TODO_ERR_NO_TODO;
        struct read_todo read = {.id = id, .owner = owner};
        struct change_todo change = {.id = id,
                                     .kind = TODO_DRAFT_WHOLE,
                                     .conditions = &any,
                                     .owner = owner,
                                     .draft = store_case_draft("changed")};

        assert_int_equal(store_case_read(c->store, store_read_todo, &read),
                         want);
        assert_int_equal(store_case_write(c->store, store_change_todo, &change),
                         want);
    }
    for (int64_t owner = 4; owner >= 0; owner--) {
        struct delete_todo delete = {id, &any, owner};

        if (owner != 2)
            assert_int_equal(
                store_case_write(c->store, store_delete_todo, &delete),
                TODO_ERR_NO_TODO);
    }
    assert_int_equal(count(c, 2), 1);
}

static void an_owner_clears_what_is_his_alone(void **state)
{
    struct store_case *c = *state;
    static const enum list_completed filters[] = {LIST_OPEN, LIST_ANY};

    for (size_t i = 0; i < sizeof filters / sizeof *filters; i++) {
        struct clear_todos job = {.completed = filters[i], .owner = 2};

        create(c, 1, "nobody's");
        create(c, 2, "hers");
        create(c, 3, "his");
        do {
            job.after_id = job.reached_id;
            assert_int_equal(
                store_case_write(c->store, store_clear_todos, &job), TODO_OK);
        } while (job.more);
        assert_int_equal(count(c, 1), i + 1);
        assert_int_equal(count(c, 2), 0);
        assert_int_equal(count(c, 3), i + 1);
    }
}

/* Reads what comes behind `after` for the owner; gives how far that came. */
static int64_t read_changes(struct store_case *c, int64_t owner, int64_t after,
                            int events, bool reset)
{
    struct changes_page page = {.owner = owner, .after = after};
    struct buf text = {0};
    int64_t reached;

    assert_int_equal(store_case_read(c->store, store_read_changes, &page),
                     TODO_OK);
    assert_int_equal(page.count, events);
    reached = changes_write(&page, owner, after, "", &text);
    assert_int_equal(unit_buf_has(&text, "event: reset"), reset);
    assert_int_equal(unit_buf_has(&text, "event: created"), events > 0);
    changes_page_release(&page);
    buf_release(&text);
    return reached;
}

static void an_owner_is_told_what_is_his_alone(void **state)
{
    struct store_case *c = *state;

    create(c, 2, "one");
    create(c, 3, "two");
    create(c, 2, "three");
    create(c, 3, "four");
    create(c, 3, "five");
    assert_int_equal(read_changes(c, 2, 0, 2, false), 5);
    assert_int_equal(read_changes(c, 3, 0, 3, false), 5);
    assert_int_equal(read_changes(c, 3, 2, 2, false), 5);
    assert_int_equal(read_changes(c, 4, 0, 0, false), 5);
    assert_int_equal(read_changes(c, 2, 5, 0, false), 5);
}

/* A full page ends where it ends, whatever others have changed behind it. */
static void a_full_page_reaches_its_last_change(void **state)
{
    struct store_case *c = *state;

    for (int i = 0; i < CHANGES_STEP; i++)
        create(c, 2, "hers");
    create(c, 3, "his");
    assert_int_equal(read_changes(c, 2, 0, CHANGES_STEP, false), CHANGES_STEP);
    assert_int_equal(read_changes(c, 2, CHANGES_STEP, 0, false),
                     CHANGES_STEP + 1);
}

/* A stream that has read as far as the page has come misses nothing. One that
 * has not may have: the log is one for all. */
static void changes_of_others_do_not_make_a_gap(void **state)
{
    struct store_case *c = *state;
    int64_t reached;

    create(c, 2, "hers");
    create(c, 3, "his");
    reached = read_changes(c, 2, 0, 1, false);
    store_case_exec(c->path, "DELETE FROM changes");
    store_case_exec(c->path, "INSERT INTO changes (id, owner, kind, data)"
                             " VALUES (3, 3, 'deleted', '{\"id\":1}'),"
                             " (4, 3, 'deleted', '{\"id\":1}')");
    assert_int_equal(read_changes(c, 2, reached, 0, false), 4);
    assert_int_equal(read_changes(c, 2, reached - 1, 0, true), 4);
}

/* The page of all changes is read once for all subscribers. */
static void of_all_changes_each_owner_is_told_his(void **state)
{
    struct store_case *c = *state;
    struct changes_page page = {0};
    struct buf text = {0};

    create(c, 2, "hers");
    create(c, 3, "his");
    assert_int_equal(store_case_read(c->store, store_read_changes, &page),
                     TODO_OK);
    assert_int_equal(page.count, 2);
    for (int64_t owner = 1; owner < 4; owner++) {
        buf_clear(&text);
        assert_int_equal(changes_write(&page, owner, 0, "", &text), 2);
        assert_int_equal(unit_buf_has(&text, "hers"), owner == 2);
        assert_int_equal(unit_buf_has(&text, "his"), owner == 3);
    }
    changes_page_release(&page);
    buf_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        store_test(the_first_user_has_the_number_behind_nobodys),
        store_test(a_name_that_nobody_has_is_not_found),
        store_test(a_name_is_given_once),
        store_test(of_two_that_want_a_name_one_gets_it),
        store_test(a_secret_is_renewed_unless_it_is_another_by_now),
        store_test(users_are_no_change_of_todos),
        store_test(the_key_is_made_once_for_a_database),
        store_test(a_todo_is_found_and_changed_by_its_owner_alone),
        store_test(an_owner_clears_what_is_his_alone),
        store_test(an_owner_is_told_what_is_his_alone),
        store_test(a_full_page_reaches_its_last_change),
        store_test(changes_of_others_do_not_make_a_gap),
        store_test(of_all_changes_each_owner_is_told_his),
    };

    return cmocka_run_group_tests_name("store_users", tests, NULL, NULL);
}
