/* SPDX-License-Identifier: MIT */
/* Outcomes and error messages shared by every part of emend.
 *
 * A function that can fail returns an enum status and, where a person will read about it, fills a
 * struct error with one line: what happened, where, and what to do about it. */
#ifndef EMEND_STATUS_H
#define EMEND_STATUS_H

#include <stddef.h>

#if defined(__GNUC__)
#define EMEND_CHECK __attribute__((warn_unused_result))
#define EMEND_PRINTF(text, first) __attribute__((format(printf, text, first)))
#else
#define EMEND_CHECK
#define EMEND_PRINTF(text, first)
#endif

enum status {
  STATUS_OK,
  STATUS_USAGE,       /* the caller asked for something that makes no sense */
  STATUS_NO_MEMORY,   /* an allocation failed */
  STATUS_IO,          /* the system refused a read, write or device */
  STATUS_FORMAT,      /* the data is not what it claims to be */
  STATUS_UNSUPPORTED, /* well-formed, but of a kind this program does not handle */
  STATUS_NOT_FOUND,   /* no such file, port, preset or tensor */
  STATUS_FULL,        /* a fixed-size buffer has no room */
  STATUS_NOT_FINITE,  /* a number is NaN or infinite */
  STATUS_INTERRUPTED, /* the user asked to stop */
};

/* One line for a person. Set by the failing function, printed once by the program. */
struct error {
  enum status status;
  char text[512];
};

/* A short fixed name of `status`. Any thread; never allocates. */
const char *status_name(enum status status);

/* Record `status` and a formatted line in `error` (which may be NULL) and return `status`.
 * Not for the live path. Never allocates; a long line is cut at the end of `text`, control characters become
 * '?'. */
enum status error_set(struct error *error, enum status status, const char *format, ...) EMEND_PRINTF(3, 4);

#endif
