/* SPDX-License-Identifier: MIT */
/* Standard MIDI Files by path. */
#ifndef EMEND_SMF_FILE_H
#define EMEND_SMF_FILE_H

#include "smf.h"

/* Read `path`; "-" is standard input. Release with smf_free. */
enum status smf_file_read(struct smf *smf, const char *path, struct error *error) EMEND_CHECK;
/* Write whole or not at all; "-" is standard output. */
enum status smf_file_write(const struct smf *smf, const char *path, struct error *error) EMEND_CHECK;

#endif
