/*
 * tests/support/raw.h - one TCP connection on which a test controls each byte.
 * Threads: its owner's.
 * Blocks:  until the stated deadline.
 * Owns:    the socket and what was read.
 *
 * libcurl refuses to send what is wrong. These tests must send it.
 */
#ifndef TODO_TESTS_RAW_H
#define TODO_TESTS_RAW_H

#include <stdbool.h>
#include <stddef.h>

/* The ceiling is more than any answer of the contract; a server that sends
 * without end must fail the test and not eat the machine. */
enum { RAW_TIMEOUT_MS = 60000, RAW_CEILING = 64 * 1024 * 1024 };

struct raw {
    int fd;     /* -1 when closed */
    char *buf;  /* bytes received and not yet taken, always ends in NUL */
    size_t len; /* how many */
    bool eof;   /* the peer closed its side */
    bool reset; /* the peer reset the connection */
    size_t sip; /* read at most so many bytes at once; 0: as many as come */
};

/* One parsed answer. Release with raw_answer_release. */
struct raw_answer {
    int status; /* 0 when no whole answer came before EOF or deadline */
    char *head; /* status line and fields, NUL-terminated */
    char *body; /* NUL-terminated, chunked coding removed */
    size_t body_len;
    bool closes; /* the head says Connection: close (or is HTTP/1.0) */
};

/* Connects to host:port. Fails the running cmocka test when it cannot. */
void raw_open(struct raw *raw, const char *host, int port);

/* The same from an address of our own: Linux has all of 127.0.0.0/8. */
void raw_open_from(struct raw *raw, const char *from, const char *host,
                   int port);

/* As raw_open, with SO_RCVBUF set to `bytes` before it connects. The server's
 * kernel may take megabytes all the same, if the server lets it. */
void raw_open_small_window(struct raw *raw, const char *host, int port,
                           int bytes);

/* The same with small segments (TCP_MAXSEG, tcp(7)): Linux lets a send buffer
 * grow with them, and so the server's kernel takes no more than some 100 KB. */
void raw_open_small_segments(struct raw *raw, const char *host, int port,
                             int bytes);

/* As raw_open, but gives false where that fails the test: for threads, which
 * cmocka does not know, and for servers that may refuse. */
bool raw_try_open(struct raw *raw, const char *host, int port);

/* Sends all bytes. Returns false when the peer is gone; never raises SIGPIPE.
 */
bool raw_send(struct raw *raw, const void *bytes, size_t len);
bool raw_send_text(struct raw *raw, const char *text);

/* Sends one byte a call to send(2), with TCP_NODELAY, without pausing. */
bool raw_send_dribble(struct raw *raw, const char *text);

/* Sends what the socket takes now, without waiting; returns how much. */
size_t raw_send_some(struct raw *raw, const void *bytes, size_t len);

/* Ends our side (shutdown SHUT_WR); reading goes on. */
void raw_half_close(struct raw *raw);

/* Reads one answer; interim 1xx answers are passed over. `to_head` is true when
 * the request was HEAD. False, with status 0, at EOF or RAW_TIMEOUT_MS. */
bool raw_read_answer(struct raw *raw, struct raw_answer *answer, bool to_head);

/* Reads a head alone: what follows it, a stream, the caller reads. */
bool raw_read_head(struct raw *raw, struct raw_answer *answer);

/* The value of a field of the head, copied to `out`; false when absent. */
bool raw_answer_field(const struct raw_answer *answer, const char *name,
                      char *out, size_t size);

/* Receives what the socket has, once something is there. False at EOF, reset,
 * RAW_CEILING or `deadline` (now_ms). raw_take drops the first `len` bytes. */
bool raw_fill(struct raw *raw, long long deadline);
void raw_take(struct raw *raw, size_t len);

/* Reads until the peer closes. False when it has not by RAW_TIMEOUT_MS. */
bool raw_read_eof(struct raw *raw);

/* True when bytes or EOF are there within `ms`. */
bool raw_readable(struct raw *raw, int ms);

/* Closes by FIN; raw_reset closes by RST (SO_LINGER 0). Both accept twice. */
void raw_close(struct raw *raw);
void raw_reset(struct raw *raw);

void raw_answer_release(struct raw_answer *answer);

#endif
