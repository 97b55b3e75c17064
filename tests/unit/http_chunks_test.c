#include <string.h>

#include "common/http/http_chunks.h"
#include "common/http/http_rules.h"
#include "tests/unit/unit.h"

#define LAST "0\r\n\r\n"

/* All at once, or a byte at a time; both must come to the same. Gives how many
 * bytes were taken. */
static size_t feed(struct http_chunks *chunks, const char *text)
{
    struct http_chunks slow = {0};
    size_t taken = 0;

    *chunks = (struct http_chunks){0};
    while (http_chunks_feed(&slow, text + taken, taken < strlen(text)))
        taken++;
    assert_uint_equal(http_chunks_feed(chunks, text, strlen(text)), taken);
    assert_int_equal(chunks->err, slow.err);
    assert_int_equal(chunks->next, slow.next);
    assert_uint_equal(chunks->body_len, slow.body_len);
    return taken;
}

static void takes(const char *text, size_t body_len)
{
    struct http_chunks chunks;

    assert_uint_equal(feed(&chunks, text), strlen(text));
    assert_true(http_chunks_are_whole(&chunks));
    assert_uint_equal(chunks.body_len, body_len);
}

/* What follows the body belongs to the next request. */
static void behind_the_body_nothing_is_taken(void **state)
{
    struct http_chunks chunks;

    (void)state;
    assert_uint_equal(feed(&chunks, LAST "GET"), sizeof LAST - 1);
    assert_true(http_chunks_are_whole(&chunks));
    assert_uint_equal(feed(&chunks, LAST LAST), sizeof LAST - 1);
}

static void sizes_are_hexadecimal(void **state)
{
    (void)state;
    takes(LAST, 0);
    takes("4\r\nmilk\r\n" LAST, 4);
    takes("b\r\n11 letters.\r\nB\r\n11 letters.\r\n" LAST, 22);
    takes("00000000000000000000000004\r\nmilk\r\n000\r\n\r\n", 4);
    takes("4\r\n\r\n\r\n\r\n" LAST, 4);
}

/* Each is refused, at its last byte. */
static void what_else_the_rfc_allows_is_refused(void **state)
{
    static const char *const texts[] = {"4;",
                                        "0;",
                                        "0\r\nX",
                                        "4 ",
                                        "4\t",
                                        "\r",
                                        " ",
                                        "-",
                                        "+",
                                        "0x",
                                        "g",
                                        "4\n",
                                        "4\r4",
                                        "4\r\r",
                                        "4\r\nmilks",
                                        "4\r\nmilk\n",
                                        "4\r\nmilk\r4",
                                        "0\r\n\n",
                                        "0\r\n0",
                                        "0\r\n\r\r",
                                        "4\r\nmilk\r\n;",
                                        "4\r\nmilk\r\n\r",
                                        "10000000000000000"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct http_chunks chunks;

        assert_uint_equal(feed(&chunks, texts[i]), strlen(texts[i]) - 1);
        assert_int_equal(chunks.err, TODO_ERR_MALFORMED);
        assert_uint_equal(http_chunks_feed(&chunks, LAST, sizeof LAST - 1), 0);
        assert_false(http_chunks_are_whole(&chunks));
    }
}

static void no_part_of_a_body_is_whole(void **state)
{
    static const char text[] = "4\r\nmilk\r\n" LAST;
    struct http_chunks chunks;

    (void)state;
    for (size_t len = 0; len < sizeof text - 1; len++) {
        chunks = (struct http_chunks){0};
        assert_uint_equal(http_chunks_feed(&chunks, text, len), len);
        assert_int_equal(chunks.err, TODO_OK);
        assert_false(http_chunks_are_whole(&chunks));
    }
}

static void a_body_has_at_most_64_kib(void **state)
{
    static char body[HTTP_MAX_BODY - 1];
    struct http_chunks chunks;

    (void)state;
    (void)feed(&chunks, "10000\r\n");
    assert_int_equal(chunks.err, TODO_OK);
    (void)feed(&chunks, "10001\r\n");
    assert_int_equal(chunks.err, TODO_ERR_BODY_TOO_LARGE);
    (void)feed(&chunks, "ffffffffffffffff\r\n");
    assert_int_equal(chunks.err, TODO_ERR_BODY_TOO_LARGE);

    (void)feed(&chunks, "ffff\r\n");
    assert_uint_equal(http_chunks_feed(&chunks, body, sizeof body),
                      sizeof body);
    assert_uint_equal(http_chunks_feed(&chunks, "\r\n2\r\n", 5), 4);
    assert_int_equal(chunks.err, TODO_ERR_BODY_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_hexadecimal),
        cmocka_unit_test(behind_the_body_nothing_is_taken),
        cmocka_unit_test(what_else_the_rfc_allows_is_refused),
        cmocka_unit_test(no_part_of_a_body_is_whole),
        cmocka_unit_test(a_body_has_at_most_64_kib),
    };

    return cmocka_run_group_tests_name("http_chunks", tests, NULL, NULL);
}
