/* SPDX-License-Identifier: MIT */
/* What the reader and the changers of files share. */
#ifndef EMEND_SMF_PRIVATE_H
#define EMEND_SMF_PRIVATE_H

#include "smf_build.h"

/* A fault found at `byte` of the file. */
void smf_add_fault(struct smf_faults *faults, enum smf_fault fault, size_t byte);

/* Where in a file's bytes its Standard MIDI File lies. */
struct smf_wrapper {
  enum smf_wrapping { SMF_PLAIN, SMF_RIFF, SMF_MACBINARY } kind;
  size_t begin, end;
  size_t length;  /* RIFF: where the length of its data chunk stands */
  bool is_faulty; /* lengths that cannot be right, or MacBinary */
};
struct smf_wrapper smf_unwrap(const uint8_t *data, size_t size);
/* `out` is the file with a Standard MIDI File of another size: mend the lengths around it, and the padding,
 * for which there are SMF_PADDING_MAX more bytes. Returns the size then. */
enum { SMF_PADDING_MAX = 128 };
size_t smf_rewrap(const struct smf_wrapper *wrapper, uint8_t *out, size_t size, size_t inner_size);

static inline uint32_t smf_big(const uint8_t *bytes, int count)
{
  uint32_t value = 0;
  for (int i = 0; i < count; i++) {
    value = value << 8 | bytes[i];
  }
  return value;
}

#endif
