/*
 * common/base/thread.c - a thread that hears no signals.
 */
#include "common/base/thread.h"

#include <signal.h>
#include <stddef.h>

/* It inherits what is blocked where it is started, pthread_create(3). */
int thread_start(pthread_t *thread, void *(*run)(void *), void *arg)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int failed = pthread_create(thread, NULL, run, arg);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return failed;
}
