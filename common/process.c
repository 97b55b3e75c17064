/*
 * common/process.c - signals that must not kill, descriptors that must suffice.
 */
#include "common/process.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <curl/curl.h>

/* What the parent has left open is not ours: it would only make our own numbers
 * larger, and keep open for others what the parent believes closed. Call it
 * before anything is opened. */
static void forget_inherited(void)
{
#ifdef SYS_close_range /* glibc's own is newer than some that we build on */
    (void)syscall(SYS_close_range, STDERR_FILENO + 1U, ~0U, 0U);
#endif /* an older kernel keeps them open, as usual */
}

void process_prepare(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct rlimit files;

    forget_inherited();
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    curl_global_init(CURL_GLOBAL_NOTHING); /* no TLS; it then cannot fail */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* then the old one holds */
    }
}
