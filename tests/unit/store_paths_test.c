#include <fcntl.h>
#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/store_case.h"

enum { NOBODY = 65534, PATH_ROOM = STORE_CASE_PATH_MAX };

static int teardown(void **state)
{
    const struct store_case *c = *state;

    (void)chmod(c->folder, 0700); /* so that it can be emptied */
    return store_case_folder_teardown(state);
}

#define paths_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, store_case_folder_setup, teardown)

static void start(const char *path)
{
    char why[512] = "";
    struct store_file *file = store_file_new(path, why, sizeof why);

    if (!file)
        fail_msg("%s", why);
    store_file_free(file);
}

static void assert_refused(const char *path, const char *reason)
{
    char why[512] = "", want[512];

    (void)snprintf(want, sizeof want, "%s: %s", path, reason);
    assert_true(store_file_new(path, why, sizeof why) == NULL);
    assert_string_equal(why, want);
}

/* --- what is no file of data ---------------------------------------------- */

static void a_directory_is_refused(void **state)
{
    const struct store_case *c = *state;

    assert_refused(c->folder, "a directory, and no database");
}

/* To open one may wait for ever. */
static void a_pipe_is_refused(void **state)
{
    const struct store_case *c = *state;

    assert_int_equal(mkfifo(c->path, 0600), 0);
    assert_refused(c->path, "no regular file");
}

static void a_device_is_refused(void **state)
{
    (void)state;
    assert_refused("/dev/null", "no regular file");
    assert_refused("/dev/zero", "no regular file");
}

static void a_link_is_followed(void **state)
{
    const struct store_case *c = *state;
    char link[PATH_ROOM];

    (void)snprintf(link, sizeof link, "%s/link", c->folder);
    assert_int_equal(symlink("todos.db", link), 0);
    start(link); /* to a file that is not there yet */
    assert_int_equal(store_case_number(c->path, "SELECT count(*) FROM todos"),
                     0);
    start(link);
}

static void a_link_to_what_is_no_file_is_refused(void **state)
{
    const struct store_case *c = *state;

    assert_int_equal(symlink("/dev/null", c->path), 0);
    assert_refused(c->path, "no regular file");
}

static void a_link_to_itself_is_refused(void **state)
{
    const struct store_case *c = *state;

    assert_int_equal(symlink("todos.db", c->path), 0);
    assert_refused(c->path, "Too many levels of symbolic links");
}

static void a_path_through_a_file_is_refused(void **state)
{
    const struct store_case *c = *state;
    char path[PATH_ROOM];

    start(c->path);
    (void)snprintf(path, sizeof path, "%s/todos.db", c->path);
    assert_refused(path, "Not a directory");
}

/* Whoever builds SQLite decides whether it takes these for URIs. */
static void a_uri_is_refused(void **state)
{
    (void)state;
    assert_refused("file:todos.db?mode=memory",
                   "a URI; give the path of a file (one whose name begins so: "
                   "./file:...)");
}

static void signs_of_a_uri_are_letters_of_a_path(void **state)
{
    const struct store_case *c = *state;
    char path[PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s/a?mode=memory#b%%20c.db", c->folder);
    start(path);
    assert_int_equal(access(path, F_OK), 0);
}

/* What is wrong is told behind the path, and must not be cut off with it. */
static void a_path_that_is_too_long_is_shown_in_part(void **state)
{
    const struct store_case *c = *state;
    char path[600], why[512] = "", want[300];

    (void)snprintf(path, sizeof path, "%s/%0*d", c->folder, 300, 0);
    assert_true(store_file_new(path, why, sizeof why) == NULL);
    (void)snprintf(want, sizeof want, "%.200s...: File name too long", path);
    assert_string_equal(why, want);
}

/* --- what may not be written ---------------------------------------------- */

/* Root may write whatever the rights say; so a child asks that is not root. It
 * tells by its exit status: 0, refused with this reason; 1, with another one;
 * 2, not refused. */
static int ask_as_nobody(const char *path, const char *reason)
{
    int status = -1;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        char why[512] = "";
        struct store_file *file;

        if (geteuid() == 0 && (setgroups(0, NULL) != 0 || setgid(NOBODY) != 0 ||
                               setuid(NOBODY) != 0))
            _exit(3);
        file = store_file_new(path, why, sizeof why);
        if (!file)
            (void)fprintf(stderr, "nobody: %s\n", why);
        store_file_free(file);
        _exit(file ? 2 : strstr(why, reason) == NULL);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void set_rights(const struct store_case *c, const char *suffix,
                       mode_t mode)
{
    char path[PATH_ROOM];

    (void)snprintf(path, sizeof path, "%s%s", c->path, suffix);
    assert_int_equal(chmod(path, mode), 0);
}

/* A database that anybody may write, with the log of a server that was killed.
 */
static void make_open(struct store_case *c)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    char from[PATH_ROOM], why[512];

    (void)snprintf(from, sizeof from, "%s", c->path);
    c->file = store_file_new(from, why, sizeof why);
    c->store = store_new(c->file);
    assert_true(c->file != NULL && c->store != NULL);
    store_case_create(c->store, "kept");
    (void)snprintf(c->path, sizeof c->path, "%.64s/killed.db", c->folder);
    assert_int_equal(chmod(c->folder, 0777), 0);
    for (int i = 0; i < 3; i++) {
        store_case_copy(from, c->path, suffixes[i]);
        set_rights(c, suffixes[i], 0666);
    }
    store_case_close(c);
}

static const char unwritable[] =
    ": cannot be written; its folder and the files beside it, -wal and -shm, "
    "must be writable, too";

static void what_may_be_written_is_opened(void **state)
{
    struct store_case *c = *state;

    make_open(c);
    assert_int_equal(ask_as_nobody(c->path, ""), 2);
}

static void a_database_that_may_only_be_read_is_refused(void **state)
{
    struct store_case *c = *state;

    make_open(c);
    set_rights(c, "", 0444);
    assert_int_equal(ask_as_nobody(c->path, ": may be read, but not written"),
                     0);
}

static void a_log_that_may_only_be_read_is_refused(void **state)
{
    static const char *const suffixes[] = {"-wal", "-shm"};
    struct store_case *c = *state;

    make_open(c);
    for (int i = 0; i < 2; i++) {
        set_rights(c, suffixes[i], 0444);
        assert_int_equal(ask_as_nobody(c->path, unwritable), 0);
        set_rights(c, suffixes[i], 0666);
    }
}

static void a_folder_that_takes_no_log_is_refused(void **state)
{
    struct store_case *c = *state;

    start(c->path);
    set_rights(c, "", 0666);
    assert_int_equal(chmod(c->folder, 0555), 0);
    assert_int_equal(ask_as_nobody(c->path, unwritable), 0);
}

static void a_database_that_may_not_be_read_is_refused(void **state)
{
    struct store_case *c = *state;

    start(c->path);
    set_rights(c, "", 0);
    assert_int_equal(chmod(c->folder, 0777), 0);
    assert_int_equal(ask_as_nobody(c->path, "file (Permission denied)"), 0);
}

/* Nobody must get to the folder of a case, and into yours he may not get. */
static int use_the_folder_of_all(void **state)
{
    (void)state;
    return setenv("TMPDIR", "/tmp", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        paths_test(a_directory_is_refused),
        paths_test(a_pipe_is_refused),
        paths_test(a_device_is_refused),
        paths_test(a_link_is_followed),
        paths_test(a_link_to_what_is_no_file_is_refused),
        paths_test(a_link_to_itself_is_refused),
        paths_test(a_path_through_a_file_is_refused),
        paths_test(a_uri_is_refused),
        paths_test(signs_of_a_uri_are_letters_of_a_path),
        paths_test(a_path_that_is_too_long_is_shown_in_part),
        paths_test(what_may_be_written_is_opened),
        paths_test(a_database_that_may_only_be_read_is_refused),
        paths_test(a_log_that_may_only_be_read_is_refused),
        paths_test(a_folder_that_takes_no_log_is_refused),
        paths_test(a_database_that_may_not_be_read_is_refused),
    };

    return cmocka_run_group_tests_name("store_paths", tests,
                                       use_the_folder_of_all, NULL);
}
