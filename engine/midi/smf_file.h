/* SPDX-License-Identifier: MIT */
/* Standard MIDI Files by path. */
#ifndef EMEND_SMF_FILE_H
#define EMEND_SMF_FILE_H

#include "smf.h"

/* A file and its bytes. */
struct smf_file {
  struct smf smf;
  uint8_t *data; /* owned */
  size_t size;
};

/* Read `path`; "-" is standard input. Release with smf_file_close, also when this fails. */
enum status smf_file_open(struct smf_file *file, const char *path, struct error *error) EMEND_CHECK;
void smf_file_close(struct smf_file *file);
/* "standard input" for "-". */
const char *smf_file_name(const char *path);
/* The same without the bytes. Release with smf_free. */
enum status smf_file_read(struct smf *smf, const char *path, struct error *error) EMEND_CHECK;
/* Write whole or not at all; "-" is standard output. */
enum status smf_file_write(const struct smf *smf, const char *path, struct error *error) EMEND_CHECK;

#endif
