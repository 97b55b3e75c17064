/*
 * tests/support/store_case.h - what tests of the store begin and end with: a
 * database file in a folder of its own.
 * Threads: the test's.
 * Blocks:  every function (disk).
 * Owns:    the folder, the file, a store.
 */
#ifndef TODO_TESTS_STORE_CASE_H
#define TODO_TESTS_STORE_CASE_H

#include <stddef.h>
#include <stdint.h>

#include "common/store/store.h"
#include "common/todo/account.h"
#include "tests/cmocka_all.h"
#include "tests/support/folder.h"

/* Room for the path of anything in the folder. */
enum { STORE_CASE_PATH_MAX = FOLDER_MAX + 64 };

struct store_case {
    char folder[FOLDER_MAX];
    char path[FOLDER_MAX + 16]; /* of the database */
    struct store_file *file;
    struct store *store;
};

/* A test that has a struct store_case as its *state. The clock stands
 * (clock.h): no job has waited too long for a lock because the machine is slow.
 */
#define store_test(name)                                                       \
    cmocka_unit_test_setup_teardown(name, store_case_setup, store_case_teardown)
int store_case_setup(void **state);
int store_case_teardown(void **state);

/* A group test: installs the VFS shim. */
int store_case_shim(void **state);

/* Only the folder, and a path in it. */
void store_case_folder(struct store_case *c);
void store_case_remove(struct store_case *c);

/* The same as setup and teardown of a test: a struct store_case as its *state,
 * with nothing opened. */
int store_case_folder_setup(void **state);
int store_case_folder_teardown(void **state);

/* Closes the store, and then the file, as a server does that stops. */
void store_case_close(struct store_case *c);

/* Closes the store and opens a new one: nothing is left in its memory. */
void store_case_reopen(struct store_case *c);

/* Runs one job by itself. Since now. */
enum todo_err store_case_write(struct store *store, store_work *work,
                               void *job);
enum todo_err store_case_read(struct store *store, store_work *work, void *job);

/* Links jobs to a group; they begin to wait now. */
struct store_job *store_case_group(struct store_job *jobs, size_t count);

/* What a POST of this title alone asks for. */
struct todo_draft store_case_draft(const char *title);

/* Creates a todo, or fails the test. */
struct todo store_case_create(struct store *store, const char *title);

/* Copies a file, byte for byte; both paths with this suffix. */
void store_case_copy(const char *from, const char *to, const char *suffix);

/* The running test fails unless two files hold the same bytes. */
void store_case_assert_same(const char *path, const char *other);

/* Runs SQL on a connection of its own: other eyes than the store's. */
void store_case_exec(const char *path, const char *sql);
int64_t store_case_number(const char *path, const char *sql);

/* How many todos bear the title. */
int64_t store_case_titled(const char *path, const char *title);

/* How often the log has begun again from its start: the number in its header
 * (sqlite.org/fileformat2.html, section 4.1). It is written with the first
 * commit of the new round. */
unsigned store_case_wal_round(const struct store_case *c);

/* The bytes of the write-ahead log; 0 when there is none. */
int64_t store_case_wal_size(const struct store_case *c);

#endif
