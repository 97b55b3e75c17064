#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/scrape.h"
#include "tests/unit/unit.h"

#define A      "# HELP a_total A.\n# TYPE a_total counter\n"
#define B      "# HELP b B.\n# TYPE b gauge\n"
#define H      "# HELP h H.\n# TYPE h histogram\n"
#define BUCKET "h_bucket{le=\"1\"} 1\n"
#define INF    "h_bucket{le=\"+Inf\"} 2\n"
#define SUM    "h_sum 1.5\n"
#define COUNT  "h_count 2\n"

static const char good[] =
    "# HELP http_requests_total Requests, by operation: \\\\ and \\n.\n"
    "# TYPE http_requests_total counter\n"
    "http_requests_total{operation=\"read_todo\",status=\"200\"} 17\n"
    "http_requests_total{operation=\"read_todo\",status=\"404\"} 1\n"
    "http_requests_total{operation=\"stream_events\",status=\"200\"} 4\n"
    "# HELP http_request_duration_seconds How long they took.\n"
    "# TYPE http_request_duration_seconds histogram\n"
    "http_request_duration_seconds_bucket{operation=\"read_todo\",le=\"0.001\"}"
    " 16\n"
    "http_request_duration_seconds_bucket{operation=\"read_todo\",le=\"+Inf\"}"
    " 18\n"
    "http_request_duration_seconds_sum{operation=\"read_todo\"} 1.4204e-2\n"
    "http_request_duration_seconds_count{operation=\"read_todo\"} 18\n"
    "# HELP b A gauge, h\xC3\xA9, \xE2\x82\xAC, \xF0\x9F\x98\x80.\n"
    "# TYPE b gauge\n"
    "b -0.5\n"
    "b{x=\"\\\"a\\\\b\\n}\",y=\"\"} 2\n"
    "# HELP none:yet_total None.\n"
    "# TYPE none:yet_total counter\n"
    "# HELP h Two histograms that differ by a label.\n"
    "# TYPE h histogram\n"
    "h_bucket{x=\"1\",le=\"1\"} 5\n"
    "h_bucket{x=\"1\",le=\"+Inf\"} 5\n"
    "h_sum{x=\"1\"} 0\n"
    "h_count{x=\"1\"} 5\n"
    "h_bucket{x=\"2\",le=\"0.5\"} 0\n"
    "h_bucket{x=\"2\",le=\"+Inf\"} 1\n"
    "h_sum{x=\"2\"} 3\n"
    "h_count{x=\"2\"} 1\n";

/* From memory that ends behind the last byte. */
static bool read_text(struct scrape *scrape, const char *text, size_t len,
                      char why[SCRAPE_WHY_MAX])
{
    char *bytes = unit_copy(text, len);
    bool is_read = scrape_read(scrape, bytes, len, why);

    free(bytes);
    return is_read;
}

static void read_good(struct scrape *scrape, const char *text)
{
    char why[SCRAPE_WHY_MAX] = "";

    if (!read_text(scrape, text, strlen(text), why))
        fail_msg("%s", why);
}

/*
 * What is read
 */

static void a_good_scrape_is_read(void **state)
{
    struct scrape scrape;

    (void)state;
    read_good(&scrape, good);
    assert_true(scrape_has(&scrape, "http_requests_total", SCRAPE_COUNTER));
    assert_true(scrape_has(&scrape, "h", SCRAPE_HISTOGRAM));
    assert_true(scrape_has(&scrape, "none:yet_total", SCRAPE_COUNTER));
    assert_true(scrape_has(&scrape, "b", SCRAPE_GAUGE));
    assert_false(scrape_has(&scrape, "b", SCRAPE_COUNTER));
    assert_false(scrape_has(&scrape, "h_sum", SCRAPE_HISTOGRAM));
    scrape_release(&scrape);
    scrape_release(&scrape);
}

static void check_number(double got, double wanted)
{
    if (got != wanted)
        fail_msg("%g, not %g", got, wanted);
}

static void check_value(const struct scrape *scrape, const char *series,
                        double value)
{
    check_number(scrape_value(scrape, series), value);
}

static void values_are_found_by_name_and_labels(void **state)
{
    struct scrape scrape;

    (void)state;
    read_good(&scrape, good);
    check_value(&scrape,
                "http_requests_total{operation=\"read_todo\",status=\"200\"}",
                17);
    check_value(&scrape,
                "http_requests_total{status=\"404\",operation=\"read_todo\"}",
                1);
    check_value(&scrape,
                "http_request_duration_seconds_sum{operation=\"read_todo\"}",
                0.014204);
    check_value(&scrape, "h_bucket{le=\"+Inf\",x=\"2\"}", 1);
    check_value(&scrape, "b", -0.5);
    check_value(&scrape, "b{y=\"\",x=\"\\\"a\\\\b\\n}\"}", 2);
    check_value(&scrape, "http_requests_total", 0);
    check_value(&scrape, "http_requests_total{operation=\"read_todo\"}", 0);
    scrape_release(&scrape);
}

static void sums_are_over_a_name_and_a_label(void **state)
{
    static const char requests[] = "http_requests_total";
    struct scrape scrape;

    (void)state;
    read_good(&scrape, good);
    check_number(scrape_sum(&scrape, requests, NULL, NULL), 22);
    check_number(scrape_sum(&scrape, requests, "operation", "read_todo"), 18);
    check_number(scrape_sum(&scrape, requests, "status", "200"), 21);
    check_number(scrape_sum(&scrape, requests, "status", "20"), 0);
    check_number(scrape_sum(&scrape, "http_requests", NULL, NULL), 0);
    scrape_release(&scrape);
}

/*
 * What is refused
 */

static const struct {
    size_t line;
    const char *reason; /* a part of it */
    const char *text;
} bad[] = {
    /* bytes and lines */
    {1, "no newline", ""},
    {3, "no newline", A "a_total 1"},
    {3, "CR", A "a_total 1\r\n"},
    {1, "empty line", "\n" A},
    {4, "empty line", A "a_total 1\n\n"},
    {1, "control", "# HELP a_total A\t.\n"},
    {3, "UTF-8", A "a_total{x=\"\xFF\"} 1\n"},
    {3, "UTF-8", A "a_total{x=\"\x80\"} 1\n"},
    {3, "UTF-8", A "a_total{x=\"\xC0\x80\"} 1\n"},
    {3, "UTF-8", A "a_total{x=\"\xE0\x80\x80\"} 1\n"},
    {3, "UTF-8", A "a_total{x=\"\xED\xA0\x80\"} 1\n"},
    {3, "UTF-8", A "a_total{x=\"\xF4\x90\x80\x80\"} 1\n"},
    {3, "UTF-8", A "a_total{x=\"\xE2\x82\"} 1\n"},
    {1, "UTF-8", "# HELP a_total \xE2\x82\n"},

    /* comments */
    {1, "neither HELP nor TYPE", "# EOF\n"},
    {1, "neither HELP nor TYPE", "#HELP a_total A.\n"},
    {1, "nothing said", "# HELP a_total\n"},
    {1, "nothing said", "# HELP a_total \n"},
    {1, "escape", "# HELP a_total \\t\n"},
    {1, "escape", "# HELP a_total \\\"\n"},
    {1, "escape", "# HELP a_total \\\n"},
    {1, "name of a metric", "# HELP 1_total A.\n"},
    {1, "name of a metric", "# HELP a-total A.\n"},
    {1, "name of a metric", "# HELP  a_total A.\n"},
    {2, "unknown type", "# HELP a A.\n# TYPE a summary\n"},
    {2, "unknown type", "# HELP a A.\n# TYPE a counter \n"},
    {2, "unknown type", "# HELP a A.\n# TYPE a Gauge\n"},
    {2, "_total", "# HELP a A.\n# TYPE a counter\n"},
    {2, "_total", "# HELP _total A.\n# TYPE _total counter\n"},

    /* families */
    {1, "without its HELP and TYPE", "a_total 1\n"},
    {3, "without its HELP and TYPE", A "b 1\n"},
    {3, "without its HELP and TYPE", A "a_total_more 1\n"},
    {3, "without its HELP and TYPE", H "h 1\n"},
    {3, "without its HELP and TYPE", H "h_max 1\n"},
    {2, "HELP without TYPE", "# HELP b B.\nb 1\n"},
    {1, "HELP without TYPE", "# HELP b B.\n"},
    {2, "no TYPE", "# HELP b B.\n# HELP c C.\n"},
    {1, "TYPE without its HELP", "# TYPE b gauge\n"},
    {2, "TYPE without its HELP", "# HELP b B.\n# TYPE c gauge\n"},
    {2, "HELP twice", "# HELP b B.\n# HELP b B.\n"},
    {3, "HELP twice", B "# HELP b B.\n"},
    {3, "TYPE twice", B "# TYPE b gauge\n"},
    {4, "HELP behind samples", B "b 1\n# HELP b B.\n"},
    {4, "TYPE behind samples", B "b 1\n# TYPE b gauge\n"},
    {5, "two pieces", A B "a_total 1\n"},
    {7, "two pieces", A "a_total 1\n" B "b 1\na_total{x=\"1\"} 1\n"},
    {5, "two pieces", A B "# HELP a_total A.\n"},
    {5, "two pieces", A B "# TYPE a_total counter\n"},
    {9, "two pieces", H INF SUM COUNT B "b 1\n" BUCKET},

    /* series */
    {4, "series twice", B "b 1\nb 2\n"},
    {4, "series twice", B "b{x=\"1\",y=\"2\"} 1\nb{y=\"2\",x=\"1\"} 1\n"},
    {3, "name of a metric", B "1b 1\n"},
    {3, "name of a metric", B "b-b 1\n"},
    {3, "name of a metric", B " b 1\n"},
    {3, "name of a metric", B "{x=\"1\"} 1\n"},
    {3, "name of a label", B "b{1x=\"1\"} 1\n"},
    {3, "name of a label", B "b{x-y=\"1\"} 1\n"},
    {3, "name of a label", B "b{x:y=\"1\"} 1\n"},
    {3, "name of a label", B "b{} 1\n"},
    {3, "name of a label", B "b{x=\"1\",} 1\n"},
    {3, "name of a label", B "b{x=\"1\", y=\"1\"} 1\n"},
    {3, "quotes", B "b{x=1} 1\n"},
    {3, "label twice", B "b{x=\"1\",x=\"2\"} 1\n"},
    {3, "escape", B "b{x=\"\\t\"} 1\n"},
    {3, "escape", B "b{x=\"\\\n"},
    {3, "without its end", B "b{x=\"1} 1\n"},
    {3, "labels without their end", B "b{x=\"1\" 1\n"},
    {3, "labels without their end", B "b{x=\"a\"b\"} 1\n"},
    {3, "more labels",
     B "b{a=\"\",b=\"\",c=\"\",d=\"\",e=\"\",f=\"\",g=\"\",h=\"\",i=\"\"} 1\n"},

    /* values */
    {3, "before the value", B "b\n"},
    {3, "before the value", B "b{x=\"1\"}1\n"},
    {3, "no finite number", B "b \n"},
    {3, "no finite number", B "b  1\n"},
    {3, "no finite number", B "b one\n"},
    {3, "no finite number", B "b 1x\n"},
    {3, "no finite number", B "b 1,5\n"},
    {3, "no finite number", B "b 0x10\n"},
    {3, "no finite number", B "b 1e\n"},
    {3, "no finite number", B "b 1e999\n"},
    {3, "no finite number", B "b NaN\n"},
    {3, "no finite number", B "b +Inf\n"},
    {3, "negative", A "a_total -1\n"},
    {5, "negative", H INF COUNT "h_sum -1\n"},
    {3, "behind the value", B "b 1 1700000000000\n"},
    {3, "behind the value", B "b 1 \n"},

    /* histograms */
    {3, "bucket without le", H "h_bucket 1\n" SUM COUNT},
    {3, "no number", H "h_bucket{le=\"x\"} 1\n" INF SUM COUNT},
    {3, "no number", H "h_bucket{le=\"NaN\"} 1\n" INF SUM COUNT},
    {4, "does not rise", H BUCKET "h_bucket{le=\"0.5\"} 1\n" INF SUM COUNT},
    {4, "does not rise", H BUCKET "h_bucket{le=\"1.0\"} 1\n" INF SUM COUNT},
    {4, "does not rise", H INF BUCKET SUM COUNT},
    {4, "less than", H "h_bucket{le=\"1\"} 3\n" INF SUM COUNT},
    {4, "and no bucket", H INF "h_sum{le=\"1\"} 1\n" COUNT},
    {5, "and no bucket", H INF SUM "h_count{le=\"1\"} 2\n"},
    {5, "without the bucket +Inf", H BUCKET SUM "h_count 1\n"},
    {4, "without the bucket +Inf", H SUM "h_count 0\n"},
    {4, "without _sum", H INF COUNT},
    {4, "without _count", H INF SUM},
    {5, "not what the bucket +Inf has", H INF SUM "h_count 1\n"},
    {4, "without _count", H INF SUM "h_count{x=\"1\"} 2\n"},
    {4, "without _sum", H INF COUNT A "a_total 1\n"},
};

static void bad_scrapes_are_refused_with_line_and_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char why[SCRAPE_WHY_MAX] = "nothing";
        char line[32];
        struct scrape scrape;
        bool is_read =
            read_text(&scrape, bad[i].text, strlen(bad[i].text), why);

        scrape_release(&scrape);
        (void)snprintf(line, sizeof line, "line %zu: ", bad[i].line);
        if (is_read || strncmp(why, line, strlen(line)) != 0 ||
            !strstr(why, bad[i].reason))
            fail_msg("%s\nis not refused by: %s... %s\nbut by: %s", bad[i].text,
                     line, bad[i].reason, why);
    }
}

static void a_nul_ends_no_scrape(void **state)
{
    static const char text[] = B "b 1\0\n";
    char why[SCRAPE_WHY_MAX] = "";
    struct scrape scrape;

    (void)state;
    assert_false(read_text(&scrape, text, sizeof text - 1, why));
    assert_string_equal(why, "line 3: a control character: b 1");
    scrape_release(&scrape);
}

/* Whatever is cut off its end, it is read, or refused with a reason. */
static void no_beginning_of_a_scrape_is_too_much(void **state)
{
    (void)state;
    for (size_t len = 0; len < sizeof good; len++) {
        char why[SCRAPE_WHY_MAX] = "";
        struct scrape scrape;
        bool is_read = read_text(&scrape, good, len, why);

        assert_int_equal(is_read, why[0] == '\0');
        assert_true(!is_read || good[len - 1] == '\n');
        scrape_release(&scrape);
    }
}

/*
 * Two scrapes, and promises
 */

/* NULL: the second follows the first. */
static void expect_follows(const char *first, const char *second,
                           const char *reason)
{
    char why[SCRAPE_WHY_MAX] = "";
    struct scrape before, after;

    read_good(&before, first);
    read_good(&after, second);
    assert_int_equal(scrape_follows(&before, &after, why), !reason);
    assert_string_equal(why, reason ? reason : "");
    scrape_release(&before);
    scrape_release(&after);
}

static void counters_may_rise_and_gauges_may_fall(void **state)
{
    (void)state;
    expect_follows(good, good, NULL);
    expect_follows(A, A "a_total 1\n", NULL);
    expect_follows(A "a_total{x=\"1\",y=\"2\"} 1\n",
                   A "a_total 1\na_total{y=\"2\",x=\"1\"} 1\n", NULL);
    expect_follows(B "b 2\n", B "b 1\n", NULL);
    expect_follows(B "b 2\n", B, NULL);
    expect_follows(H INF SUM COUNT, H BUCKET INF SUM COUNT, NULL);
}

static void counters_may_not_fall(void **state)
{
    (void)state;
    expect_follows(A "a_total 2\n", A "a_total 1\n",
                   "a_total fell from 2 to 1");
    expect_follows(A "a_total{x=\"1\"} 2\n", A "a_total{x=\"2\"} 2\n",
                   "a_total{x=\"1\"} is gone");
    expect_follows(A "a_total 0\n", B, "a_total is gone");
    expect_follows(H INF "h_sum 2\n" COUNT, H INF SUM COUNT,
                   "h_sum fell from 2 to 1.5");
    expect_follows(H BUCKET INF SUM COUNT, H INF SUM COUNT,
                   "h_bucket{le=\"1\"} is gone");
    expect_follows(H BUCKET INF SUM COUNT,
                   H "h_bucket{le=\"1\"} 0\n" INF SUM COUNT,
                   "h_bucket{le=\"1\"} fell from 1 to 0");
}

#define REQUESTS                                                               \
    "# HELP http_requests_total R.\n# TYPE http_requests_total counter\n"
#define DURATIONS                                                              \
    "# HELP http_request_duration_seconds D.\n"                                \
    "# TYPE http_request_duration_seconds histogram\n"
#define DURATION_OF(labels, more, count)                                       \
    "http_request_duration_seconds_bucket{" more "le=\"+Inf\"} " count "\n"    \
    "http_request_duration_seconds_sum" labels " 0\n"                          \
    "http_request_duration_seconds_count" labels " " count "\n"
#define DURATION(operation, count)                                             \
    DURATION_OF("{operation=\"" operation "\"}",                               \
                "operation=\"" operation "\",", count)

/* NULL: it does. */
static void expect_adds_up(const char *text, const char *reason)
{
    char why[SCRAPE_WHY_MAX] = "";
    struct scrape scrape;

    read_good(&scrape, text);
    assert_int_equal(scrape_adds_up(&scrape, why), !reason);
    assert_string_equal(why, reason ? reason : "");
    scrape_release(&scrape);
}

static void requests_must_be_as_many_as_durations(void **state)
{
    (void)state;
    expect_adds_up(good, NULL);
    expect_adds_up(REQUESTS DURATIONS DURATION("a", "0"), NULL);
    expect_adds_up(
        REQUESTS
        "http_requests_total{operation=\"a\"} 1\n" DURATIONS DURATION("a", "2"),
        "a: 1 requests, and 2 in the histogram");
    expect_adds_up(REQUESTS
                   "http_requests_total{operation=\"a\"} 1\n" DURATIONS,
                   "a: 1 requests, and 0 in the histogram");
    expect_adds_up(REQUESTS DURATIONS DURATION("a", "1"),
                   "a: 0 requests, and 1 in the histogram");
    expect_adds_up(
        REQUESTS
        "http_requests_total{operation=\"stream_events\"} 1\n" DURATIONS
            DURATION("stream_events", "1"),
        "stream_events: 1 requests, and 1 in the histogram");
    expect_adds_up(REQUESTS "http_requests_total 1\n",
                   "http_requests_total has no operation");
    expect_adds_up(DURATIONS DURATION_OF("", "", "1"),
                   "http_request_duration_seconds_count has no operation");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_scrape_is_read),
        cmocka_unit_test(values_are_found_by_name_and_labels),
        cmocka_unit_test(sums_are_over_a_name_and_a_label),
        cmocka_unit_test(bad_scrapes_are_refused_with_line_and_reason),
        cmocka_unit_test(a_nul_ends_no_scrape),
        cmocka_unit_test(no_beginning_of_a_scrape_is_too_much),
        cmocka_unit_test(counters_may_rise_and_gauges_may_fall),
        cmocka_unit_test(counters_may_not_fall),
        cmocka_unit_test(requests_must_be_as_many_as_durations),
    };

    return cmocka_run_group_tests_name("scrape", tests, NULL, NULL);
}
