#include "vfs_shim.h"

#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>

#include <sqlite3.h>

#include "tests/cmocka_all.h"

/* An open file. SQLite makes room for it, and behind it for its own. */
struct shim_file {
    sqlite3_file base; /* first: all that SQLite sees */
    unsigned kind;
};

static struct {
    sqlite3_vfs vfs;
    sqlite3_vfs *real;
    pthread_mutex_t lock;
    /* guarded by lock */
    int calls[VFS_CALL_COUNT][VFS_FILE_KINDS + 1]; /* by call, by file */
    struct vfs_fault fault; /* `first` counts down; 0 times: none */
    int failed;
    int sleeps;
    int sleeps_left; /* until this is called */
    void (*at_sleep)(void *arg);
    void *at_sleep_arg;
} shim = {.lock = PTHREAD_MUTEX_INITIALIZER};

static sqlite3_file *real_of(sqlite3_file *file)
{
    return (sqlite3_file *)(void *)((struct shim_file *)(void *)file + 1);
}

/* Counts a call; gives what it must fail with, or SQLITE_OK. */
static int count_call(sqlite3_file *file, enum vfs_call call)
{
    unsigned kind = ((struct shim_file *)(void *)file)->kind;
    struct vfs_fault *fault = &shim.fault;
    int code = SQLITE_OK;

    pthread_mutex_lock(&shim.lock);
    shim.calls[call][kind]++;
    if (fault->times > 0 && fault->call == call && (fault->files & kind) &&
        (fault->first <= 1 || --fault->first == 0)) {
        code = fault->code;
        fault->first = 1;
        fault->times -= fault->times != VFS_FOR_GOOD;
        shim.failed++;
    }
    pthread_mutex_unlock(&shim.lock);
    return code;
}

/* --- what counts ---------------------------------------------------------- */

static int shim_read(sqlite3_file *file, void *into, int len, sqlite3_int64 at)
{
    int code = count_call(file, VFS_READ);

    file = real_of(file);
    return code ? code : file->pMethods->xRead(file, into, len, at);
}

/* A disk that is full has often taken a part. */
static int shim_write(sqlite3_file *file, const void *from, int len,
                      sqlite3_int64 at)
{
    int code = count_call(file, VFS_WRITE);
    int taken = code ? len / 2 : len;
    int rc;

    file = real_of(file);
    rc = file->pMethods->xWrite(file, from, taken, at);
    return code ? code : rc;
}

static int shim_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = count_call(file, VFS_TRUNCATE);

    file = real_of(file);
    return code ? code : file->pMethods->xTruncate(file, size);
}

static int shim_sync(sqlite3_file *file, int flags)
{
    int code = count_call(file, VFS_SYNC);

    file = real_of(file);
    return code ? code : file->pMethods->xSync(file, flags);
}

/* --- what is handed on ---------------------------------------------------- */

static int shim_close(sqlite3_file *file)
{
    file = real_of(file);
    return file->pMethods->xClose(file);
}

static int shim_file_size(sqlite3_file *file, sqlite3_int64 *size)
{
    file = real_of(file);
    return file->pMethods->xFileSize(file, size);
}

static int shim_lock(sqlite3_file *file, int level)
{
    file = real_of(file);
    return file->pMethods->xLock(file, level);
}

static int shim_unlock(sqlite3_file *file, int level)
{
    file = real_of(file);
    return file->pMethods->xUnlock(file, level);
}

static int shim_check_reserved(sqlite3_file *file, int *reserved)
{
    file = real_of(file);
    return file->pMethods->xCheckReservedLock(file, reserved);
}

static int shim_control(sqlite3_file *file, int op, void *arg)
{
    file = real_of(file);
    return file->pMethods->xFileControl(file, op, arg);
}

static int shim_sector_size(sqlite3_file *file)
{
    file = real_of(file);
    return file->pMethods->xSectorSize(file);
}

static int shim_device(sqlite3_file *file)
{
    file = real_of(file);
    return file->pMethods->xDeviceCharacteristics(file);
}

static int shim_shm_map(sqlite3_file *file, int page, int size, int extend,
                        void volatile **at)
{
    file = real_of(file);
    return file->pMethods->xShmMap(file, page, size, extend, at);
}

static int shim_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
    file = real_of(file);
    return file->pMethods->xShmLock(file, offset, n, flags);
}

static void shim_shm_barrier(sqlite3_file *file)
{
    file = real_of(file);
    file->pMethods->xShmBarrier(file);
}

static int shim_shm_unmap(sqlite3_file *file, int delete)
{
    file = real_of(file);
    return file->pMethods->xShmUnmap(file, delete);
}

/* Version 2: without xFetch, all reading goes through xRead. */
static const sqlite3_io_methods methods = {
    .iVersion = 2,
    .xClose = shim_close,
    .xRead = shim_read,
    .xWrite = shim_write,
    .xTruncate = shim_truncate,
    .xSync = shim_sync,
    .xFileSize = shim_file_size,
    .xLock = shim_lock,
    .xUnlock = shim_unlock,
    .xCheckReservedLock = shim_check_reserved,
    .xFileControl = shim_control,
    .xSectorSize = shim_sector_size,
    .xDeviceCharacteristics = shim_device,
    .xShmMap = shim_shm_map,
    .xShmLock = shim_shm_lock,
    .xShmBarrier = shim_shm_barrier,
    .xShmUnmap = shim_shm_unmap,
};

static int shim_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file,
                     int flags, int *out_flags)
{
    struct shim_file *mine = (struct shim_file *)(void *)file;
    sqlite3_file *real = real_of(file);
    int rc = shim.real->xOpen(shim.real, name, real, flags, out_flags);

    (void)vfs;
    mine->kind = 0;
    if (flags & SQLITE_OPEN_MAIN_DB)
        mine->kind = VFS_DATABASE;
    if (flags & SQLITE_OPEN_WAL)
        mine->kind = VFS_WAL;
    mine->base.pMethods = real->pMethods ? &methods : NULL;
    return rc;
}

static int shim_sleep(sqlite3_vfs *vfs, int microseconds)
{
    void (*call)(void *arg) = NULL;

    (void)vfs;
    pthread_mutex_lock(&shim.lock);
    shim.sleeps++;
    if (shim.at_sleep && --shim.sleeps_left == 0) {
        call = shim.at_sleep;
        shim.at_sleep = NULL;
    }
    pthread_mutex_unlock(&shim.lock);
    if (call)
        call(shim.at_sleep_arg);
    return shim.real->xSleep(shim.real, microseconds);
}

/* --- what tests say ------------------------------------------------------- */

void vfs_shim_install(void)
{
    shim.real = sqlite3_vfs_find(NULL);
    assert_true(shim.real != NULL);
    /* The other functions of the VFS do not care whose they are. */
    shim.vfs = *shim.real;
    shim.vfs.zName = "shim";
    shim.vfs.szOsFile += (int)sizeof(struct shim_file);
    shim.vfs.xOpen = shim_open;
    shim.vfs.xSleep = shim_sleep;
    assert_int_equal(sqlite3_vfs_register(&shim.vfs, 1), SQLITE_OK);
}

void vfs_shim_break(struct vfs_fault fault)
{
    pthread_mutex_lock(&shim.lock);
    shim.fault = fault;
    shim.failed = 0;
    pthread_mutex_unlock(&shim.lock);
}

int vfs_shim_mend(void)
{
    int failed;

    pthread_mutex_lock(&shim.lock);
    shim.fault.times = 0;
    failed = shim.failed;
    pthread_mutex_unlock(&shim.lock);
    return failed;
}

int vfs_shim_calls(enum vfs_call call, unsigned files)
{
    int calls = 0;

    pthread_mutex_lock(&shim.lock);
    for (unsigned kind = 1; kind <= VFS_FILE_KINDS; kind++)
        if (files & kind)
            calls += shim.calls[call][kind];
    pthread_mutex_unlock(&shim.lock);
    return calls;
}

int vfs_shim_sleeps(void)
{
    int sleeps;

    pthread_mutex_lock(&shim.lock);
    sleeps = shim.sleeps;
    pthread_mutex_unlock(&shim.lock);
    return sleeps;
}

void vfs_shim_at_sleep(int count, void (*call)(void *arg), void *arg)
{
    pthread_mutex_lock(&shim.lock);
    shim.sleeps_left = count;
    shim.at_sleep = call;
    shim.at_sleep_arg = arg;
    pthread_mutex_unlock(&shim.lock);
}
