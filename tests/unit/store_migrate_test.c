#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <sqlite3.h>

#include "common/store/store_schema.h"
#include "tests/support/store_case.h"
#include "tests/support/vfs_shim.h"

enum { START_ROUNDS = 40, STARTERS = 4, AN_HOUR_MS = 3600000 };

/* Programs that start at once wait for each other, and on a busy machine that
 * may take long. Here nobody waits too long: the clock stands, and SQLite,
 * which has its own, is told so. The linker puts these in the place of the
 * functions (ld(1), --wrap). */
/* NOLINTBEGIN: the names are the linker's */
int __real_sqlite3_busy_timeout(sqlite3 *db, int ms);
int __wrap_sqlite3_busy_timeout(sqlite3 *db, int ms);
int64_t __wrap_clock_mono_us(void);

int __wrap_sqlite3_busy_timeout(sqlite3 *db, int ms)
{
    return __real_sqlite3_busy_timeout(db, ms > 0 ? AN_HOUR_MS : ms);
}

int64_t __wrap_clock_mono_us(void)
{
    return 1;
}
/* NOLINTEND */

static int teardown(void **state)
{
    (void)vfs_shim_mend();
    return store_case_folder_teardown(state);
}

#define migrate_test(name)                                                     \
    cmocka_unit_test_setup_teardown(name, store_case_folder_setup, teardown)

static void start(const char *path)
{
    char why[256] = "";
    struct store_file *file = store_file_new(path, why, sizeof why);

    if (!file)
        fail_msg("%s", why);
    store_file_free(file);
}

static void assert_newest_schema(const char *path)
{
    assert_int_equal(store_case_number(path, "PRAGMA user_version"),
                     store_schema_count);
    assert_int_equal(store_case_number(path,
                                       "SELECT count(*) FROM sqlite_schema"
                                       " WHERE name IN ('todos', 'changes')"),
                     2);
    assert_int_equal(store_case_number(path, "SELECT journal_mode = 'wal'"
                                             " FROM pragma_journal_mode"),
                     1);
}

static void a_fresh_file_gets_the_newest_schema(void **state)
{
    const struct store_case *c = *state;

    start(c->path);
    assert_newest_schema(c->path);
}

static void an_empty_file_is_a_fresh_one(void **state)
{
    const struct store_case *c = *state;
    int fd = open(c->path, O_CREAT | O_WRONLY, 0600);

    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    start(c->path);
    assert_newest_schema(c->path);
}

static void a_second_start_changes_nothing(void **state)
{
    const struct store_case *c = *state;

    start(c->path);
    store_case_exec(c->path, "INSERT INTO todos (title, completed, created_at,"
                             " updated_at) VALUES ('kept', 0, 1, 2)");
    start(c->path);
    start(c->path);
    assert_newest_schema(c->path);
    assert_int_equal(store_case_titled(c->path, "kept"), 1);
}

/* --- at once -------------------------------------------------------------- */

/* A program that starts and writes one todo; its exit status says whether it
 * could. It begins when the pipe's other end is closed. */
static void run_starter(const char *path, int gate)
{
    struct create_todo job = {.owner = ACCOUNT_ALONE,
                              .draft = store_case_draft("from a starter")};
    char why[256] = "";
    char byte;
    struct store_file *file;
    struct store *store;
    int status = 1;

    if (read(gate, &byte, 1) != 0)
        _exit(2);
    file = store_file_new(path, why, sizeof why);
    store = file ? store_new(file) : NULL;
    if (store && store_case_write(store, store_create_todo, &job) == TODO_OK)
        status = 0;
    if (!file)
        (void)fprintf(stderr, "a starter: %s\n", why);
    store_free(store);
    store_file_free(file);
    _exit(status);
}

static void start_at_once(const char *path)
{
    pid_t starters[STARTERS];
    int gate[2];
    int failed = 0;

    assert_int_equal(pipe(gate), 0);
    for (int i = 0; i < STARTERS; i++) {
        starters[i] = fork();
        assert_true(starters[i] >= 0);
        if (starters[i] == 0) {
            (void)close(gate[1]);
            run_starter(path, gate[0]);
        }
    }
    (void)close(gate[0]);
    (void)close(gate[1]); /* and they are off */
    for (int i = 0; i < STARTERS; i++) {
        int status = -1;

        assert_int_equal(waitpid(starters[i], &status, 0), starters[i]);
        failed += status != 0;
    }
    assert_int_equal(failed, 0);
}

static void programs_that_start_at_once_all_start(void **state)
{
    const struct store_case *c = *state;

    for (int round = 0; round < START_ROUNDS; round++) {
        char path[320];

        (void)snprintf(path, sizeof path, "%s/%d.db", c->folder, round);
        start_at_once(path);
        assert_newest_schema(path);
        assert_int_equal(store_case_titled(path, "from a starter"), STARTERS);
    }
}

/* --- refusals ------------------------------------------------------------- */

static void assert_refused(const char *path, const char *reason)
{
    char why[256] = "";
    char want[256];

    (void)snprintf(want, sizeof want, "%s: %s", path, reason);
    assert_true(store_file_new(path, why, sizeof why) == NULL);
    assert_string_equal(why, want);
}

static void a_newer_schema_is_refused_and_left_alone(void **state)
{
    const struct store_case *c = *state;
    char reason[128];
    char mark[48];

    start(c->path);
    (void)snprintf(mark, sizeof mark, "PRAGMA user_version = %d",
                   store_schema_count + 1);
    store_case_exec(c->path, mark);
    (void)snprintf(reason, sizeof reason,
                   "made by a newer version of this program (schema %d; this "
                   "one knows %d)",
                   store_schema_count + 1, store_schema_count);
    assert_refused(c->path, reason);
    assert_int_equal(store_case_number(c->path, "PRAGMA user_version"),
                     store_schema_count + 1);
}

static void a_file_of_another_kind_is_refused_and_left_alone(void **state)
{
    static const char text[] = "This is a letter, and no database at all.\n";
    const struct store_case *c = *state;
    char kept[sizeof text];
    FILE *file = fopen(c->path, "w");

    assert_true(file != NULL);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    assert_refused(c->path, "file is not a database");
    file = fopen(c->path, "r");
    assert_true(file != NULL);
    assert_true(fgets(kept, sizeof kept, file) == kept);
    assert_int_equal(fgetc(file), EOF);
    assert_int_equal(fclose(file), 0);
    assert_string_equal(kept, text);
}

static void a_file_in_no_folder_is_refused(void **state)
{
    const struct store_case *c = *state;
    char path[320];

    (void)snprintf(path, sizeof path, "%s/none/todos.db", c->folder);
    assert_refused(path,
                   "unable to open database file (No such file or directory)");
}

static void memory_is_refused_for_want_of_a_log(void **state)
{
    (void)state;
    assert_refused(":memory:", "cannot keep a write-ahead log there");
    assert_refused("", "cannot keep a write-ahead log there");
}

static void a_line_that_does_not_fit_is_cut(void **state)
{
    char why[12];

    (void)state;
    memset(why, 'x', sizeof why);
    assert_true(store_file_new(":memory:", why, sizeof why) == NULL);
    assert_string_equal(why, ":memory:: c");
}

/* --- a disk that fails ---------------------------------------------------- */

/* Starts on a disk whose nth call fails, and all behind it. Gives whether the
 * fault was met. Afterwards, on a whole disk, a start must go well. */
static bool start_on_a_failing_disk(const char *path, enum vfs_call call,
                                    int nth, int code)
{
    char why[256] = "";
    struct store_file *file;
    int failed;

    vfs_shim_break((struct vfs_fault){.call = call,
                                      .files = VFS_DATABASE | VFS_WAL,
                                      .first = nth,
                                      .times = VFS_FOR_GOOD,
                                      .code = code});
    file = store_file_new(path, why, sizeof why);
    failed = vfs_shim_mend();
    if (!file) {
        assert_true(failed > 0);
        assert_int_equal(strncmp(why, path, strlen(path)), 0);
    }
    store_file_free(file);
    start(path);
    assert_newest_schema(path);
    return failed > 0;
}

static void a_start_that_the_disk_failed_can_be_made_again(void **state)
{
    static const struct {
        enum vfs_call call;
        int code;
    } faults[] = {
        {VFS_WRITE, SQLITE_FULL},
        {VFS_WRITE, SQLITE_IOERR_WRITE},
        {VFS_SYNC, SQLITE_IOERR_FSYNC},
        {VFS_READ, SQLITE_IOERR_READ},
    };
    const struct store_case *c = *state;
    int files = 0;

    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        bool met = true;

        for (int nth = 1; met; nth++) {
            char path[320];

            (void)snprintf(path, sizeof path, "%s/%d.db", c->folder, files++);
            met = start_on_a_failing_disk(path, faults[i].call, nth,
                                          faults[i].code);
        }
    }
    assert_true(files > 20); /* the faults were met, and not at one place */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        migrate_test(a_fresh_file_gets_the_newest_schema),
        migrate_test(an_empty_file_is_a_fresh_one),
        migrate_test(a_second_start_changes_nothing),
        migrate_test(programs_that_start_at_once_all_start),
        migrate_test(a_newer_schema_is_refused_and_left_alone),
        migrate_test(a_file_of_another_kind_is_refused_and_left_alone),
        migrate_test(a_file_in_no_folder_is_refused),
        migrate_test(memory_is_refused_for_want_of_a_log),
        migrate_test(a_line_that_does_not_fit_is_cut),
        migrate_test(a_start_that_the_disk_failed_can_be_made_again),
    };

    return cmocka_run_group_tests_name("store_migrate", tests, store_case_shim,
                                       NULL);
}
