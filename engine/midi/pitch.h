/* SPDX-License-Identifier: MIT */
#ifndef EMEND_PITCH_H
#define EMEND_PITCH_H

enum { PITCH_NAME_MAX = 8 };

/* "C4" for 60, "F#4" for 66. Any thread; never allocates. */
const char *pitch_name(int pitch, char name[PITCH_NAME_MAX]);

#endif
