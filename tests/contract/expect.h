/*
 * tests/contract/expect.h - what an answer must be.
 * Threads: the main one.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * When an answer is not as expected, the case fails with what was sent, what
 * came back and what was expected.
 */
#ifndef TODO_CONTRACT_EXPECT_H
#define TODO_CONTRACT_EXPECT_H

#include <stdbool.h>
#include <stddef.h>

#include "api.h"

enum { ETAG_MAX = 64, LINK_MAX = 4096 };

/* Fails the case: sent, answered, and the expectation from the format. */
__attribute__((format(printf, 2, 3))) _Noreturn void
fail_answer(const struct answer *answer, const char *expected, ...);

void expect_status(const struct answer *answer, int status);

/* The field is there with exactly this value; it is absent. */
void expect_field(const struct answer *answer, const char *name,
                  const char *value);
void expect_no_field(const struct answer *answer, const char *name);

/* A page for people: 200 and HTML. */
void expect_html(const struct answer *answer);

/* The two heads have the same fields, but for Date and X-Request-Id. */
void expect_same_head(const struct answer *answer, const char *other_head);

/* A whole problem document with this status. */
void expect_problem(const struct answer *answer, int status);

/* 422 whose `errors` name exactly these places, parted by spaces: "/title" is a
 * member of the body, "limit" a parameter of the query. */
void expect_faults(const struct answer *answer, const char *places);

/* One whole todo, with ETag, and Location when the status is 201; gives its
 * id. */
long long expect_todo(const struct answer *answer, int status);

/* A page of whole todos; gives how many. */
int expect_todos(const struct answer *answer);

/* A page of todos with exactly these titles, parted by spaces, in this order */
void expect_titles(const struct answer *answer, const char *titles);

/* Copies the path and query of the next page, which the field Link has; false
 * when there is no such field, as this is the last page. */
bool expect_next_page(const struct answer *answer, char target[LINK_MAX]);

/* A member of the todo in the body has this value: null, true, 5 or 'text'. */
void expect_member(const struct answer *answer, const char *name,
                   const char *value);

/* The text of a member of the JSON object in the body; lent with the answer. */
const char *expect_text(const struct answer *answer, const char *name);

/* A member is a time as the API writes it. */
void expect_time(const struct answer *answer, const char *name);

/* The JSON object in the body has these members, parted by spaces, and no
 * other. */
void expect_members(const struct answer *answer, const char *names);

/* Copies the ETag; the case fails when there is none. */
void expect_etag(const struct answer *answer, char etag[ETAG_MAX]);

#endif
