/*
 * common/base/thread.h - a thread that hears no signals.
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

#endif
