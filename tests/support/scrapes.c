#include "scrapes.h"

#include "tests/cmocka_all.h"
#include "tests/support/talk.h"

void scrapes_take(struct scrape *scrape, int port)
{
    char request[TALK_MAX], why[SCRAPE_WHY_MAX];
    struct raw_answer answer;

    talk_write_get(request, "/metrics");
    talk_expect(talk_patiently(port, request, &answer), 200);
    if (!scrape_read(scrape, answer.body, answer.body_len, why) ||
        !scrape_adds_up(scrape, why))
        fail_msg("%s", why);
    raw_answer_release(&answer);
}

double scrapes_value(int port, const char *series)
{
    struct scrape scrape;
    double value;

    scrapes_take(&scrape, port);
    value = scrape_value(&scrape, series);
    scrape_release(&scrape);
    return value;
}
