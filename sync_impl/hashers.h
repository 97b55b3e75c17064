/*
 * sync_impl/hashers.h - hashes passwords, a few at once.
 * Threads: as each function says.
 * Blocks:  hashers_run, hashers_free.
 * Owns:    the hash threads.
 *
 * A hash keeps a processor busy for many milliseconds, and that is all that it
 * waits for. A thread for each connection makes it no shorter: twenty logins at
 * once are twenty threads that want a processor, and 380 MiB. So even here a
 * few threads hash for all, and the others wait for them.
 */
#ifndef TODO_SYNC_HASHERS_H
#define TODO_SYNC_HASHERS_H

#include "common/base/error.h"
#include "common/setup/config.h"
#include "common/todo/password.h"

struct hashers;
struct request;

/* How much is to be hashed. */
struct hashers_load {
    int running; /* a hash thread works for it */
    int waiting;
};

/* Starts --hash-jobs threads. NULL when there is no memory or thread for them.
 * Free with hashers_free, when no thread uses it. Main thread. */
struct hashers *hashers_new(const struct config *config);

/* Ends the threads, and waits for that. Accepts NULL. Main thread. */
void hashers_free(struct hashers *hashers);

/* Runs a piece of work on a hash thread, and gives its error. Waits for a
 * processor. TODO_ERR_BUSY when --hash-queue others wait already, or all
 * threads but one stand here; TODO_ERR_STOPPING; TODO_ERR_GONE when the client
 * has left before it began. Request thread. */
enum todo_err hashers_run(struct request *rq, password_work *work, void *job);

/* What has not begun never will: TODO_ERR_STOPPING. Main thread. */
void hashers_stop(struct hashers *hashers);

/* What there is to do now. Any thread. */
struct hashers_load hashers_load(struct hashers *hashers);

#endif
