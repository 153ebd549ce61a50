/* SPDX-License-Identifier: MIT */
/* The file of one take while it is written: private, locked, and never torn within a record by its writer.
 *
 * One thread at a time. */
#ifndef EMEND_TAKE_FILE_H
#define EMEND_TAKE_FILE_H

#include "take_folder.h"

enum { TAKE_BUFFER = 1 << 16 };

struct take_file {
  int fd; /* -1: none is open */
  char path[DATAFILE_PATH_MAX];
  const char *name; /* the path's last part */
  uint64_t size;    /* bytes in the file; all whole records */
  size_t used;      /* of the buffer */
  bool unsynced;
  uint8_t buffer[TAKE_BUFFER];
};

/* Make a new file in `folder`, named by the start's local time and a number (take_number), with its head and
 * the start's record. */
enum status take_file_create(struct take_file *file, const char *folder, uint64_t number,
                             const struct journal_start *start, struct error *error) EMEND_CHECK;
/* Append a record; it may stay in the buffer. */
enum status take_file_put(struct take_file *file, const struct journal_record *record,
                          struct error *error) EMEND_CHECK;
/* Hand the buffer to the system. What was only partly written is taken back to the last whole record. */
enum status take_file_flush(struct take_file *file, struct error *error) EMEND_CHECK;
/* Wait until the disk has it. */
enum status take_file_sync(struct take_file *file, struct error *error) EMEND_CHECK;
void take_file_close(struct take_file *file);

/* Give a take of this path, open or not, one more flag. */
enum status take_file_mark(const char *path, enum journal_flag flag, struct error *error) EMEND_CHECK;
/* Did it end in order? False too where it cannot be read. */
bool take_file_ended(const char *path);
/* Is somebody writing it? */
bool take_file_busy(const char *path);

/* How many seconds the local clock is ahead of UTC at this time. */
int32_t take_utc_offset(int64_t wall);

#endif
