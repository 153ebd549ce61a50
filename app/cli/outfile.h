/* SPDX-License-Identifier: MIT */
/* What a command is asked to write, looked at before the work. */
#ifndef EMEND_OUTFILE_H
#define EMEND_OUTFILE_H

#include <stdio.h>

#include "status.h"

/* Say at once, not after the work, that `path` could not be written: it names a folder, or its folder is
 * missing or closed to us. NULL and "-" are fine. Writes nothing. */
enum status outfile_check(const char *path, struct error *error) EMEND_CHECK;
/* Refuse to write `path` over `other`, the file that `what` names: "IN.mid". NULL and "-" are no file. */
enum status outfile_check_apart(const char *path, const char *other, const char *what,
                                struct error *error) EMEND_CHECK;
/* OUT.mid and a --report, each and together, for a command that reads `in`. */
enum status outfile_check_with_report(const char *in, const char *out, const char *report,
                                      struct error *error) EMEND_CHECK;
/* Where people are told what was done: standard output, unless one of the two goes there. */
FILE *outfile_stream(const char *out, const char *report);

#endif
