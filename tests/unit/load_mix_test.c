#include <string.h>

#include "tests/load/mix.h"
#include "tests/unit/unit.h"

static struct mix mix_of(const char *text)
{
    struct mix mix = {.host = "127.0.0.1:80", .keep_alive = true};

    assert_true(mix_read(&mix, text));
    return mix;
}

static void a_mix_keeps_its_weights(void **state)
{
    struct mix mix = mix_of("read=8,page=1,create=1");
    int counts[MIX_MAX] = {0};

    (void)state;
    for (int turn = 0; turn < 30; turn++)
        counts[mix_next(&mix)]++;
    for (int i = 0; i < MIX_MAX; i++) {
        int want = strcmp(mix_name(i), "read") == 0     ? 24
                   : strcmp(mix_name(i), "page") == 0   ? 3
                   : strcmp(mix_name(i), "create") == 0 ? 3
                                                        : 0;
        assert_int_equal(counts[i], want);
    }
}

static void a_mix_alternates(void **state)
{
    struct mix mix = mix_of("page=1,health=1");
    int before = mix_next(&mix);

    (void)state;
    for (int turn = 0; turn < 10; turn++) {
        int now = mix_next(&mix);

        assert_int_not_equal(now, before);
        before = now;
    }
}

static void a_wrong_mix_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",        "read",           "read=",
        "read=0",  "read=-1",        "read=1001",
        "read=1x", "read=1,",        ",read=1",
        "read=1;", "nothing=1",      "read=1,read=2",
        "read=+1", "read= 1",        "get=1",
        "READ=1",  "read=1,,page=1", "a-name-that-is-longer-than-all-names=1",
    };

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct mix mix = {0};

        if (mix_read(&mix, wrong[i]))
            fail_msg("\"%s\" is taken for a mix", wrong[i]);
    }
}

static void assert_next(struct mix *mix, const char *want)
{
    char request[MIX_REQUEST_MAX];
    size_t len = mix_write(mix, mix_next(mix), request);

    assert_int_equal(len, strlen(want));
    assert_string_equal(request, want);
}

static void reads_take_the_ids_in_turn(void **state)
{
    static const int64_t ids[] = {7, 9007199254740991};
    struct mix mix = mix_of("read=1");

    (void)state;
    assert_true(mix_needs_ids(&mix));
    mix.ids = ids;
    mix.id_count = 2;
    for (int i = 0; i < 2; i++) {
        assert_next(&mix,
                    "GET /todos/7 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n");
        assert_next(&mix, "GET /todos/9007199254740991 HTTP/1.1\r\n"
                          "Host: 127.0.0.1:80\r\n\r\n");
    }
}

static void a_request_says_what_it_has_to(void **state)
{
    struct mix mix = mix_of("create=1");

    (void)state;
    assert_false(mix_needs_ids(&mix));
    mix.token = "a.b.c";
    mix.keep_alive = false;
    assert_next(&mix, "POST /todos HTTP/1.1\r\nHost: 127.0.0.1:80\r\n"
                      "Authorization: Bearer a.b.c\r\nConnection: close\r\n"
                      "Content-Type: application/json\r\n"
                      "Content-Length: 28\r\n\r\n"
                      "{\"title\":\"Measure honestly\"}");
}

static void a_path_is_the_whole_mix(void **state)
{
    struct mix mix = mix_of("health=1,page=3");

    (void)state;
    mix_get(&mix, "/todos/1");
    for (int i = 0; i < 3; i++)
        assert_next(&mix,
                    "GET /todos/1 HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_mix_keeps_its_weights),
        cmocka_unit_test(a_mix_alternates),
        cmocka_unit_test(a_wrong_mix_is_refused),
        cmocka_unit_test(reads_take_the_ids_in_turn),
        cmocka_unit_test(a_request_says_what_it_has_to),
        cmocka_unit_test(a_path_is_the_whole_mix),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
