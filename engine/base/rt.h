/* SPDX-License-Identifier: MIT */
/* Marks for functions of the live path.
 *
 * EMEND_LIVE stands on the declaration and the definition of every function that the live thread
 * calls: such a function never allocates, frees, locks, blocks, logs, touches a file or loops without
 * bound. The tests prove it: `nm -u` over the live archive and a trap that aborts inside a section. */
#ifndef EMEND_RT_H
#define EMEND_RT_H

#include <stddef.h>

#if defined(__GNUC__)
#define EMEND_LIVE __attribute__((hot))
#else
#define EMEND_LIVE
#endif

/* Bracket a section of the live thread. Both are absent (weak, NULL) unless a test preloads the
 * trap of tests/support, so they cost one predictable branch. */
#if defined(__GNUC__) && !defined(_WIN32) && !defined(__APPLE__)
void emend_trap_enter(void) __attribute__((weak));
void emend_trap_leave(void) __attribute__((weak));
#define LIVE_ENTER()                                                                                           \
  do {                                                                                                         \
    if (emend_trap_enter) {                                                                                    \
      emend_trap_enter();                                                                                      \
    }                                                                                                          \
  } while (0)
#define LIVE_LEAVE()                                                                                           \
  do {                                                                                                         \
    if (emend_trap_leave) {                                                                                    \
      emend_trap_leave();                                                                                      \
    }                                                                                                          \
  } while (0)
#else
#define LIVE_ENTER() ((void)0)
#define LIVE_LEAVE() ((void)0)
#endif

/* Memory that is there before it is needed. */

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
