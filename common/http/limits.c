/*
 * common/http/limits.c - the table of clients, and the one number of each.
 */
#include "common/http/limits.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include <sodium.h>

#include "common/base/clock.h"
#include "common/base/probe.h"

enum { SECOND_NS = 1000000000, BUCKETS = LIMITS_CLIENTS / LIMITS_PLACES };

struct place {
    uint64_t who;    /* a hash of the client */
    int64_t even_ns; /* when it may send N at once again */
};

struct limits {
    unsigned char key[crypto_shorthash_KEYBYTES];
    int64_t each_ns; /* by which a request moves even_ns on */
    int64_t all_ns;  /* and N of them: it lies no further ahead than that */
    pthread_mutex_t lock;
    /* guarded by lock */
    struct place table[BUCKETS][LIMITS_PLACES];
};

_Static_assert(sizeof(uint64_t) == crypto_shorthash_BYTES,
               "a hash is a number");

struct limits *limits_new(int rate)
{
    struct limits *limits = calloc(1, sizeof *limits);

    if (!limits)
        return NULL;
    crypto_shorthash_keygen(limits->key);
    limits->each_ns = SECOND_NS / rate;
    limits->all_ns = limits->each_ns * rate;
    pthread_mutex_init(&limits->lock, NULL);
    return limits;
}

void limits_free(struct limits *limits)
{
    if (!limits)
        return;
    pthread_mutex_destroy(&limits->lock);
    free(limits);
}

struct limits_client limits_at_address(const struct sockaddr *from)
{
    struct limits_client client = {.kind = LIMITS_NOBODY};

    if (from->sa_family == AF_INET) {
        const struct sockaddr_in *here = (const void *)from;

        client.kind = LIMITS_IPV4;
        client.number = here->sin_addr.s_addr;
    } else if (from->sa_family == AF_INET6) {
        const struct sockaddr_in6 *here = (const void *)from;

        client.kind = LIMITS_IPV6;
        memcpy(&client.number, &here->sin6_addr, sizeof client.number);
    }
    return client;
}

struct limits_client limits_of_user(int64_t user)
{
    return (struct limits_client){LIMITS_USER, (uint64_t)user};
}

/* Two clients of one hash would be taken for one: that is as likely as to guess
 * 64 random bits. */
static uint64_t hash(const struct limits *limits, struct limits_client client)
{
    unsigned char out[crypto_shorthash_BYTES];
    uint64_t who;

    crypto_shorthash(out, (const unsigned char *)&client, sizeof client,
                     limits->key);
    memcpy(&who, out, sizeof who);
    return who;
}

/* The client's place: its own, or the one whose time comes first. If that has
 * passed, it is the same as none. Caller holds lock. */
static struct place *find_locked(struct limits *limits, uint64_t who)
{
    struct place *bucket = limits->table[who % BUCKETS];
    struct place *first = bucket;

    for (int i = 0; i < LIMITS_PLACES; i++) {
        if (bucket[i].who == who)
            return &bucket[i];
        if (bucket[i].even_ns < first->even_ns)
            first = &bucket[i];
    }
    first->who = who;
    return first;
}

/* Looks and notes, and nobody else comes in between. Caller holds lock. */
static bool take_locked(struct limits *limits, uint64_t who, int64_t now_ns,
                        uint32_t request)
{
    struct place *place = find_locked(limits, who);
    int64_t even_ns = place->even_ns > now_ns ? place->even_ns : now_ns;

    even_ns += limits->each_ns;
    if (even_ns - now_ns > limits->all_ns)
        return false;
    probe_stand(request, "limit.note");
    probe_go(request, "limit.note");
    place->even_ns = even_ns;
    return true;
}

bool limits_take(struct limits *limits, struct limits_client client,
                 uint32_t request)
{
    uint64_t who = hash(limits, client);
    bool taken;

    probe_stand(request, "limit.take"); /* from where all may go at once */
    pthread_mutex_lock(&limits->lock);
    taken = take_locked(limits, who, clock_mono_us() * 1000, request);
    pthread_mutex_unlock(&limits->lock);
    probe_go(request, "limit.take");
    return taken;
}
