/*
 * tests/support/vfs_shim.h - a disk that fails when a test says so.
 * Threads: any; a lock inside.
 * Blocks:  never by itself.
 * Owns:    one fault, and the counts.
 *
 * SQLite reaches files through a VFS, a table of functions. This one hands
 * every call to SQLite's own, counts those that matter, and lets some fail. It
 * makes itself the default, so the code under test opens files as ever.
 */
#ifndef TODO_TESTS_VFS_SHIM_H
#define TODO_TESTS_VFS_SHIM_H

#include <limits.h>

enum vfs_call { VFS_READ, VFS_WRITE, VFS_SYNC, VFS_TRUNCATE, VFS_CALL_COUNT };

/* Which files; may be added up. */
enum { VFS_DATABASE = 1, VFS_WAL = 2, VFS_FILE_KINDS = 3 };

enum { VFS_FOR_GOOD = INT_MAX };

struct vfs_fault {
    enum vfs_call call;
    unsigned files;
    int first; /* the first call that fails; 1 is the next one */
    int times; /* how many fail from there on */
    int code;  /* what they give, such as SQLITE_FULL */
};

/* Once, before SQLite opens anything. */
void vfs_shim_install(void);

/* From now on the disk has this fault, and no other. */
void vfs_shim_break(struct vfs_fault fault);

/* The disk is whole again. Gives how many calls have failed. */
int vfs_shim_mend(void);

/* How many calls there have been on those files, failed ones too. */
int vfs_shim_calls(enum vfs_call call, unsigned files);

/* How often SQLite has slept, which it does while it waits for a lock. */
int vfs_shim_sleeps(void);

/* The `count`th sleep from now on calls this first, with no lock held, and is
 * the last one that does; NULL: none does. */
void vfs_shim_at_sleep(int count, void (*call)(void *arg), void *arg);

#endif
