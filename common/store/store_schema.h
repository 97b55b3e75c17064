/*
 * common/store/store_schema.h - the files of schema/, in their order, as C
 * strings.
 * Threads: any.
 * Blocks:  never.
 * Owns:    nothing.
 *
 * The source is written by the build from those files.
 */
#ifndef TODO_COMMON_STORE_SCHEMA_H
#define TODO_COMMON_STORE_SCHEMA_H

extern const char *const store_schema[];
extern const int store_schema_count;

#endif
