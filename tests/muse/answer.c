/*
 * tests/muse/answer.c - what a path makes the muse say.
 */
#include <stdio.h>
#include <string.h>

#include "muse.h"

static const char *next_title(const struct muse *muse)
{
    static const char *const titles[] = {
        "{\"title\":\"Water the plants\"}",
        "{\"title\":\"Call the plumber\"}",
        "{\"title\":\"Buy stamps\"}",
        "{\"title\":\"Sharpen the knives\"}",
        "{\"title\":\"Answer Aunt Erna's letter\"}",
        "{\"title\":\"Grüße ausrichten\"}",
    };

    return titles[(size_t)muse->asked % (sizeof titles / sizeof *titles)];
}

/* Writes the head for a body of so many bytes. */
static void put_head(struct muse_answer *answer, int status, size_t len)
{
    (void)snprintf(answer->head, sizeof answer->head,
                   "HTTP/1.1 %d %s\r\n"
                   "Content-Type: application/json\r\n"
                   "Content-Length: %zu\r\n"
                   "\r\n",
                   status, status == 200 ? "OK" : "Internal Server Error", len);
}

static void answer_with(struct muse_answer *answer, int status,
                        const char *body)
{
    answer->body = body;
    answer->body_len = strlen(body);
    answer->repeats = 1;
    put_head(answer, status, answer->body_len);
}

static void answer_stats(struct muse *muse, struct muse_answer *answer)
{
    static char text[256]; /* sent at once, before the next one is written */

    (void)snprintf(text, sizeof text,
                   "{\"asked\":%ld,\"answered\":%ld,\"left\":%ld,"
                   "\"most\":%ld,\"connections\":%ld}",
                   muse->asked, muse->answered, muse->left, muse->most,
                   muse->connections);
    answer_with(answer, 200, text);
}

static void answer_at_length(struct muse_answer *answer)
{
    static const char blanks[1024] = {[0] = ' '};

    answer->body = blanks;
    answer->body_len = sizeof blanks;
    answer->repeats = 1024 * 1024;
    put_head(answer, 200, answer->body_len * answer->repeats);
}

void muse_choose(struct muse *muse, const char *path, size_t path_len,
                 struct muse_answer *answer)
{
    static const char *const fixed[][2] = {
        {"/error", "{\"title\":\"An error has no title\"}"},
        {"/garbage", "This is not JSON."},
        {"/no-title", "{\"idea\":\"Something\"}"},
        {"/bad-title", "{\"title\":\"Two\\nlines\"}"},
    };
    char name[32];

    (void)snprintf(name, sizeof name, "%.*s", (int)path_len, path);
    *answer = (struct muse_answer){0};
    if (strcmp(name, "/stats") == 0) {
        answer_stats(muse, answer);
        answer->at_once = true;
        return;
    }
    answer_with(answer, 200, next_title(muse));
    answer->at_once = muse->asked > 0 && strcmp(name, "/wakes") == 0;
    answer->drips = strcmp(name, "/drip") == 0;
    answer->never = strcmp(name, "/hang") == 0;
    answer->closes = strcmp(name, "/close") == 0;
    if (answer->closes)
        answer->body_len /= 2;
    if (strcmp(name, "/lie") == 0)
        put_head(answer, 200, answer->body_len + 1);
    if (strcmp(name, "/long") == 0)
        answer_at_length(answer);
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        if (strcmp(name, fixed[i][0]) == 0)
            answer_with(answer, i == 0 ? 500 : 200, fixed[i][1]);
}
