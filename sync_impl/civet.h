/*
 * sync_impl/civet.h - what a server must know, and civetweb does not tell.
 * Threads: as each function says.
 * Blocks:  civet_prime.
 * Owns:    nothing.
 *
 * No other server would need this: so it has a file of its own, and no twin.
 *
 * Where a request begins. civetweb skips white space before a request. If there
 * are empty lines in it, it takes them for the whole head, and the end of the
 * body for the next request: whoever can make it do so can hide a request in a
 * body. To see it, one must know where the buffer begins that each thread has
 * for its requests. civetweb does not tell, and a client may lie. So before the
 * server is ready it sends each thread a request of its own: that one begins
 * where the buffer begins. A thread that has not had it yet serves nobody.
 *
 * Which sockets are open, those of silent clients among them.
 *
 * Whether a head has begun. Between two requests civetweb reads by itself. The
 * kernel counts the bytes that have come, whoever has read them.
 */
#ifndef TODO_SYNC_CIVET_H
#define TODO_SYNC_CIVET_H

#include <stdbool.h>

#include <civetweb.h>

struct server;

enum { CIVET_SECRET_SIZE = 2 * 16 + 1 };

/* Makes up the path of the requests that prime the threads. Main thread, before
 * civetweb starts. False when the system has no random bytes to give. */
bool civet_secret(char secret[CIVET_SECRET_SIZE]);

/* Primes all threads. Main thread, once civetweb listens. Waits for each of
 * them, at most for twice --head-timeout: a client that was faster than we may
 * hold one for that long. False when one does not answer. */
bool civet_prime(struct server *server);

/* Whether this thread is primed and may serve the request. If not, it has been
 * answered: it was the one that primes, or gets 503. Request thread. */
bool civet_may_serve(struct mg_connection *civetweb, const char *secret);

/* Whether the request begins where its thread's buffer does, but for an empty
 * line. Request thread. */
bool civet_is_at_beginning(const struct mg_request_info *info);

/* Where that buffer begins, and where the first line in it does; NULL on a
 * thread that is not primed. Request thread. */
const char *civet_buffer(void);
const char *civet_first_line(void);

/* Where the head ends, in that buffer; NULL if it is not clean, or does not
 * begin at the beginning. Request thread. */
const char *civet_head_end(const struct mg_request_info *info);

/* Calls `each` for all sockets at this port that are open: those of
 * connections, or with `listening` the one that listens. Any thread. */
void civet_each_socket(int port, bool listening,
                       void (*each)(void *arg, int fd), void *arg);

/* How many bytes have come on a socket, whoever has read them. Where the kernel
 * does not tell it is 0, and a head after an answer has the deadline of an idle
 * connection. Any thread. */
unsigned long long civet_heard(int fd);

#endif
