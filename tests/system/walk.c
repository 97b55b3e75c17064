#include "walk.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "tests/cmocka_all.h"
#include "tests/support/talk.h"

/* Hands the title of each todo of a page on. */
static size_t walk_page(const char *json, walk_each *each, void *context)
{
    static const char member[] = "\"title\":\"";
    size_t count = 0;

    while ((json = strstr(json, member))) {
        char title[TALK_TITLE_MAX];

        json += strlen(member);
        (void)snprintf(title, sizeof title, "%.*s", (int)strcspn(json, "\""),
                       json);
        each(context, title);
        count++;
    }
    return count;
}

/* Takes the path of the next page from `<http://localhost/…>; rel="next"`. */
static bool next_page(const struct raw_answer *answer, char *path, size_t size)
{
    static const char before[] = "<http://localhost";
    char link[TALK_MAX];

    if (!raw_answer_field(answer, "Link", link, sizeof link))
        return false;
    assert_memory_equal(link, before, strlen(before));
    const char *start = link + strlen(before);

    (void)snprintf(path, size, "%.*s", (int)strcspn(start, ">"), start);
    return true;
}

size_t walk_titles(int port, walk_each *each, void *context)
{
    char path[TALK_MAX / 2] = "/todos?limit=1000";
    size_t count = 0;
    bool more = true;

    while (more) {
        struct raw_answer answer;

        talk_expect(talk_get(port, path, &answer), 200);
        count += walk_page(answer.body, each, context);
        more = next_page(&answer, path, sizeof path);
        raw_answer_release(&answer);
    }
    return count;
}
