#include <stdlib.h>
#include <string.h>

#include "common/base/utf8.h"
#include "tests/unit/unit.h"

/* Writes a code point; the other direction of what is tested. */
static size_t encode(uint32_t point, char out[4])
{
    static const unsigned char marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t len = point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;

    for (size_t i = len - 1; i > 0; i--) {
        out[i] = (char)(0x80 | (point & 0x3F));
        point >>= 6;
    }
    out[0] = (char)(marks[len] | point);
    return len;
}

static void every_code_point_reads_back(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10FFFF; point++) {
        char bytes[4];
        size_t len = encode(point, bytes);
        bool surrogate = point >= 0xD800 && point <= 0xDFFF;
        uint32_t read = 0;

        assert_uint_equal(utf8_decode(bytes, len, &read), surrogate ? 0 : len);
        if (surrogate)
            continue;
        assert_uint_equal(read, point);
        assert_uint_equal(utf8_length((unsigned char)bytes[0]), len);
        assert_uint_equal(utf8_decode(bytes, len - 1, &read), 0);
    }
}

/* How many sequences of `len` bytes, up to `last`, are one character. */
static size_t count_accepted(size_t len, uint32_t last)
{
    size_t accepted = 0;
    uint32_t point;

    for (uint32_t bits = 0; bits <= last; bits++) {
        const char bytes[] = {(char)(bits >> 16), (char)(bits >> 8),
                              (char)bits};

        accepted += utf8_decode(bytes + 3 - len, len, &point) == len;
    }
    return accepted;
}

/* As each code point has an accepted form, equal numbers leave no room for an
 * overlong one. */
static void no_other_bytes_are_a_character(void **state)
{
    (void)state;
    assert_uint_equal(count_accepted(1, 0xFF), 0x80);
    assert_uint_equal(count_accepted(2, 0xFFFF), 0x800 - 0x80);
    assert_uint_equal(count_accepted(3, 0xFFFFFF), 0xF800 - 0x800);
}

static void bytes_that_begin_no_character_have_no_length(void **state)
{
    (void)state;
    for (int byte = 0x80; byte <= 0xFF; byte++)
        if (byte < 0xC2 || byte > 0xF4)
            assert_uint_equal(utf8_length((unsigned char)byte), 0);
}

static void ill_formed_bytes_are_refused(void **state)
{
    static const char *const refused[] = {
        "\xF0\x8F\xBF\xBF", /* overlong U+FFFF */
        "\xF4\x90\x80\x80", /* U+110000 */
        "\xF5\x80\x80\x80", "\xFF\x80\x80\x80", "\xF1\x80\x80\x7F",
        "\xF1\x80\x7F\x80", "\xF1\x7F\x80\x80", "\xF1\x80\x80\xC0",
    };
    uint32_t point = 42;

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_uint_equal(utf8_decode(refused[i], 4, &point), 0);
    assert_uint_equal(utf8_decode("", 0, &point), 0);
    assert_uint_equal(point, 42); /* untouched */
}

static void nothing_is_read_behind_the_end(void **state)
{
    static const char *const cut[] = {"\xC3", "\xE2\x82", "\xF0\x9F\x98"};
    uint32_t point;

    (void)state;
    for (size_t i = 0; i < sizeof cut / sizeof *cut; i++) {
        char *bytes = unit_copy(cut[i], strlen(cut[i]));

        assert_uint_equal(utf8_decode(bytes, strlen(cut[i]), &point), 0);
        free(bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_point_reads_back),
        cmocka_unit_test(no_other_bytes_are_a_character),
        cmocka_unit_test(bytes_that_begin_no_character_have_no_length),
        cmocka_unit_test(ill_formed_bytes_are_refused),
        cmocka_unit_test(nothing_is_read_behind_the_end),
    };

    return cmocka_run_group_tests_name("utf8", tests, NULL, NULL);
}
