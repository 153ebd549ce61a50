/* SPDX-License-Identifier: MIT */
/* The mathematical functions at the networks' precision. */
#ifndef EMEND_SCALAR_H
#define EMEND_SCALAR_H

#include <math.h>

#include "real.h"

#ifdef EMEND_DOUBLE
#define EXP exp
#define LOG log
#define LOG1P log1p
#define TANH tanh
#define SQRT sqrt
#define FABS fabs
#define COS cos
#else
#define EXP expf
#define LOG logf
#define LOG1P log1pf
#define TANH tanhf
#define SQRT sqrtf
#define FABS fabsf
#define COS cosf
#endif

/* The fast vector division makes NaN of 1 / infinity, so the exponential is kept finite. */
static inline real logistic(real x)
{
  return 1 / (1 + EXP(x > -80 ? -x : 80));
}

#endif
