/* SPDX-License-Identifier: MIT */
/* A package holds the program twice: for every processor of its kind, and in PREFIX/lib/emend for those with
 * vectors of 8 floats, on which the live step is three times as fast. */
#ifndef EMEND_FAST_PROGRAM_H
#define EMEND_FAST_PROGRAM_H

/* Become the faster program, where there is one beside this one and the processor can run it; else return. To
 * be called first of all. */
void fast_program_become(char **argv);

#endif
