/*
 * sync_impl/tap.h - what does civetweb read, and when does it wait?
 * Threads: request threads.
 * Blocks:  as recv(2) and poll(2) do, and for nothing else.
 * Owns:    nothing.
 *
 * civetweb takes the chunks off a body, and does not tell what stood between
 * them. Version 1.15 refuses chunk extensions, and closes the connection behind
 * a trailer; version 1.16 passes over both. What one reader passes over,
 * another one takes for a request. So todo-sync rests on neither: it sees the
 * bytes itself, and common/http/http_chunks.h judges them.
 *
 * civetweb reads with recv(2), on the thread of the connection. It is a shared
 * library, and what such a library calls is looked for in the program first, in
 * other libraries later (ld.so(8)). So this program has a recv of its own: it
 * reads as recv reads, and then tells the tap. The other room needs none, as
 * libuv hands the bytes over.
 *
 * The same goes for poll(2), by which civetweb waits for a connection's first
 * byte: it tells us the socket, which civetweb keeps to itself. Later it tells
 * whether the thread waits for its client or is at work.
 *
 * Where programs do not come first (macOS), or if a later civetweb uses other
 * functions, the tap hears nothing. It notices that: todo-sync then refuses all
 * chunked bodies (411), and warns that its deadlines do not hold.
 */
#ifndef TODO_SYNC_TAP_H
#define TODO_SYNC_TAP_H

#include <stdbool.h>
#include <stddef.h>

#include "common/http/http_chunks.h"

/* A connection begins, on this thread. Each thread has a tap of its own. Calls
 * `found` with `arg` and the socket when civetweb first looks at that: it tells
 * nobody which one it is. From then on calls `waits` when civetweb begins to
 * wait for the socket, also when it still waits (`begins`), and when it can go
 * on (not `begins`). */
void tap_open(void (*found)(void *arg, int fd),
              void (*waits)(void *arg, bool begins), void *arg);

/* It ends. What this thread reads for others from now on is not heard. */
void tap_close(void);

/* From now on civetweb reads a head into its buffer, and whatever comes with
 * it. Until it has, it alone reads on this thread. */
void tap_head_begin(void);

/* It has, and the head is so many bytes long. What else has come is behind it
 * in the buffer. */
void tap_head_end(size_t len);

/* A body of that length has been read, from the buffer first. */
void tap_body(size_t len);

/* A chunked body is to be read. What civetweb has of it begins at `rest`: that
 * is judged at once. From now on all that it reads is judged, too, and once the
 * body is refused, civetweb is told that the connection has ended. Keeps
 * `chunks` until tap_chunks_end. False when nothing can be told of the body, as
 * the head was not heard. */
bool tap_chunks_begin(struct http_chunks *chunks, const char *rest);
void tap_chunks_end(void);

#endif
