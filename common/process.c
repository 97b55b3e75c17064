/*
 * common/process.c - signals that must not kill, descriptors that must suffice.
 */
#include "common/process.h"

#include <signal.h>
#include <stddef.h>
#include <sys/resource.h>

#include <curl/curl.h>

void process_prepare(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    struct rlimit files;

    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
    sigaction(SIGXFSZ, &ignore, NULL);
    curl_global_init(CURL_GLOBAL_NOTHING); /* no TLS; it then cannot fail */
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &files); /* then the old one holds */
    }
}
