/* SPDX-License-Identifier: MIT */
/* Inside journal*.c: where things lie in a journal. */
#ifndef EMEND_JOURNAL_PRIVATE_H
#define EMEND_JOURNAL_PRIVATE_H

#include "journal.h"

enum {
  JOURNAL_MAGIC_SIZE = 8,
  JOURNAL_VERSION_AT = 8,
  RECORD_HEAD_SIZE = 8,
  RECORD_CRC_AT = 4,
};

extern const uint8_t journal_magic[JOURNAL_MAGIC_SIZE];

/* The CRC of a record: of its head without the CRC, and of its payload. */
uint32_t journal_record_crc(const uint8_t *record, size_t payload_size);

/* The strokes that were suppressed and undone, as received; like journal_notes. */
enum status journal_undone(const uint8_t *data, size_t size, const char *name, struct note_list *notes,
                           struct error *error) EMEND_CHECK;
/* Likewise those that passed and were not meant. */
enum status journal_unmeant(const uint8_t *data, size_t size, const char *name, struct note_list *notes,
                            struct error *error) EMEND_CHECK;

#endif
