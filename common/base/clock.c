#include "common/base/clock.h"

#include <stdatomic.h>
#include <string.h>

enum { MS_A_DAY = 24 * 60 * 60 * 1000 };

struct date {
    int year;
    int month; /* 1 to 12 */
    int day;
};

/* What the kernel says, whatever a test says. */
static int64_t kernel_wall_ms(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_REALTIME, &now); /* always there (POSIX) */
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t kernel_mono_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* always there on Linux */
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

struct timespec clock_from_now(int64_t ms)
{
    int64_t us = kernel_mono_us() + ms * 1000;

    return (struct timespec){.tv_sec = (time_t)(us / 1000000),
                             .tv_nsec = (long)(us % 1000000) * 1000};
}

/* On Linux none of these can fail. */
void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t monotonic;

    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &monotonic);
    pthread_condattr_destroy(&monotonic);
}

#ifdef TODO_PROBES
enum { NAP_MS = 20 };

static bool may_move;
static atomic_llong own_mono_us;
static atomic_llong *stands_at_us = &own_mono_us; /* by a test; 0: it runs */
static atomic_llong wall_stands_at_ms; /* the same of the wall clock */
static atomic_llong wall_ahead_ms;     /* of the kernel's, while it runs */

void clock_let_move(void)
{
    may_move = true;
}

void clock_let_move_in(atomic_llong *mono_us)
{
    stands_at_us = mono_us;
    clock_let_move();
}

void clock_move(int64_t ms)
{
    long long running = 0;

    (void)atomic_compare_exchange_strong(stands_at_us, &running,
                                         kernel_mono_us());
    atomic_fetch_add(stands_at_us, ms * 1000);
}

int64_t clock_mono_us(void)
{
    long long us = atomic_load(stands_at_us);

    return us != 0 ? us : kernel_mono_us();
}

void clock_move_wall(int64_t ms)
{
    atomic_fetch_add(atomic_load(&wall_stands_at_ms) ? &wall_stands_at_ms
                                                     : &wall_ahead_ms,
                     ms);
}

void clock_freeze_wall(void)
{
    atomic_store(&wall_stands_at_ms, clock_wall_ms());
}

void clock_let_wall_go(void)
{
    atomic_store(&wall_ahead_ms, clock_wall_ms() - kernel_wall_ms());
    atomic_store(&wall_stands_at_ms, 0);
}

int64_t clock_wall_ms(void)
{
    long long ms = atomic_load(&wall_stands_at_ms);

    return ms != 0 ? ms : kernel_wall_ms() + atomic_load(&wall_ahead_ms);
}
#else
enum { NAP_MS = 0 };

static const bool may_move = false;

int64_t clock_mono_us(void)
{
    return kernel_mono_us();
}

int64_t clock_wall_ms(void)
{
    return kernel_wall_ms();
}
#endif

int64_t clock_nap_ms(int64_t until_us)
{
    int64_t left_us = until_us - clock_mono_us();
    int64_t ms = left_us > 0 ? (left_us + 999) / 1000 : 0;

    return may_move && ms > NAP_MS ? NAP_MS : ms;
}

int64_t clock_nap_until_ms(int64_t until_ms, int64_t look_us)
{
    int64_t now_ms = clock_wall_ms();
    int64_t nap_ms = clock_nap_ms(look_us);

    if (until_ms <= now_ms) /* it may lie as far back as a number can */
        return 0;
    return until_ms < now_ms + nap_ms ? until_ms - now_ms : nap_ms;
}

/*
 * Dates as numbers of days. A year is counted from March on, so that the day
 * that comes and goes is its last; 400 of them always have 146097 days. The
 * months from March on have 31 30 31 30 31 days and again 31 30 31 30 31, that
 * is 153 each five; (153 * m + 2) / 5 is the number of days before month m.
 */
enum { DAYS_400_YEARS = 146097, DAYS_TO_1970 = 719468 /* from 0000-03-01 */ };

static int64_t days_from_date(struct date date)
{
    int year = date.month > 2 ? date.year : date.year - 1;
    int month = date.month > 2 ? date.month - 3 : date.month + 9;

    return (int64_t)year * 365 + year / 4 - year / 100 + year / 400 +
           (153 * month + 2) / 5 + date.day - 1 - DAYS_TO_1970;
}

static struct date date_from_days(int64_t days_from_1970)
{
    int days = (int)(days_from_1970 + DAYS_TO_1970);
    int day = days % DAYS_400_YEARS;
    /* Leap days (1460 days make 4 years but for the last of them, and so on)
     * are taken out; what remains are years of 365 days. */
    int year = (day - day / 1460 + day / 36524 - day / 146096) / 365;
    int month;

    day -= year * 365 + year / 4 - year / 100;
    month = (5 * day + 2) / 153;
    day -= (153 * month + 2) / 5;
    year += days / DAYS_400_YEARS * 400;
    return month < 10 ? (struct date){year, month + 3, day + 1}
                      : (struct date){year + 1, month - 9, day + 1};
}

/*
 * Writing
 */

/* Days since 1970, and the milliseconds of that day. */
static int64_t split(int64_t ms, int *rest)
{
    int64_t days = ms / MS_A_DAY;

    if (ms % MS_A_DAY < 0)
        days--;
    *rest = (int)(ms - days * MS_A_DAY);
    return days;
}

static void put_digits(char *out, int number, int width)
{
    while (width-- > 0) {
        out[width] = (char)('0' + number % 10);
        number /= 10;
    }
}

/* HH:MM:SS */
static void put_time(char *out, int ms_of_day)
{
    put_digits(out, ms_of_day / 3600000, 2);
    put_digits(out + 3, ms_of_day / 60000 % 60, 2);
    put_digits(out + 6, ms_of_day / 1000 % 60, 2);
}

void clock_format_rfc3339(int64_t ms, char out[CLOCK_RFC3339_SIZE])
{
    int rest;
    struct date date = date_from_days(split(ms, &rest));

    memcpy(out, "0000-00-00T00:00:00.000Z", CLOCK_RFC3339_SIZE);
    put_digits(out, date.year, 4);
    put_digits(out + 5, date.month, 2);
    put_digits(out + 8, date.day, 2);
    put_time(out + 11, rest);
    put_digits(out + 20, rest % 1000, 3);
}

void clock_format_http(int64_t ms, char out[CLOCK_HTTP_SIZE])
{
    static const char weekdays[] = "ThuFriSatSunMonTueWed"; /* as 1970 began */
    static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
    int rest;
    int64_t days = split(ms, &rest);
    struct date date = date_from_days(days);

    memcpy(out, "Ddd, 00 Mmm 0000 00:00:00 GMT", CLOCK_HTTP_SIZE);
    memcpy(out, weekdays + 3 * ((days % 7 + 7) % 7), 3);
    put_digits(out + 5, date.day, 2);
    memcpy(out + 8, months + (ptrdiff_t)3 * (date.month - 1), 3);
    put_digits(out + 12, date.year, 4);
    put_time(out + 17, rest);
}

/*
 * Reading
 */

struct reader {
    const char *at;
    const char *end;
};

static bool take(struct reader *in, char c)
{
    if (in->at == in->end || *in->at != c)
        return false;
    in->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Exactly `width` digits that make a number from `min` to `max`. */
static bool take_number(struct reader *in, int width, int min, int max,
                        int *number)
{
    *number = 0;
    while (width-- > 0) {
        if (in->at == in->end || !is_digit(*in->at))
            return false;
        *number = *number * 10 + (*in->at++ - '0');
    }
    return *number >= min && *number <= max;
}

static bool take_date(struct reader *in, struct date *date)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30,
                                  31, 31, 30, 31, 30, 31};

    if (!take_number(in, 4, 1, 9999, &date->year) || !take(in, '-') ||
        !take_number(in, 2, 1, 12, &date->month) || !take(in, '-'))
        return false;

    bool leap =
        date->year % 4 == 0 && (date->year % 100 != 0 || date->year % 400 == 0);
    int last = lengths[date->month - 1] + (leap && date->month == 2);

    return take_number(in, 2, 1, last, &date->day);
}

static bool take_time(struct reader *in, int *ms_of_day)
{
    int hour, minute, second;

    if (!take_number(in, 2, 0, 23, &hour) || !take(in, ':') ||
        !take_number(in, 2, 0, 59, &minute) || !take(in, ':') ||
        !take_number(in, 2, 0, 59, &second))
        return false;
    *ms_of_day = ((hour * 60 + minute) * 60 + second) * 1000;
    if (!take(in, '.'))
        return true;
    if (in->at == in->end || !is_digit(*in->at))
        return false;
    for (int unit = 100; in->at < in->end && is_digit(*in->at); unit /= 10)
        *ms_of_day += (*in->at++ - '0') * unit;
    return true;
}

/* Z, or the time's distance from UTC. */
static bool take_offset(struct reader *in, int *ms)
{
    int hours, minutes;
    bool west;

    *ms = 0;
    if (take(in, 'Z'))
        return true;
    west = take(in, '-');
    if ((!west && !take(in, '+')) || !take_number(in, 2, 0, 23, &hours) ||
        !take(in, ':') || !take_number(in, 2, 0, 59, &minutes))
        return false;
    *ms = (hours * 60 + minutes) * 60000;
    if (west)
        *ms = -*ms;
    return true;
}

bool clock_parse_rfc3339(const char *text, size_t len, int64_t *ms)
{
    static const struct date first = {1, 1, 1}, beyond = {10000, 1, 1};
    struct reader in = {text, text + len};
    struct date date;
    int of_day, offset;
    int64_t utc;

    if (!take_date(&in, &date) || !take(&in, 'T') || !take_time(&in, &of_day) ||
        !take_offset(&in, &offset) || in.at != in.end)
        return false;
    utc = days_from_date(date) * MS_A_DAY + of_day - offset;
    if (utc < days_from_date(first) * MS_A_DAY ||
        utc >= days_from_date(beyond) * MS_A_DAY)
        return false;
    *ms = utc;
    return true;
}
