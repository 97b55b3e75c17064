/*
 * tests/unit/todo_write_test.c - a todo as JSON, there and back; and what
 *                                happens when memory runs out on the way.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/clock.h"
#include "common/todo/todo.h"
#include "tests/unit/unit.h"

static struct todo full_todo(void)
{
    return (struct todo){.id = 17,
                         .version = 3,
                         .created_at = 0,
                         .updated_at = -1,
                         .title = "say \"\\\" \xC3\xA9",
                         .completed = true,
                         .has_order = true,
                         .order = -TODO_ORDER_MAX,
                         .has_due_at = true,
                         .due_at = INT64_C(253402300799999)};
}

static void a_full_todo_is_written_as_one_object(void **state)
{
    struct todo todo = full_todo();
    struct buf out = {0};

    (void)state;
    todo_write_json(&todo, "http://localhost:8080", &out);
    unit_assert_buf(&out, "{\"id\":17,"
                          "\"title\":\"say \\\"\\\\\\\" \xC3\xA9\","
                          "\"completed\":true,"
                          "\"order\":-9007199254740991,"
                          "\"due_at\":\"9999-12-31T23:59:59.999Z\","
                          "\"created_at\":\"1970-01-01T00:00:00.000Z\","
                          "\"updated_at\":\"1969-12-31T23:59:59.999Z\","
                          "\"url\":\"http://localhost:8080/todos/17\"}");
    buf_release(&out);
}

static void what_a_todo_has_not_is_null(void **state)
{
    struct todo todo = {.id = INT64_MAX, .title = "t", .order = 5, .due_at = 5};
    struct buf out = {0};

    (void)state;
    todo_write_json(&todo, NULL, &out);
    unit_assert_buf(&out, "{\"id\":9223372036854775807,\"title\":\"t\","
                          "\"completed\":false,\"order\":null,\"due_at\":null,"
                          "\"created_at\":\"1970-01-01T00:00:00.000Z\","
                          "\"updated_at\":\"1970-01-01T00:00:00.000Z\"}");
    buf_release(&out);
}

static void a_base_with_quotes_cannot_break_the_json(void **state)
{
    struct todo todo = {.id = 1, .title = "t"};
    struct buf out = {0};

    (void)state;
    todo_write_json(&todo, "http://\"", &out);
    assert_true(unit_buf_has(&out, "\"url\":\"http://\\\"/todos/1\"}"));
    buf_release(&out);
}

static void members_are_those_of_the_table_in_its_order(void **state)
{
    struct todo todo = full_todo();
    struct buf out = {0};
    enum todo_field_id id = 0;
    cJSON *json;

    (void)state;
    todo_write_json(&todo, "http://h", &out);
    json = cJSON_ParseWithLength(out.data, out.len);
    if (!json)
        fail_msg("no JSON");
    for (const cJSON *item = json->child; item; item = item->next, id++) {
        assert_true(id < TODO_FIELD_COUNT);
        assert_string_equal(item->string, todo_fields[id].name);
    }
    assert_int_equal(id, TODO_FIELD_COUNT);
    cJSON_Delete(json);
    buf_release(&out);
}

/* A client may send back what it got. */
static void what_is_written_reads_back_as_no_change(void **state)
{
    struct todo todos[] = {full_todo(), {.id = 1, .title = " a "}};

    (void)state;
    for (size_t i = 0; i < sizeof todos / sizeof *todos; i++) {
        struct todo_draft draft;
        struct problem problem = {0};
        struct buf out = {0};

        todo_write_json(&todos[i], "http://h", &out);
        assert_int_equal(todo_draft_parse(&draft, TODO_DRAFT_WHOLE, out.data,
                                          out.len, &problem),
                         TODO_OK);
        assert_false(todo_draft_apply(&draft, TODO_DRAFT_WHOLE, &todos[i]));
        assert_false(todo_draft_apply(&draft, TODO_DRAFT_PATCH, &todos[i]));
        buf_release(&out);
    }
}

/*
 * Memory that runs out
 */

static void out_of_memory_is_an_error_of_ours_and_leaks_nothing(void **state)
{
    static const char body[] = "{\"title\":\"a\\n\",\"x\":[1,{\"y\":\"z\"}]}";
    enum todo_err err = TODO_ERR_NO_MEMORY;
    int tries = 0;

    (void)state;
    for (; err == TODO_ERR_NO_MEMORY; tries++) {
        struct todo_draft draft;
        struct problem problem = {0};
        char *copy = unit_copy(body, sizeof body - 1);

        unit_scarce_json(tries);
        err = todo_draft_parse(&draft, TODO_DRAFT_WHOLE, copy, sizeof body - 1,
                               &problem);
        assert_int_equal(unit_json_blocks(), 0);
        assert_uint_equal(problem.fault_count,
                          err == TODO_ERR_NO_MEMORY ? 0 : 2);
        problem_release(&problem);
        free(copy);
    }
    unit_plenty_json();
    assert_int_equal(err, TODO_ERR_INVALID);
    assert_true(tries > 5); /* the object, its members, names and strings */
}

static void a_full_buffer_is_told_by_its_flag(void **state)
{
    struct todo todo = full_todo();
    struct buf out = {.failed = true};

    (void)state;
    todo_write_json(&todo, "http://h", &out);
    assert_true(out.failed);
    assert_uint_equal(out.len, 0);
    buf_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_full_todo_is_written_as_one_object),
        cmocka_unit_test(what_a_todo_has_not_is_null),
        cmocka_unit_test(a_base_with_quotes_cannot_break_the_json),
        cmocka_unit_test(members_are_those_of_the_table_in_its_order),
        cmocka_unit_test(what_is_written_reads_back_as_no_change),
        cmocka_unit_test(out_of_memory_is_an_error_of_ours_and_leaks_nothing),
        cmocka_unit_test(a_full_buffer_is_told_by_its_flag),
    };

    return cmocka_run_group_tests_name("todo_write", tests, NULL, NULL);
}
