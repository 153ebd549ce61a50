/* SPDX-License-Identifier: MIT */
/* Denormals as zero, for a section or for good: arithmetic on them is some hundred times as slow. */
#ifndef EMEND_RT_FLOAT_H
#define EMEND_RT_FLOAT_H

#include <stdint.h>

#if defined(__SSE__)
#include <xmmintrin.h>
#endif

/* The calling thread's floating-point control (MXCSR, FPCR); 0 where there is none that matters. */
static inline uint64_t float_control(void)
{
#if defined(__SSE__)
  return _mm_getcsr();
#elif defined(__aarch64__) && defined(__GNUC__)
  uint64_t control;
  __asm__ volatile("mrs %0, fpcr" : "=r"(control));
  return control;
#else
  return 0;
#endif
}

static inline void float_set_control(uint64_t control)
{
#if defined(__SSE__)
  _mm_setcsr((unsigned)control);
#elif defined(__aarch64__) && defined(__GNUC__)
  __asm__ volatile("msr fpcr, %0" : : "r"(control));
#else
  (void)control;
#endif
}

/* Round to nearest, trap nothing, denormals as zero: whatever the caller's thread had set. Returns what that
 * was, for float_set_control. */
static inline uint64_t float_enter(void)
{
  const uint64_t before = float_control();
#if defined(__SSE__)
  enum { FLUSH_TO_ZERO = 0x8000, MASKS = 0x1F80, DENORMALS_ARE_ZERO = 0x0040 };
  float_set_control(FLUSH_TO_ZERO | MASKS | DENORMALS_ARE_ZERO);
#elif defined(__aarch64__)
  float_set_control(UINT64_C(1) << 24);
#endif
  return before;
}

#endif
