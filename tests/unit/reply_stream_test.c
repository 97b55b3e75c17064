#include <stdio.h>
#include <string.h>

#include "common/http/reply.h"
#include "tests/unit/unit.h"

/* As http_request_accept leaves it. */
static struct reply good_reply(void)
{
    return (struct reply){.keep_alive = true,
                          .server = "todo-test",
                          .id = "00000001-00000002",
                          .base = "http://h"};
}

/* The head begins as every head does, and ends with this. */
static void assert_head_ends(const struct reply *reply, const char *fields)
{
    size_t len = strlen(fields);
    const struct buf *out = &reply->out;

    assert_true(!out->failed && out->len > len);
    assert_memory_equal(out->data, "HTTP/1.1 200 OK\r\n", 17);
    assert_memory_equal(out->data + out->len - len, fields, len);
}

#define STREAM_HEAD                                                            \
    "Content-Type: text/plain\r\n"                                             \
    "X-Content-Type-Options: nosniff\r\n"                                      \
    "X-Accel-Buffering: no\r\n"

static void a_stream_is_a_head_then_chunks_then_an_end(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_stream(&reply, "text/plain"), TODO_OK);
    assert_int_equal(reply.status, 200);
    assert_head_ends(&reply, STREAM_HEAD "Transfer-Encoding: chunked\r\n\r\n");
    assert_true(reply.keep_alive);
    assert_int_equal(reply_piece(&reply, "hello", 5), TODO_OK);
    unit_assert_buf(&reply.out, "5\r\nhello\r\n");
    assert_int_equal(reply_piece(&reply, "sixteen letters!", 16), TODO_OK);
    unit_assert_buf(&reply.out, "10\r\nsixteen letters!\r\n");
    assert_int_equal(reply_stream_end(&reply), TODO_OK);
    unit_assert_buf(&reply.out, "10\r\nsixteen letters!\r\n0\r\n\r\n");
    reply_release(&reply);
}

/* nginx would gather events until a buffer is full, and a cache would wait for
 * an end to keep. */
static void a_stream_is_neither_kept_nor_gathered_on_its_way(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_stream(&reply, "text/plain"), TODO_OK);
    assert_true(
        unit_buf_has(&reply.out, "\r\nCache-Control: no-cache, no-store\r\n"));
    assert_true(unit_buf_has(&reply.out, "\r\nX-Accel-Buffering: no\r\n"));
    reply_release(&reply);
}

/* An empty chunk would end the body. */
static void a_piece_of_nothing_does_not_end_a_stream(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_stream(&reply, "text/plain"), TODO_OK);
    assert_int_equal(reply_piece(&reply, "", 0), TODO_OK);
    assert_uint_equal(reply.out.len, 0);
    assert_int_equal(reply_stream_end(&reply), TODO_OK);
    unit_assert_buf(&reply.out, "0\r\n\r\n");
    reply_release(&reply);
}

static void http_1_0_gets_the_bytes_alone_and_then_the_end(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    reply.http_1_0 = true;
    assert_int_equal(reply_stream(&reply, "text/plain"), TODO_OK);
    assert_false(reply.keep_alive); /* only the close says that it is over */
    assert_head_ends(&reply, "Connection: close\r\n" STREAM_HEAD "\r\n");
    assert_int_equal(reply_piece(&reply, "hello", 5), TODO_OK);
    unit_assert_buf(&reply.out, "hello");
    assert_int_equal(reply_stream_end(&reply), TODO_OK);
    unit_assert_buf(&reply.out, "hello");
    reply_release(&reply);
}

static void head_of_a_stream_has_no_end_behind_it(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    reply.head_only = true;
    assert_int_equal(reply_stream(&reply, "text/plain"), TODO_OK);
    assert_head_ends(&reply, STREAM_HEAD "Transfer-Encoding: chunked\r\n\r\n");
    assert_int_equal(reply_stream_end(&reply), TODO_OK);
    assert_head_ends(&reply, STREAM_HEAD "Transfer-Encoding: chunked\r\n\r\n");
    assert_true(reply.keep_alive);
    reply_release(&reply);
}

static void a_piece_that_does_not_fit_is_an_error(void **state)
{
    struct reply reply = good_reply();

    (void)state;
    assert_int_equal(reply_stream(&reply, "text/plain"), TODO_OK);
    assert_int_equal(reply_piece(&reply, "", SIZE_MAX / 4), TODO_ERR_INTERNAL);
    reply_release(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stream_is_a_head_then_chunks_then_an_end),
        cmocka_unit_test(a_stream_is_neither_kept_nor_gathered_on_its_way),
        cmocka_unit_test(a_piece_of_nothing_does_not_end_a_stream),
        cmocka_unit_test(http_1_0_gets_the_bytes_alone_and_then_the_end),
        cmocka_unit_test(head_of_a_stream_has_no_end_behind_it),
        cmocka_unit_test(a_piece_that_does_not_fit_is_an_error),
    };

    return cmocka_run_group_tests_name("reply_stream", tests, NULL, NULL);
}
