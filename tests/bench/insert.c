/*
 * tests/bench/insert.c - what does it cost to write a todo, but for HTTP?
 *
 *   bench-insert DATABASE COUNT GROUP none|due [SQL]
 *
 * It makes the database, runs the SQL on it, and then the job of a POST so many
 * times, GROUP of them in a transaction, as a keeper does. "due": each todo has
 * a due_at, on any day of the next ten years. It prints the processor time, and
 * all the time, that one took, in microseconds.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "common/base/clock.h"
#include "common/store/store.h"
#include "common/todo/account.h"
#include "loopback.h"
#include "times.h"

enum { MOST = 10000000, GROUP_MOST = 1000 };

#define TEN_YEARS_MS (INT64_C(10) * 365 * 24 * 3600 * 1000)

static struct create_todo todos[GROUP_MOST];
static struct store_job jobs[GROUP_MOST];

/* The same times in each run (Knuth's generator). */
static int64_t some_day(int64_t now_ms)
{
    static uint64_t state = 1;

    state =
        state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return now_ms + (int64_t)((state >> 11) % TEN_YEARS_MS);
}

static void ask(int count, bool due)
{
    int64_t now_ms = clock_wall_ms();

    for (int i = 0; i < count; i++) {
        struct todo_draft *draft = &todos[i].draft;

        todos[i].owner = ACCOUNT_ALONE;
        draft->named[TODO_FIELD_TITLE] = true;
        (void)snprintf(draft->values.title, sizeof draft->values.title, "todo");
        draft->named[TODO_FIELD_DUE_AT] = draft->values.has_due_at = due;
        draft->values.due_at = some_day(now_ms);
        jobs[i] =
            (struct store_job){.work = store_create_todo,
                               .arg = &todos[i],
                               .since_us = clock_mono_us(),
                               .next = i + 1 < count ? &jobs[i + 1] : NULL};
    }
}

static bool write_all(struct store *store, int count, int group, bool due)
{
    for (int done = 0; done < count; done += group) {
        ask(group, due);
        store_run_writes(store, jobs);
        for (int i = 0; i < group; i++)
            if (jobs[i].err)
                return false;
    }
    return true;
}

static bool run_sql(const char *path, const char *sql)
{
    sqlite3 *db = NULL;
    bool done = sqlite3_open(path, &db) == SQLITE_OK &&
                sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;

    sqlite3_close(db);
    return done;
}

/* Gives the exit status. */
static int measure(const char *path, int count, int group, bool due,
                   const char *sql)
{
    char why[256] = "";
    struct store_file *file = store_file_new(path, why, sizeof why);
    struct store *store = file ? store_new(file) : NULL;
    double cpu_ms, took_ms;
    bool done;

    if (!store || !run_sql(path, sql) || !write_all(store, group, group, due)) {
        (void)fprintf(stderr, "insert: %s does not begin. %s\n", path, why);
        return 1;
    }
    cpu_ms = times_now_ms(CLOCK_PROCESS_CPUTIME_ID);
    took_ms = times_now_ms(CLOCK_MONOTONIC);
    done = write_all(store, count, group, due);
    cpu_ms = times_now_ms(CLOCK_PROCESS_CPUTIME_ID) - cpu_ms;
    took_ms = times_now_ms(CLOCK_MONOTONIC) - took_ms;
    (void)printf("%.2f %.2f\n", cpu_ms * 1e3 / count, took_ms * 1e3 / count);
    store_free(store);
    store_file_free(file);
    return done ? 0 : 1;
}

int main(int argc, char **argv)
{
    bool good = argc == 5 || argc == 6;
    int count = good ? loopback_number(argv[2], MOST) : 0;
    int group = good ? loopback_number(argv[3], GROUP_MOST) : 0;

    if (count == 0 || group == 0) {
        (void)fputs("usage: insert DATABASE COUNT GROUP none|due [SQL]\n",
                    stderr);
        return 2;
    }
    return measure(argv[1], count, group, strcmp(argv[4], "due") == 0,
                   argc == 6 ? argv[5] : "");
}
