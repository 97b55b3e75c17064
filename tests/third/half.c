/*
 * tests/third/half.c - todo-third that is half built: nothing can be changed.
 * The linker puts this in the place of the job (--wrap, ld(1)).
 */
#include "common/store/store.h"

/* NOLINTNEXTLINE(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */
enum todo_err __wrap_store_change_todo(struct store *store, void *arg);

enum todo_err __wrap_store_change_todo(struct store *store, void *arg)
{
    (void)store;
    (void)arg;
    return TODO_ERR_UNAVAILABLE;
}
