/*
 * common/base/thread.h - a thread that hears no signals, or lets others go
 * first.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing; whoever starts a thread joins or detaches it.
 */
#ifndef TODO_COMMON_THREAD_H
#define TODO_COMMON_THREAD_H

#include <pthread.h>

/* As pthread_create(3) with usual attributes, with each signal blocked in the
 * new thread: a signal is for the thread that serves, which may be the only one
 * to be woken by it. 0, or an error number. */
int thread_start(pthread_t *thread, void *(*run)(void *), void *arg);

/* From now on the calling thread works mostly when no other thread wants its
 * processor: it is at nice 10, and gets a tenth of what each of the others gets
 * (sched(7)). Only Linux has this for a thread by itself; elsewhere nothing
 * happens. */
void thread_let_others_first(void);

/* On how many processors this process may run; 1 when nobody says. */
int thread_processors(void);

#endif
