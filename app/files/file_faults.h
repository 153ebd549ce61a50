/* SPDX-License-Identifier: MIT */
/* Warnings about a MIDI file that breaks the standard. */
#ifndef EMEND_FILE_FAULTS_H
#define EMEND_FILE_FAULTS_H

#include "option.h"
#include "smf.h"

/* --strict, kept in `strict`. */
struct option_spec file_faults_option(bool *strict);

/* Where the file at `path` has faults: one line on standard error that it was read nevertheless, or, if
 * `strict`, STATUS_FORMAT. `command` is the command's name. */
enum status file_faults_tell(const struct smf *smf, const char *path, bool strict, const char *command,
                             struct error *error) EMEND_CHECK;

#endif
