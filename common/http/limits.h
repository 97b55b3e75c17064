/*
 * common/http/limits.h - so many requests a second for each client.
 * Threads: any.
 * Blocks:  never; its lock is held for some dozens of nanoseconds.
 * Owns:    the table of clients.
 *
 * A client that has been silent may send N requests at once, and N a second
 * from then on. That takes one number: the time at which the client will be
 * even again (GCRA, the generic cell rate algorithm of ITU-T I.371, where it is
 * the theoretical arrival time). Each request moves it on by a Nth of a second,
 * and none may move it further than a second from now. So whoever is refused
 * has room again within a second.
 *
 * The table has the same size for ten clients and for ten million. A client has
 * a choice of LIMITS_PLACES. If others have them all, it takes the place of the
 * one that will be even first, together with that time: if the time has passed,
 * the place was as good as free; if not, the newcomer waits until then. A
 * client that has lost its place gets another in the same way, and no earlier
 * time than it had. So nobody may send more because the table is full, though
 * some may send less. Which places they are goes by a secret: nobody can choose
 * whose place to take.
 */
#ifndef TODO_COMMON_LIMITS_H
#define TODO_COMMON_LIMITS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    LIMITS_MAX = 1000000,   /* requests a second */
    LIMITS_CLIENTS = 16384, /* that the table tells apart */
    LIMITS_PLACES = 4       /* where one of them may stand */
};

enum limits_kind { LIMITS_NOBODY, LIMITS_IPV4, LIMITS_IPV6, LIMITS_USER };

/* What counts as one client. */
struct limits_client {
    uint64_t kind; /* enum limits_kind, in a type that leaves no gap */
    uint64_t number;
};

struct limits;
struct sockaddr;

/* `rate` requests a second, 1 to LIMITS_MAX. NULL when memory runs out. Free
 * with limits_free. */
struct limits *limits_new(int rate);

/* Accepts NULL. */
void limits_free(struct limits *limits);

/* Whoever has this address, or for IPv6 one of the same 64 bits: a household
 * has that many addresses. What is neither is all one client. */
struct limits_client limits_at_address(const struct sockaddr *from);

/* Whoever shows a token of this user. */
struct limits_client limits_of_user(int64_t user);

/* Whether the client may send one more now; then it has. Of any number of calls
 * at the same time exactly as many give true as may. `request` is its number
 * for the probes. */
bool limits_take(struct limits *limits, struct limits_client client,
                 uint32_t request);

#endif
