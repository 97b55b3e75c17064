#include "store_case.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "tests/support/folder.h"
#include "tests/support/sql.h"
#include "tests/support/vfs_shim.h"

/* --- the folder ----------------------------------------------------------- */

void store_case_folder(struct store_case *c)
{
    *c = (struct store_case){0};
    folder_make(c->folder);
    (void)snprintf(c->path, sizeof c->path, "%s/todos.db", c->folder);
}

void store_case_remove(struct store_case *c)
{
    DIR *dir = opendir(c->folder);
    const struct dirent *entry;
    char path[512];

    assert_true(dir != NULL);
    while ((entry = readdir(dir))) {
        (void)snprintf(path, sizeof path, "%s/%s", c->folder, entry->d_name);
        if (entry->d_name[0] != '.')
            assert_int_equal(remove(path), 0);
    }
    (void)closedir(dir); /* it was only read */
    assert_int_equal(rmdir(c->folder), 0);
}

int store_case_setup(void **state)
{
    struct store_case *c = calloc(1, sizeof *c);
    char why[256] = "";

    if (!c)
        return -1;
    clock_move(0);
    store_case_folder(c);
    c->file = store_file_new(c->path, why, sizeof why);
    if (!c->file)
        fail_msg("%s", why);
    c->store = store_new(c->file);
    assert_true(c->store != NULL);
    *state = c;
    return 0;
}

int store_case_teardown(void **state)
{
    struct store_case *c = *state;

    (void)vfs_shim_mend(); /* a failed test may have left it broken */
    store_case_close(c);
    store_case_remove(c);
    free(c);
    return 0;
}

int store_case_shim(void **state)
{
    (void)state;
    vfs_shim_install();
    return 0;
}

void store_case_close(struct store_case *c)
{
    store_free(c->store);
    store_file_free(c->file);
    c->store = NULL;
    c->file = NULL;
}

void store_case_reopen(struct store_case *c)
{
    store_free(c->store);
    c->store = store_new(c->file);
    assert_true(c->store != NULL);
}

/* --- jobs ----------------------------------------------------------------- */

struct store_job *store_case_group(struct store_job *jobs, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        jobs[i].since_us = clock_mono_us();
        jobs[i].next = i + 1 < count ? &jobs[i + 1] : NULL;
    }
    return jobs;
}

enum todo_err store_case_write(struct store *store, store_work *work, void *job)
{
    struct store_job group = {
        .work = work, .arg = job, .since_us = clock_mono_us()};

    store_run_writes(store, &group);
    return group.err;
}

enum todo_err store_case_read(struct store *store, store_work *work, void *job)
{
    struct store_job group = {
        .work = work, .arg = job, .since_us = clock_mono_us()};

    store_run_reads(store, &group);
    return group.err;
}

struct todo_draft store_case_draft(const char *title)
{
    struct todo_draft draft = {.named = {[TODO_FIELD_TITLE] = true}};

    (void)snprintf(draft.values.title, sizeof draft.values.title, "%s", title);
    return draft;
}

struct todo store_case_create(struct store *store, const char *title)
{
    struct create_todo job = {.owner = ACCOUNT_ALONE,
                              .draft = store_case_draft(title)};

    assert_int_equal(store_case_write(store, store_create_todo, &job), TODO_OK);
    return job.todo;
}

/* --- other eyes ----------------------------------------------------------- */

void store_case_copy(const char *from, const char *to, const char *suffix)
{
    char source[160], target[160], bytes[4096];
    FILE *in, *out;
    size_t len;

    (void)snprintf(source, sizeof source, "%s%s", from, suffix);
    (void)snprintf(target, sizeof target, "%s%s", to, suffix);
    in = fopen(source, "rb");
    out = fopen(target, "wb");
    assert_true(in != NULL && out != NULL);
    while ((len = fread(bytes, 1, sizeof bytes, in)) > 0)
        assert_int_equal(fwrite(bytes, 1, len, out), len);
    assert_int_equal(fclose(in), 0);
    assert_int_equal(fclose(out), 0);
}

void store_case_assert_same(const char *path, const char *other)
{
    FILE *a = fopen(path, "rb"), *b = fopen(other, "rb");
    long at = 0;
    int byte = 0;

    assert_true(a != NULL && b != NULL);
    for (; byte != EOF; at++) {
        byte = fgetc(a);
        if (fgetc(b) != byte)
            fail_msg("%s and %s differ at byte %ld", path, other, at);
    }
    (void)fclose(a); /* they were only read */
    (void)fclose(b);
}

void store_case_exec(const char *path, const char *sql)
{
    sql_exec(path, sql);
}

int64_t store_case_number(const char *path, const char *sql)
{
    return sql_number(path, sql, NULL);
}

int64_t store_case_titled(const char *path, const char *title)
{
    return sql_number(path, "SELECT count(*) FROM todos WHERE title = ?",
                      title);
}

unsigned store_case_wal_round(const struct store_case *c)
{
    unsigned char number[4] = {0};
    char path[320];
    FILE *wal;

    (void)snprintf(path, sizeof path, "%s-wal", c->path);
    wal = fopen(path, "rb");
    if (!wal)
        return 0;
    if (fseek(wal, 12, SEEK_SET) != 0 || fread(number, 4, 1, wal) != 1)
        number[3] = 0;
    (void)fclose(wal); /* it was only read */
    return (unsigned)number[0] << 24 | (unsigned)number[1] << 16 |
           (unsigned)number[2] << 8 | number[3];
}

int64_t store_case_wal_size(const struct store_case *c)
{
    struct stat wal;
    char path[320];

    (void)snprintf(path, sizeof path, "%s-wal", c->path);
    return stat(path, &wal) == 0 ? wal.st_size : 0;
}

int store_case_folder_setup(void **state)
{
    struct store_case *c = calloc(1, sizeof *c);

    if (!c)
        return -1;
    store_case_folder(c);
    *state = c;
    return 0;
}

int store_case_folder_teardown(void **state)
{
    store_case_remove(*state);
    free(*state);
    return 0;
}
