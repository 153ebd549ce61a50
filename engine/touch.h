/* Memory that is there before it is needed. */
#ifndef EMEND_TOUCH_H
#define EMEND_TOUCH_H

#include <stddef.h>

/* Write to each page, so that the system has given it: a first touch by the live thread would be a page fault.
 * `memory` must hold nothing yet. Set-up. */
static inline void touch_pages(void *memory, size_t size)
{
  enum { PAGE = 4096 };
  volatile unsigned char *bytes = memory; /* volatile: clearing what is clear must not be left out */
  for (size_t i = 0; i < size; i += PAGE) {
    bytes[i] = 0;
  }
}

#endif
