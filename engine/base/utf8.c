/* SPDX-License-Identifier: MIT */
#include "utf8.h"

#include <stdint.h>

int utf8_size(const char *text)
{
  /* Of so many bytes the first one's fixed bits, their mask, and the least character that needs as many. */
  static const struct {
    uint8_t mark, mask;
    uint32_t least;
  } sizes[] = {{0x00, 0x80, 0}, {0xC0, 0xE0, 0x80}, {0xE0, 0xF0, 0x800}, {0xF0, 0xF8, 0x10000}};
  const uint8_t *bytes = (const uint8_t *)text;
  for (int more = 0; more < 4; more++) {
    if ((bytes[0] & sizes[more].mask) != sizes[more].mark) {
      continue;
    }
    uint32_t character = bytes[0] & (uint8_t)~sizes[more].mask;
    for (int i = 1; i <= more; i++) {
      if ((bytes[i] & 0xC0) != 0x80) {
        return 0;
      }
      character = character << 6 | (bytes[i] & 0x3F);
    }
    const int surrogate = character >= 0xD800 && character <= 0xDFFF;
    return character < sizes[more].least || character > 0x10FFFF || surrogate ? 0 : more + 1;
  }
  return 0;
}

void utf8_mend(char *text)
{
  while (*text != '\0') {
    const int size = utf8_size(text);
    if (size == 0) {
      *text = '?';
    }
    text += size > 0 ? size : 1;
  }
}
