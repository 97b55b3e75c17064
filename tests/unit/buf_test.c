#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "common/base/buf.h"
#include "tests/unit/unit.h"

static void pieces_stand_one_after_the_other(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_put(&buf, "a\0b", 3);
    buf_puts(&buf, "");
    buf_put(&buf, NULL, 0);
    buf_puts(&buf, "cd");
    assert_uint_equal(buf.len, 5);
    assert_memory_equal(buf.data, "a\0bcd", 5);
    buf_release(&buf);
}

static void it_grows_as_far_as_needed(void **state)
{
    struct buf buf = {0};

    (void)state;
    for (size_t i = 0; i < 100000; i++) {
        char byte = (char)(i % 251);

        buf_put(&buf, &byte, 1);
        assert_true(buf.len <= buf.cap);
    }
    assert_uint_equal(buf.len, 100000);
    for (size_t i = 0; i < buf.len; i++)
        assert_int_equal((unsigned char)buf.data[i], i % 251);
    buf_release(&buf);
}

/* Around the first size and its double, where an off-by-one would show. */
static void one_piece_of_any_size_fits(void **state)
{
    static const size_t sizes[] = {255, 256, 257, 511, 512, 513, 1000000};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *bytes = unit_alloc(sizes[i]);
        struct buf buf = {0};

        memset(bytes, 'x', sizes[i]);
        buf_puts(&buf, "ab");
        buf_put(&buf, bytes, sizes[i]);
        assert_false(buf.failed);
        assert_uint_equal(buf.len, sizes[i] + 2);
        assert_memory_equal(buf.data + 2, bytes, sizes[i]);
        buf_release(&buf);
        free(bytes);
    }
}

static void numbers_are_written_in_full(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_put_int(&buf, 0);
    buf_puts(&buf, " ");
    buf_put_int(&buf, -1);
    buf_puts(&buf, " ");
    buf_put_int(&buf, 1000);
    buf_puts(&buf, " ");
    buf_put_int(&buf, INT64_MAX);
    buf_puts(&buf, " ");
    buf_put_int(&buf, INT64_MIN);
    unit_assert_buf(&buf, "0 -1 1000 9223372036854775807 -9223372036854775808");
    buf_release(&buf);
}

static void formatted_text_is_not_cut(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_printf(&buf, "%s-%d", "a", 7);
    buf_printf(&buf, "%s", "");
    unit_assert_buf(&buf, "a-7");
    buf_printf(&buf, "%0*d", 5000, 1);
    assert_uint_equal(buf.len, 5003);
    assert_int_equal(buf.data[5002], '1');
    buf_release(&buf);
}

static void json_strings_are_escaped(void **state)
{
    static const char text[] = "\"\\/\b\t\n\f\r\x01\x1f\x7f\0<\xC3\xA9";
    struct buf buf = {0};

    (void)state;
    buf_put_json(&buf, text, sizeof text - 1);
    unit_assert_buf(&buf, "\"\\\"\\\\/\\b\\t\\n\\f\\r\\u0001\\u001f\x7f\\u0000<"
                          "\xC3\xA9\"");
    buf_clear(&buf);
    buf_put_json(&buf, "", 0);
    unit_assert_buf(&buf, "\"\"");
    buf_clear(&buf);
    buf_put_json_text(&buf, "a\"b", 3);
    unit_assert_buf(&buf, "a\\\"b");
    buf_release(&buf);
}

static void a_json_reader_gets_every_byte_back(void **state)
{
    (void)state;
    for (int c = 1; c < 0x80; c++) {
        char text[] = {'<', (char)c, '>', '\0'};
        struct buf buf = {0};
        cJSON *json;

        buf_put_json(&buf, text, 3);
        json = cJSON_ParseWithLength(buf.data, buf.len);
        assert_true(cJSON_IsString(json));
        assert_string_equal(json->valuestring, text);
        cJSON_Delete(json);
        buf_release(&buf);
    }
}

static void html_is_escaped(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_put_html(&buf, "a<b>&\"c'd", 9);
    buf_put_html(&buf, "", 0);
    buf_put_html(&buf, "plain", 5);
    unit_assert_buf(&buf, "a&lt;b&gt;&amp;&quot;c&#39;dplain");
    buf_release(&buf);
}

/* Sizes no machine has: one is refused before, one by realloc(3). */
static void what_does_not_fit_marks_the_buffer_failed(void **state)
{
    static const size_t sizes[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 4,
                                   SIZE_MAX / 8};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct buf buf = {0};

        buf_puts(&buf, "kept");
        buf_put(&buf, "x", sizes[i]);
        assert_true(buf.failed);
        assert_uint_equal(buf.len, 4);
        assert_memory_equal(buf.data, "kept", 4);
        buf_release(&buf);
    }
}

static void a_failed_buffer_takes_nothing_more(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_puts(&buf, "kept");
    buf.failed = true;
    buf_puts(&buf, "a");
    buf_put_int(&buf, 1);
    buf_put_json(&buf, "\n", 1);
    buf_put_html(&buf, "<", 1);
    buf_printf(&buf, "%d", 1);
    assert_true(buf.failed);
    assert_uint_equal(buf.len, 4);

    buf_clear(&buf);
    buf_puts(&buf, "new");
    unit_assert_buf(&buf, "new");
    buf_release(&buf);
}

static void a_cleared_buffer_keeps_its_memory(void **state)
{
    struct buf buf = {0};
    const char *data;

    (void)state;
    buf_printf(&buf, "%0*d", 3000, 1);
    data = buf.data;
    buf_clear(&buf);
    assert_uint_equal(buf.len, 0);
    buf_printf(&buf, "%0*d", 3000, 2);
    assert_true(buf.data == data);
    buf_release(&buf);
}

static void a_released_buffer_can_be_released_and_used_again(void **state)
{
    struct buf buf = {0};

    (void)state;
    buf_release(&buf);
    buf_puts(&buf, "a");
    buf_release(&buf);
    buf_release(&buf);
    assert_true(buf.data == NULL && buf.cap == 0);
    buf_puts(&buf, "b");
    unit_assert_buf(&buf, "b");
    buf_release(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_stand_one_after_the_other),
        cmocka_unit_test(it_grows_as_far_as_needed),
        cmocka_unit_test(one_piece_of_any_size_fits),
        cmocka_unit_test(numbers_are_written_in_full),
        cmocka_unit_test(formatted_text_is_not_cut),
        cmocka_unit_test(json_strings_are_escaped),
        cmocka_unit_test(a_json_reader_gets_every_byte_back),
        cmocka_unit_test(html_is_escaped),
        cmocka_unit_test(what_does_not_fit_marks_the_buffer_failed),
        cmocka_unit_test(a_failed_buffer_takes_nothing_more),
        cmocka_unit_test(a_cleared_buffer_keeps_its_memory),
        cmocka_unit_test(a_released_buffer_can_be_released_and_used_again),
    };

    return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
