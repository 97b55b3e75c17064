/*
 * common/setup/config.h - the options of both servers, from flags and
 * environment.
 * Threads: main, before others start.
 * Blocks:  config_write_port_file, on the disk.
 * Owns:    nothing; borrows argv, environ.
 */
#ifndef TODO_COMMON_CONFIG_H
#define TODO_COMMON_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/base/log.h"

/* Which of the two servers reads its options: some exist in one only. */
enum config_room { CONFIG_SYNC = 1, CONFIG_ASYNC = 2, CONFIG_BOTH = 3 };

struct config {
    const char *program;     /* "todo-sync" or "todo-async" */
    const char *host;        /* address to listen on: IPv4, in digits */
    int port;                /* 0: any free one; the real one once listening */
    const char *port_file;   /* the port is written here, or NULL */
    const char *db;          /* database file */
    const char *public_url;  /* begins our URLs instead of Host, or NULL; as
                              * url_write writes it, no slash at the end */
    const char *cors_origin; /* one origin as browsers send it, "*", or NULL */
    const char *allowed_hosts; /* "NAME,…" served beside our own, or NULL */
    const char *upstream;      /* URL that suggests titles, or NULL */
    bool auth;                 /* todos belong to users, who show tokens */
    const char *docs_dir;      /* files of the API viewer, or NULL */
    int64_t head_timeout_ms;
    int64_t body_timeout_ms;
    int64_t idle_timeout_ms;
    int64_t write_timeout_ms;
    int64_t upstream_timeout_ms;
    int64_t shutdown_timeout_ms;
    int64_t heartbeat_ms; /* between two signs of life on an event stream */
    enum log_level log_level;
    const char *trace; /* probes write their marks to this file, or NULL */
    const char *gates; /* folder of the socket that steers them, or NULL */
    int max_streams;   /* event streams at the same time */
    int hash_jobs;     /* passwords that are hashed at the same time */
    int hash_queue;    /* and that wait for it */
    int rate_limit;    /* requests a second of one client; 0: any number */
    /* todo-sync */
    int threads;
    /* todo-async */
    int store_threads;
    int store_queue;
    int max_connections;
    bool reuse_port; /* other processes may listen on the port as well */
    /* by config_take_listener */
    int listener; /* descriptor of a socket that was handed over, or -1 */
    char listener_host[sizeof "255.255.255.255"];
};

enum config_result {
    CONFIG_RUN,     /* go on */
    CONFIG_DONE,    /* --help or --version was answered: exit 0 */
    CONFIG_MISTAKEN /* one line on standard error said why: exit 2 */
};

/* Fills in defaults, over them the flags, over what no flag gives TODO_… from
 * the environment. Prints what --help and --version ask for. */
enum config_result config_read(struct config *config, enum config_room room,
                               int argc, char **argv);

/* Fills in the defaults alone, of the options that both servers have: for a
 * program of another name, which takes other arguments. */
void config_default(struct config *config, const char *program);

/* Logs the variables that begin with TODO_ and set no option of either program:
 * most likely one is misspelt. Call it once the log runs. */
void config_warn_unknown(void);

/* Looks for a socket to listen on that the process was started with: LISTEN_PID
 * is its id, LISTEN_FDS is 1, and the socket is descriptor 3
 * (sd_listen_fds(3)). If there is one, config->listener is it, and config->host
 * and port are where it listens, whatever the options say. Variables that name
 * another process count for nothing. On failure gives false, and one line that
 * says why to `why`: there is another number of sockets, or it is none that
 * listens on an IPv4 address. Call it before process_prepare. */
bool config_take_listener(struct config *config, char *why, size_t size);

/* Writes the port to --port-file, if there is one: to a name beside it first,
 * then renamed, so that whoever finds the file finds the number in it.
 * Returns false with errno set when it cannot. */
bool config_write_port_file(const struct config *config);

#endif
