/* SPDX-License-Identifier: MIT */
/* The number type of the networks. They are built in single precision; the gradient tests build the
 * same files again with EMEND_DOUBLE to compare with central differences. */
#ifndef EMEND_REAL_H
#define EMEND_REAL_H

#ifdef EMEND_DOUBLE
typedef double real;
#else
typedef float real;
#endif

#endif
