#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/clock.h"
#include "common/todo/todo.h"
#include "tests/unit/unit.h"

static enum todo_err parse(struct todo_draft *draft, enum todo_draft_kind kind,
                           const char *body, struct problem *problem)
{
    char *copy = unit_copy(body, strlen(body));
    enum todo_err err =
        todo_draft_parse(draft, kind, copy, strlen(body), problem);

    free(copy);
    return err;
}

static struct todo_draft parse_good(enum todo_draft_kind kind, const char *body)
{
    struct todo_draft draft = {0};
    struct problem problem = {0};

    if (parse(&draft, kind, body, &problem) != TODO_OK)
        fail_msg("%s: %.*s", body, (int)problem.faults.len,
                 problem.faults.data ? problem.faults.data : "");
    assert_uint_equal(problem.fault_count, 0);
    assert_true(problem.detail == NULL && problem.faults.len == 0);
    return draft;
}

/* The body breaks rules, and these are all the faults that are told. */
static void assert_faults(enum todo_draft_kind kind, const char *body,
                          const char *faults)
{
    struct todo_draft draft = {0};
    struct problem problem = {0};

    if (parse(&draft, kind, body, &problem) != TODO_ERR_INVALID)
        fail_msg("%s: not invalid", body);
    unit_assert_buf(&problem.faults, faults);
    problem_release(&problem);
}

/* One fault, of one member, in a PATCH. */
static void assert_fault(const char *body, const char *member,
                         const char *detail)
{
    struct buf want = {0};

    buf_printf(&want, "{\"pointer\":\"/%s\",\"detail\":\"%s\"}", member,
               detail);
    buf_put(&want, "", 1);
    assert_faults(TODO_DRAFT_PATCH, body, want.data);
    buf_release(&want);
}

static void a_title_alone_makes_a_todo_with_defaults(void **state)
{
    struct todo_draft draft =
        parse_good(TODO_DRAFT_WHOLE, "{\"title\":\"buy milk\"}");

    (void)state;
    assert_string_equal(draft.values.title, "buy milk");
    assert_false(draft.values.completed);
    assert_false(draft.values.has_order);
    assert_false(draft.values.has_due_at);
    for (enum todo_field_id id = 0; id < TODO_FIELD_COUNT; id++)
        assert_int_equal(draft.named[id], id == TODO_FIELD_TITLE);
}

static void every_writable_member_is_read(void **state)
{
    struct todo_draft draft = parse_good(
        TODO_DRAFT_WHOLE, "{\"due_at\":\"1970-01-01T01:00:00.5+01:00\","
                          "\"order\":-7,\"completed\":true,\"title\":\"t\"}");

    (void)state;
    assert_string_equal(draft.values.title, "t");
    assert_true(draft.values.completed);
    assert_true(draft.values.has_order && draft.values.order == -7);
    assert_true(draft.values.has_due_at && draft.values.due_at == 500);
}

static void read_only_members_are_ignored_with_any_value(void **state)
{
    static const char *const values[] = {"null", "1",  "-1.5",       "\"x\"",
                                         "true", "[]", "{\"id\":{}}"};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct buf body = {0};
        struct todo_draft draft;

        buf_printf(&body,
                   "{\"id\":%s,\"url\":%s,\"created_at\":%s,\"updated_at\":%s,"
                   "\"title\":\"t\"}",
                   values[i], values[i], values[i], values[i]);
        buf_put(&body, "", 1);
        draft = parse_good(TODO_DRAFT_WHOLE, body.data);
        assert_true(draft.values.id == 0 && draft.values.created_at == 0 &&
                    draft.values.updated_at == 0);
        buf_release(&body);
    }
}

static void an_empty_patch_is_fine(void **state)
{
    struct todo_draft draft = parse_good(TODO_DRAFT_PATCH, "{}");

    (void)state;
    for (enum todo_field_id id = 0; id < TODO_FIELD_COUNT; id++)
        assert_false(draft.named[id]);
}

static void titles_are_kept_byte_for_byte(void **state)
{
    struct todo_draft draft =
        parse_good(TODO_DRAFT_PATCH,
                   "{\"title\":\" e\\u0301\\uD83D\\uDE00\xC3\xA9\\\" \"}");

    (void)state;
    assert_string_equal(draft.values.title,
                        " e\xCC\x81\xF0\x9F\x98\x80\xC3\xA9\" ");
}

static void the_longest_title_fits(void **state)
{
    struct buf body = {0};
    struct todo_draft draft;

    (void)state;
    buf_puts(&body, "{\"title\":\"");
    for (int i = 0; i < TODO_TITLE_MAX; i++)
        buf_puts(&body, "\\uD83D\\uDE00");
    buf_put(&body, "\"}", 3);
    draft = parse_good(TODO_DRAFT_PATCH, body.data);
    assert_uint_equal(strlen(draft.values.title), TODO_TITLE_SIZE - 1);
    buf_release(&body);
}

static void titles_that_break_a_rule_are_faults(void **state)
{
    static const struct {
        const char *value;
        const char *detail;
    } cases[] = {
        {"1", "must be a string"},
        {"true", "must be a string"},
        {"[\"a\"]", "must be a string"},
        {"{}", "must be a string"},
        {"null", "must not be null"},
        {"\"\"", "must have 1 to 200 characters"},
        {"\" \\t\"", "must not have control characters"},
        {"\"a\\u0000b\"", "must not have control characters"},
        {"\"\\u0000\"", "must not have control characters"},
        {"\"a\\n\"", "must not have control characters"},
        {"\"\x7f\"", "must not have control characters"},
        {"\"  \"", "must not be only white space"},
        {"\"\\u3000\\u2003\"", "must not be only white space"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf body = {0};

        buf_printf(&body, "{\"title\":%s}", cases[i].value);
        buf_put(&body, "", 1);
        assert_fault(body.data, "title", cases[i].detail);
        buf_release(&body);
    }
}

static void completed_is_true_or_false(void **state)
{
    static const char detail[] = "must be true or false";

    (void)state;
    assert_fault("{\"completed\":0}", "completed", detail);
    assert_fault("{\"completed\":\"true\"}", "completed", detail);
    assert_fault("{\"completed\":[]}", "completed", detail);
    assert_true(
        parse_good(TODO_DRAFT_PATCH, "{\"completed\":true}").values.completed);
    assert_false(
        parse_good(TODO_DRAFT_PATCH, "{\"completed\":false}").values.completed);
}

static void integers_may_be_written_in_several_ways(void **state)
{
    static const struct {
        const char *body;
        int64_t order;
    } cases[] = {
        {"{\"order\":0}", 0},
        {"{\"order\":-0}", 0},
        {"{\"order\":-0.0}", 0},
        {"{\"order\":1.0}", 1},
        {"{\"order\":1e2}", 100},
        {"{\"order\":-1E+2}", -100},
        {"{\"order\":150e-1}", 15},
        {"{\"order\":0.5e1}", 5},
        {"{\"order\":9007199254740991}", TODO_ORDER_MAX},
        {"{\"order\":-9007199254740991}", -TODO_ORDER_MAX},
        {"{\"order\":9007199254740991.0}", TODO_ORDER_MAX},
        {"{\"order\":9.007199254740991e15}", TODO_ORDER_MAX},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct todo_draft draft = parse_good(TODO_DRAFT_PATCH, cases[i].body);

        assert_true(draft.values.has_order);
        if (draft.values.order != cases[i].order)
            fail_msg("%s", cases[i].body);
    }
}

static void other_orders_are_faults(void **state)
{
    static const char range[] =
        "must lie between -9007199254740991 and 9007199254740991";
    static const char type[] = "must be an integer or null";

    (void)state;
    assert_fault("{\"order\":\"1\"}", "order", type);
    assert_fault("{\"order\":true}", "order", type);
    assert_fault("{\"order\":[1]}", "order", type);
    assert_fault("{\"order\":1.5}", "order", type);
    assert_fault("{\"order\":-0.1}", "order", type);
    assert_fault("{\"order\":1e-7}", "order", type);
    assert_fault("{\"order\":9007199254740992}", "order", range);
    assert_fault("{\"order\":-9007199254740992}", "order", range);
    assert_fault("{\"order\":9223372036854775808}", "order", range);
    assert_fault("{\"order\":1e16}", "order", range);
    assert_fault("{\"order\":1e400}", "order", range);
    assert_fault("{\"order\":-1e400}", "order", range);
}

static void other_times_are_faults(void **state)
{
    static const char type[] = "must be a string with a date and time, or null";
    static const char form[] =
        "must be a date and time (RFC 3339) in the years 0001 to 9999, such as "
        "2026-11-23T09:30:00Z";

    (void)state;
    assert_fault("{\"due_at\":0}", "due_at", type);
    assert_fault("{\"due_at\":{}}", "due_at", type);
    assert_fault("{\"due_at\":false}", "due_at", type);
    assert_fault("{\"due_at\":\"\"}", "due_at", form);
    assert_fault("{\"due_at\":\"tomorrow\"}", "due_at", form);
    assert_fault("{\"due_at\":\"2026-11-23\"}", "due_at", form);
    assert_fault("{\"due_at\":\"2026-11-23T09:30:00Z\\u0000\"}", "due_at",
                 form);
}

static void null_is_what_each_field_makes_of_it(void **state)
{
    struct todo_draft draft;

    (void)state;
    draft = parse_good(TODO_DRAFT_WHOLE,
                       "{\"title\":\"t\",\"order\":null,\"due_at\":null}");
    assert_false(draft.values.has_order || draft.values.has_due_at);
    assert_faults(TODO_DRAFT_WHOLE, "{\"title\":\"t\",\"completed\":null}",
                  "{\"pointer\":\"/completed\",\"detail\":\"must not be "
                  "null\"}");

    /* In a patch null removes: the default comes back. */
    draft = parse_good(TODO_DRAFT_PATCH,
                       "{\"completed\":null,\"order\":null,\"due_at\":null}");
    assert_true(draft.named[TODO_FIELD_COMPLETED] &&
                draft.named[TODO_FIELD_ORDER] &&
                draft.named[TODO_FIELD_DUE_AT]);
    assert_false(draft.values.completed || draft.values.has_order ||
                 draft.values.has_due_at);
}

static void unknown_members_are_faults_even_when_null(void **state)
{
    static const char detail[] = "is not a member of a todo";

    (void)state;
    assert_fault("{\"priority\":1}", "priority", detail);
    assert_fault("{\"priority\":null}", "priority", detail);
    assert_fault("{\"Title\":\"t\"}", "Title", detail);
    assert_fault("{\"\":1}", "", detail);
    assert_fault("{\"version\":1}", "version", detail);
    assert_fault("{\"a/b~c\":1}", "a~1b~0c", detail);
    assert_fault("{\"title \":\"t\"}", "title ", detail);
}

static void every_fault_is_told_in_the_order_of_the_body(void **state)
{
    (void)state;
    assert_faults(
        TODO_DRAFT_WHOLE,
        "{\"due_at\":1,\"x\":2,\"completed\":3,\"id\":4,\"order\":\"5\"}",
        "{\"pointer\":\"/due_at\",\"detail\":\"must be a string with a date "
        "and time, or null\"},"
        "{\"pointer\":\"/x\",\"detail\":\"is not a member of a todo\"},"
        "{\"pointer\":\"/completed\",\"detail\":\"must be true or false\"},"
        "{\"pointer\":\"/order\",\"detail\":\"must be an integer or null\"},"
        "{\"pointer\":\"/title\",\"detail\":\"is missing\"}");
    /* A title that is there, but bad, is not missing too. */
    assert_faults(TODO_DRAFT_WHOLE, "{\"title\":null}",
                  "{\"pointer\":\"/title\",\"detail\":\"must not be null\"}");
    assert_faults(TODO_DRAFT_WHOLE, "{}",
                  "{\"pointer\":\"/title\",\"detail\":\"is missing\"}");
}

static void what_is_no_strict_json_is_told_apart(void **state)
{
    struct todo_draft draft = {0};
    struct problem problem = {0};

    (void)state;
    assert_int_equal(parse(&draft, TODO_DRAFT_WHOLE,
                           "{\"title\":\"a\",\"title\":\"a\"}", &problem),
                     TODO_ERR_JSON);
    assert_string_equal(problem.detail, "A member name is repeated.");
    assert_uint_equal(problem.fault_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_title_alone_makes_a_todo_with_defaults),
        cmocka_unit_test(every_writable_member_is_read),
        cmocka_unit_test(read_only_members_are_ignored_with_any_value),
        cmocka_unit_test(an_empty_patch_is_fine),
        cmocka_unit_test(titles_are_kept_byte_for_byte),
        cmocka_unit_test(the_longest_title_fits),
        cmocka_unit_test(titles_that_break_a_rule_are_faults),
        cmocka_unit_test(completed_is_true_or_false),
        cmocka_unit_test(integers_may_be_written_in_several_ways),
        cmocka_unit_test(other_orders_are_faults),
        cmocka_unit_test(other_times_are_faults),
        cmocka_unit_test(null_is_what_each_field_makes_of_it),
        cmocka_unit_test(unknown_members_are_faults_even_when_null),
        cmocka_unit_test(every_fault_is_told_in_the_order_of_the_body),
        cmocka_unit_test(what_is_no_strict_json_is_told_apart),
    };

    return cmocka_run_group_tests_name("todo_json", tests, NULL, NULL);
}
