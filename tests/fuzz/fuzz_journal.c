/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for journals. CRCs are made right first: else no mutation gets past them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal.h"
#include "journal_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { RECORD_HEAD = 8, CRC_AT = 4 };

static void mend_crcs(uint8_t *data, size_t size)
{
  size_t at = JOURNAL_HEAD_SIZE;
  while (at + RECORD_HEAD <= size) {
    const size_t payload = (size_t)data[at + 2] | (size_t)data[at + 3] << 8;
    if (size - at - RECORD_HEAD < payload) {
      return;
    }
    const uint32_t crc = journal_crc(journal_crc(0, data + at, CRC_AT), data + at + RECORD_HEAD, payload);
    for (int i = 0; i < 4; i++) {
      data[at + CRC_AT + (size_t)i] = (uint8_t)(crc >> (8 * i));
    }
    at += RECORD_HEAD + payload;
  }
}

static void check(const uint8_t *data, size_t size)
{
  const char *fault = journal_check(data, size);
  if (fault != NULL) {
    fprintf(stderr, "%s\n", fault);
    abort();
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  check(data, size);
  uint8_t *mended = malloc(size + 1);
  if (mended != NULL) {
    memcpy(mended, data, size);
    mend_crcs(mended, size);
    check(mended, size);
    free(mended);
  }
  return 0;
}
