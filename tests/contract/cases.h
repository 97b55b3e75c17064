/*
 * tests/contract/cases.h - the groups of cases, a file each, and their levels.
 * Threads: the main one.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * A level builds on the ones before it, so that a server that is half built can
 * climb. From level 2 on each case starts with an empty list.
 */
#ifndef TODO_CONTRACT_CASES_H
#define TODO_CONTRACT_CASES_H

#include <stddef.h>

#include "tests/cmocka_all.h"

enum level {
    LEVEL_ANSWERS,
    LEVEL_CREATE_AND_READ,
    LEVEL_LIST_AND_PAGE,
    LEVEL_CHANGE_AND_DELETE,
    LEVEL_ERRORS,
    LEVEL_CONDITIONS,
    LEVEL_ANOTHER_SERVER,
    LEVEL_STREAMS,
    LEVEL_REMINDERS,
    LEVEL_EACH_OTHER,
    LEVEL_ACCOUNTS,
    LEVEL_COUNT
};

struct group {
    enum level level;
    const char *name;
    const struct CMUnitTest *cases;
    size_t count;
};

/* In contract_NAME.c: const struct group NAME_group = GROUP(level, ...); */
#define GROUP(level, name, cases)                                              \
    {                                                                          \
        (level), (name), (cases), sizeof(cases) / sizeof((cases)[0])           \
    }

extern const struct group answers_group;
extern const struct group methods_group;
extern const struct group promises_group;
extern const struct group create_group;
extern const struct group title_group;
extern const struct group order_group;
extern const struct group due_at_group;
extern const struct group read_group;
extern const struct group list_group;
extern const struct group search_group;
extern const struct group paging_group;
extern const struct group put_group;
extern const struct group patch_group;
extern const struct group delete_group;
extern const struct group query_group;
extern const struct group json_group;
extern const struct group strings_group;
extern const struct group limits_group;
extern const struct group checks_group;
extern const struct group framing_group;
extern const struct group heads_group;
extern const struct group hosts_group;
extern const struct group content_group;
extern const struct group connection_group;
extern const struct group conditions_group;
extern const struct group races_group;
extern const struct group suggestions_group;

/* Of these two a server can keep only one: --with-upstream chooses. */
extern const struct group upstream_group;
extern const struct group no_upstream_group;

extern const struct group events_group;
extern const struct group export_group;

extern const struct group overdue_group;
extern const struct group due_group;

extern const struct group stats_group;
extern const struct group metrics_group;
extern const struct group counted_group;

/* Where --with-accounts says that the server asks for tokens; else the last. */
extern const struct group accounts_group;
extern const struct group users_group;
extern const struct group tokens_group;
extern const struct group bearer_group;
extern const struct group altered_group;
extern const struct group owners_group;
extern const struct group owned_lists_group;
extern const struct group owned_events_group;
extern const struct group due_owners_group;
extern const struct group no_accounts_group;

#endif
