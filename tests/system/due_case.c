#include "due_case.h"

#include <stdio.h>
#include <string.h>

#include "system.h"
#include "tests/cmocka_all.h"
#include "tests/support/patience.h"
#include "tests/support/sql.h"

void due_start_on(struct server *server, const char *program, const char *db,
                  const char *const *args)
{
    server_start_on(server, program, db, args);
    server_stop_clock(server);
    server_freeze_wall(server);
}

const char *due_start(const char *const *args)
{
    const char *db = system_fresh_db();

    due_start_on(&system_server, system_program, db, args);
    return db;
}

/* A todo says when it was created. */
long long due_now(const struct server *server)
{
    char id[24];

    (void)snprintf(id, sizeof id, "%lld", talk_create(server->port, "now"));
    return sql_number(server->db, "SELECT created_at FROM todos WHERE id = ?",
                      id);
}

void due_write(const char *db, const char *title, int count, long long first)
{
    char sql[512];

    (void)snprintf(sql, sizeof sql,
                   "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1"
                   " FROM n WHERE i < %d) INSERT INTO todos (title, completed,"
                   " due_at, created_at, updated_at)"
                   " SELECT '%s', 0, %lld + %d - i, 1, 1 FROM n",
                   count, title, first, count);
    sql_exec(db, sql);
}

int due_told(const char *db, const char *title)
{
    return (int)sql_number(db,
                           "SELECT count(*) FROM changes WHERE kind = 'due'"
                           " AND json_extract(data, '$.title') = ?",
                           title);
}

/* A look that has begun before may have set the next one behind the time that
 * passes: so it passes again. */
static void pass(struct server *server, long long deadline, const char *what)
{
    if (now_ms() > deadline)
        fail_msg("time passes, and the server %s", what);
    if (server)
        server_pass_time(server, 0.5);
    a_moment();
}

void due_await_told(struct server *server, const char *db, const char *title,
                    int count)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (due_told(db, title) < count)
        pass(server, deadline, "does not tell what is due");
}

void due_expect_once_in_order(const char *db, const char *title, int count)
{
    static const char disorder[] =
        "SELECT count(*) FROM (SELECT json_extract(data, '$.due_at') AS at,"
        " lag(json_extract(data, '$.due_at')) OVER (ORDER BY id) AS before"
        " FROM changes WHERE kind = 'due'"
        " AND json_extract(data, '$.title') = ?) WHERE before > at";
    static const char todos[] =
        "SELECT count(DISTINCT json_extract(data, '$.id')) FROM changes"
        " WHERE kind = 'due' AND json_extract(data, '$.title') = ?";

    if (due_told(db, title) != count)
        fail_msg("todos whose time has come: %d; reminders of them that were "
                 "told: %d",
                 count, due_told(db, title));
    assert_int_equal(sql_number(db, todos, title), count);
    assert_int_equal(sql_number(db, disorder, title), 0);
}

static int marks(const struct server *server, const char *label,
                 const char *verb)
{
    struct gate gate;
    char threads[64];
    int count;

    gate_open(&gate, server);
    gate.label = label;
    count = gate_marks(&gate, verb, threads, sizeof threads);
    steer_close(&gate.steer); /* it never held anybody */
    return count;
}

void due_await_held(struct server *server, struct gate *gate)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (marks(server, gate->label, "held") == 0)
        pass(server, deadline, "does not come to the gate");
}

void due_await_at_lock(struct server *server)
{
    long long deadline = now_ms() + PATIENCE_MS;

    while (marks(server, "store.lock", "stand") ==
           marks(server, "store.lock", "go"))
        pass(server, deadline, "does not come to the lock");
}

int due_waits(const struct server *server)
{
    return marks(server, "due.wait", "stand") +
           marks(server, "due.wait", "park");
}

/* The look before the first wait may have begun before the call. */
void due_await_looks(struct server *server, int count)
{
    long long deadline = now_ms() + PATIENCE_MS;
    int until = due_waits(server) + 1 + count;

    while (due_waits(server) < until)
        pass(server, deadline, "does not look");
}
