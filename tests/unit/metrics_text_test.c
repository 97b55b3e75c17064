/*
 * tests/unit/metrics_text_test.c - how is a gauge written, how a family, and
 * how a histogram? And what does the process say of itself?
 */
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "common/base/clock.h"
#include "common/http/metrics.h"
#include "tests/support/scrape.h"
#include "tests/unit/unit.h"

/* Of the running case. */
static struct buf text;
static struct scrape scrape;

static int teardown(void **state)
{
    (void)state;
    scrape_release(&scrape);
    buf_release(&text);
    return 0;
}

static void read_text(void)
{
    char why[SCRAPE_WHY_MAX] = "";

    assert_false(text.failed);
    scrape_release(&scrape);
    if (!scrape_read(&scrape, text.data, text.len, why))
        fail_msg("%s", why);
}

static void expect(const char *series, double value)
{
    double is = scrape_value(&scrape, series);

    if (is != value)
        fail_msg("%s is %g, not %g", series, is, value);
}

static void a_gauge_is_a_family_of_one_line(void **state)
{
    (void)state;
    metrics_write_gauge(&text, "g", "G, now.", -7);
    metrics_write_gauge(&text, "most", "M.", INT64_MAX);
    metrics_write_gauge(&text, "least", "L.", INT64_MIN);
    unit_assert_buf(&text, "# HELP g G, now.\n# TYPE g gauge\ng -7\n"
                           "# HELP most M.\n# TYPE most gauge\n"
                           "most 9223372036854775807\n"
                           "# HELP least L.\n# TYPE least gauge\n"
                           "least -9223372036854775808\n");
    read_text();
    expect("g", -7);
}

static void a_family_has_a_line_for_each_set_of_labels(void **state)
{
    (void)state;
    metrics_write_head(&text, "a_total", "counter", "A.");
    metrics_write_value(&text, "a_total", "x=\"1\"", 2);
    metrics_write_value(&text, "a_total", "x=\"2\",y=\"\"", 0);
    unit_assert_buf(&text, "# HELP a_total A.\n# TYPE a_total counter\n"
                           "a_total{x=\"1\"} 2\na_total{x=\"2\",y=\"\"} 0\n");
    read_text();
}

/*
 * Histograms
 */

static const struct {
    int64_t us;
    const char *le;
} bounds[METRICS_BUCKETS] = {
    {1000, "0.001"},  {2500, "0.0025"}, {5000, "0.005"},  {10000, "0.01"},
    {25000, "0.025"}, {50000, "0.05"},  {100000, "0.1"},  {250000, "0.25"},
    {500000, "0.5"},  {1000000, "1"},   {2500000, "2.5"}, {5000000, "5"},
};

/* The only bucket that something of this length is counted in. */
static int bucket_of(int64_t took_us)
{
    struct metrics_histogram histogram = {0};
    int bucket = -1;

    metrics_observe(&histogram, took_us);
    assert_int_equal(histogram.sum_us, took_us);
    for (int i = 0; i <= METRICS_BUCKETS; i++) {
        if (histogram.count[i] == 0)
            continue;
        assert_uint_equal(histogram.count[i], 1);
        assert_int_equal(bucket, -1);
        bucket = i;
    }
    return bucket;
}

static void what_is_as_long_as_a_bound_is_within_it(void **state)
{
    (void)state;
    assert_int_equal(bucket_of(0), 0);
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        assert_int_equal(bucket_of(bounds[i].us - 1), i);
        assert_int_equal(bucket_of(bounds[i].us), i);
        assert_int_equal(bucket_of(bounds[i].us + 1), i + 1);
    }
    assert_int_equal(bucket_of(INT64_C(1000000) * 3600 * 24 * 365),
                     METRICS_BUCKETS);
}

static void write_histogram(const char *labels,
                            const struct metrics_histogram *histogram)
{
    buf_clear(&text);
    metrics_write_head(&text, "h", "histogram", "H.");
    metrics_write_histogram(&text, "h", labels, histogram);
    read_text();
}

/* One of each bound, and one that is longer than all of them. */
static void each_bucket_holds_those_before_it(void **state)
{
    struct metrics_histogram histogram = {0};
    char series[40];

    (void)state;
    for (int i = 0; i < METRICS_BUCKETS; i++)
        metrics_observe(&histogram, bounds[i].us);
    metrics_observe(&histogram, 5000001);
    write_histogram("x=\"1\"", &histogram);
    for (int i = 0; i < METRICS_BUCKETS; i++) {
        (void)snprintf(series, sizeof series, "h_bucket{x=\"1\",le=\"%s\"}",
                       bounds[i].le);
        expect(series, i + 1);
    }
    expect("h_bucket{x=\"1\",le=\"+Inf\"}", METRICS_BUCKETS + 1);
    expect("h_count{x=\"1\"}", METRICS_BUCKETS + 1);
}

static void seconds_are_written_with_six_digits(void **state)
{
    static const struct {
        int64_t us;
        const char *line; /* with all before it */
    } rows[] = {{0, "\nh_sum 0.000000\n"},
                {1, "\nh_sum 0.000001\n"},
                {999998, "\nh_sum 0.999999\n"},
                {1, "\nh_sum 1.000000\n"},
                {60070000, "\nh_sum 61.070000\n"}};
    struct metrics_histogram histogram = {0};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        metrics_observe(&histogram, rows[i].us);
        write_histogram("", &histogram);
        if (!unit_buf_has(&text, rows[i].line))
            fail_msg("it has no%s", rows[i].line);
    }
}

#define H(labels, more)                                                        \
    "h_bucket{" more "le=\"0.001\"} 0\n"                                       \
    "h_bucket{" more "le=\"0.0025\"} 1\n"                                      \
    "h_bucket{" more "le=\"0.005\"} 1\n"                                       \
    "h_bucket{" more "le=\"0.01\"} 1\n"                                        \
    "h_bucket{" more "le=\"0.025\"} 1\n"                                       \
    "h_bucket{" more "le=\"0.05\"} 1\n"                                        \
    "h_bucket{" more "le=\"0.1\"} 1\n"                                         \
    "h_bucket{" more "le=\"0.25\"} 1\n"                                        \
    "h_bucket{" more "le=\"0.5\"} 1\n"                                         \
    "h_bucket{" more "le=\"1\"} 1\n"                                           \
    "h_bucket{" more "le=\"2.5\"} 1\n"                                         \
    "h_bucket{" more "le=\"5\"} 1\n"                                           \
    "h_bucket{" more "le=\"+Inf\"} 2\n"                                        \
    "h_sum" labels " 7.002000\n"                                               \
    "h_count" labels " 2\n"

static void a_histogram_may_have_labels(void **state)
{
    struct metrics_histogram histogram = {0};

    (void)state;
    metrics_observe(&histogram, 2000);
    metrics_observe(&histogram, 7000000);
    write_histogram("", &histogram);
    metrics_write_histogram(&text, "h", "x=\"1\",y=\"2\"", &histogram);
    unit_assert_buf(&text, "# HELP h H.\n# TYPE h histogram\n" H("", "")
                               H("{x=\"1\",y=\"2\"}", "x=\"1\",y=\"2\","));
    read_text();
}

static void an_empty_histogram_is_read_too(void **state)
{
    const struct metrics_histogram none = {0};

    (void)state;
    write_histogram("", &none);
    expect("h_bucket{le=\"+Inf\"}", 0);
    assert_true(unit_buf_has(&text, "\nh_sum 0.000000\nh_count 0\n"));
}

/*
 * The process
 */

static double open_descriptors(void)
{
    buf_clear(&text);
    metrics_write_process(0, &text);
    read_text();
    return scrape_value(&scrape, "process_open_fds");
}

/* Where the system tells how many there are; else there is no such line. */
static void descriptors_are_counted_once_a_second(void **state)
{
    double before, one_more;
    int fd;

    (void)state;
    clock_let_move();
    clock_move(1000);
    before = open_descriptors();
    one_more = before > 0 ? before + 1 : 0;
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    clock_move(999);
    assert_true(open_descriptors() == before);
    clock_move(1);
    assert_true(open_descriptors() == one_more);
    assert_int_equal(close(fd), 0);
    clock_move(1000);
    assert_true(open_descriptors() == before);
}

#define text_test(name) cmocka_unit_test_teardown(name, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        text_test(a_gauge_is_a_family_of_one_line),
        text_test(a_family_has_a_line_for_each_set_of_labels),
        text_test(what_is_as_long_as_a_bound_is_within_it),
        text_test(each_bucket_holds_those_before_it),
        text_test(seconds_are_written_with_six_digits),
        text_test(a_histogram_may_have_labels),
        text_test(an_empty_histogram_is_read_too),
        text_test(descriptors_are_counted_once_a_second),
    };

    return cmocka_run_group_tests_name("metrics_text", tests, NULL, NULL);
}
