#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "common/todo/todo.h"
#include "tests/unit/unit.h"

static void the_field_table_is_whole(void **state)
{
    static const char *const names[] = {"id",         "title",  "completed",
                                        "order",      "due_at", "created_at",
                                        "updated_at", "url"};

    (void)state;
    for (size_t i = 0; i < TODO_FIELD_COUNT; i++) {
        const struct todo_field *field = &todo_fields[i];

        assert_string_equal(field->name, names[i]);
        assert_true(strlen(field->description) > 0);
        /* What the server gives is neither asked for nor taken away. */
        assert_false(field->read_only && (field->required || field->nullable));
        assert_false(field->required && field->nullable);
    }
    assert_true(todo_fields[TODO_FIELD_TITLE].required);
}

/* A title of `count` times the same character. */
static const char *fault_of(const char *character, int count)
{
    struct buf title = {0};
    const char *fault;

    for (int i = 0; i < count; i++)
        buf_puts(&title, character);
    buf_put(&title, "", 1);
    fault = todo_title_fault(title.data);
    buf_release(&title);
    return fault;
}

static void titles_have_1_to_200_code_points(void **state)
{
    static const char *const characters[] = {"a", "\xC3\xA9", "\xE2\x82\xAC",
                                             "\xF0\x9F\x98\x80"};

    (void)state;
    assert_string_equal(todo_title_fault(""), "must have 1 to 200 characters");
    for (size_t i = 0; i < sizeof characters / sizeof *characters; i++) {
        assert_true(fault_of(characters[i], 1) == NULL);
        assert_true(fault_of(characters[i], 200) == NULL);
        assert_string_equal(fault_of(characters[i], 201),
                            "must have 1 to 200 characters");
    }
    assert_string_equal(fault_of(" ", 201), "must have 1 to 200 characters");
}

static void control_characters_are_refused_in_titles(void **state)
{
    (void)state;
    for (int c = 1; c < 0x80; c++) {
        const char title[] = {'a', (char)c, 'b', '\0'};
        const char *fault = todo_title_fault(title);

        if (c < 0x20 || c == 0x7F)
            assert_string_equal(fault, "must not have control characters");
        else
            assert_true(fault == NULL);
    }
    /* U+0080 to U+009F are allowed. */
    assert_true(todo_title_fault("a\xC2\x80") == NULL);
}

static void titles_of_only_white_space_are_refused(void **state)
{
    static const char *const spaces[] = {" ",
                                         "\xC2\x85",
                                         "\xC2\xA0",
                                         "\xE1\x9A\x80",
                                         "\xE2\x80\x80",
                                         "\xE2\x80\x81",
                                         "\xE2\x80\x82",
                                         "\xE2\x80\x83",
                                         "\xE2\x80\x84",
                                         "\xE2\x80\x85",
                                         "\xE2\x80\x86",
                                         "\xE2\x80\x87",
                                         "\xE2\x80\x88",
                                         "\xE2\x80\x89",
                                         "\xE2\x80\x8A",
                                         "\xE2\x80\xA8",
                                         "\xE2\x80\xA9",
                                         "\xE2\x80\xAF",
                                         "\xE2\x81\x9F",
                                         "\xE3\x80\x80"};
    struct buf all = {0};

    (void)state;
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++) {
        assert_string_equal(fault_of(spaces[i], 1),
                            "must not be only white space");
        assert_string_equal(fault_of(spaces[i], 200),
                            "must not be only white space");
        buf_puts(&all, spaces[i]);
    }
    buf_put(&all, "", 1);
    assert_string_equal(todo_title_fault(all.data),
                        "must not be only white space");
    all.len--;
    buf_put(&all, "x", 2);
    assert_true(todo_title_fault(all.data) == NULL);
    buf_release(&all);
}

/* Zero-width space and the like are invisible, but no white space. */
static void titles_of_invisible_characters_are_accepted(void **state)
{
    static const char *const others[] = {
        "\xE2\x80\x8B", "\xE2\x80\x8C", "\xE2\x81\xA0", "\xEF\xBB\xBF",
        "\xE1\xA0\x8E", "\xE2\xA0\x80", "\xE1\x9A\x81", "\xE3\x80\x81",
        "\xC2\x86",     "\xC2\x84",     "\xC2\xA1",     "\xC2\x9F"};

    (void)state;
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_true(todo_title_fault(others[i]) == NULL);
}

static void titles_that_are_not_utf_8_are_refused(void **state)
{
    (void)state;
    assert_string_equal(todo_title_fault("a\xFF"), "must be UTF-8");
    assert_string_equal(todo_title_fault("\xC3"), "must be UTF-8");
}

static void etags_hold_id_and_version(void **state)
{
    struct todo todo = {.id = 17, .version = 3};
    char etag[TODO_ETAG_SIZE];

    (void)state;
    todo_etag(&todo, etag);
    assert_string_equal(etag, "\"17-3\"");
    todo = (struct todo){.id = INT64_MAX, .version = INT64_MAX};
    todo_etag(&todo, etag);
    assert_string_equal(etag, "\"9223372036854775807-9223372036854775807\"");
}

static struct todo full_todo(void)
{
    return (struct todo){.id = 5,
                         .version = 7,
                         .created_at = 100,
                         .updated_at = 200,
                         .title = "old",
                         .completed = true,
                         .has_order = true,
                         .order = -3,
                         .has_due_at = true,
                         .due_at = 300};
}

static void a_patch_that_names_nothing_changes_nothing(void **state)
{
    struct todo_draft draft = {.values = {.title = "new", .order = 9}};
    struct todo todo = full_todo(), before = full_todo();

    (void)state;
    assert_false(todo_draft_apply(&draft, TODO_DRAFT_PATCH, &todo));
    assert_string_equal(todo.title, before.title);
    assert_true(todo.completed && todo.has_order && todo.has_due_at);
    assert_true(todo.order == before.order && todo.due_at == before.due_at);
}

static void a_patch_changes_what_it_names_and_says_so(void **state)
{
    static const enum todo_field_id writable[] = {
        TODO_FIELD_TITLE, TODO_FIELD_COMPLETED, TODO_FIELD_ORDER,
        TODO_FIELD_DUE_AT};

    (void)state;
    for (size_t i = 0; i < sizeof writable / sizeof *writable; i++) {
        struct todo_draft draft = {.values = {.title = "new",
                                              .has_order = true,
                                              .order = 4,
                                              .has_due_at = true,
                                              .due_at = 301}};
        struct todo todo = full_todo();

        draft.named[writable[i]] = true;
        assert_true(todo_draft_apply(&draft, TODO_DRAFT_PATCH, &todo));
        assert_int_equal(strcmp(todo.title, "new") == 0, i == 0);
        assert_int_equal(!todo.completed, i == 1);
        assert_int_equal(todo.order == 4, i == 2);
        assert_int_equal(todo.due_at == 301, i == 3);
        assert_false(todo_draft_apply(&draft, TODO_DRAFT_PATCH, &todo));
    }
}

static void a_patch_can_take_away_what_may_be_null(void **state)
{
    struct todo_draft draft = {
        .named = {[TODO_FIELD_ORDER] = true, [TODO_FIELD_DUE_AT] = true}};
    struct todo todo = full_todo();

    (void)state;
    assert_true(todo_draft_apply(&draft, TODO_DRAFT_PATCH, &todo));
    assert_false(todo.has_order);
    assert_false(todo.has_due_at);
    assert_string_equal(todo.title, "old");
    assert_false(todo_draft_apply(&draft, TODO_DRAFT_PATCH, &todo));
    /* 0 is not null. */
    draft.values.has_order = true;
    assert_true(todo_draft_apply(&draft, TODO_DRAFT_PATCH, &todo));
    assert_true(todo.has_order && todo.order == 0);
}

static void a_whole_draft_replaces_all_but_what_the_server_gives(void **state)
{
    struct todo_draft draft = {.values = {.title = "new",
                                          .id = 99,
                                          .version = 99,
                                          .created_at = 99,
                                          .updated_at = 99}};
    struct todo todo = full_todo();

    (void)state;
    /* The server's own are not written, even when the body named them. */
    memset(draft.named, true, sizeof draft.named);
    assert_true(todo_draft_apply(&draft, TODO_DRAFT_WHOLE, &todo));
    assert_string_equal(todo.title, "new");
    assert_false(todo.completed || todo.has_order || todo.has_due_at);
    assert_true(todo.id == 5 && todo.version == 7);
    assert_true(todo.created_at == 100 && todo.updated_at == 200);
    assert_false(todo_draft_apply(&draft, TODO_DRAFT_WHOLE, &todo));

    /* What it does not name gets its default. */
    todo = full_todo();
    memset(draft.named, false, sizeof draft.named);
    assert_true(todo_draft_apply(&draft, TODO_DRAFT_WHOLE, &todo));
    assert_false(todo.completed || todo.has_order || todo.has_due_at);
}

static void numbers_behind_a_null_are_not_compared(void **state)
{
    struct todo_draft draft = {.values = {.title = "a", .order = 1}};
    struct todo todo = {.title = "a", .order = 2, .due_at = 5};

    (void)state;
    assert_false(todo_draft_apply(&draft, TODO_DRAFT_WHOLE, &todo));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_field_table_is_whole),
        cmocka_unit_test(titles_have_1_to_200_code_points),
        cmocka_unit_test(control_characters_are_refused_in_titles),
        cmocka_unit_test(titles_of_only_white_space_are_refused),
        cmocka_unit_test(titles_of_invisible_characters_are_accepted),
        cmocka_unit_test(titles_that_are_not_utf_8_are_refused),
        cmocka_unit_test(etags_hold_id_and_version),
        cmocka_unit_test(a_patch_that_names_nothing_changes_nothing),
        cmocka_unit_test(a_patch_changes_what_it_names_and_says_so),
        cmocka_unit_test(a_patch_can_take_away_what_may_be_null),
        cmocka_unit_test(a_whole_draft_replaces_all_but_what_the_server_gives),
        cmocka_unit_test(numbers_behind_a_null_are_not_compared),
    };

    return cmocka_run_group_tests_name("todo", tests, NULL, NULL);
}
