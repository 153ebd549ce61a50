/* SPDX-License-Identifier: MIT */
#ifndef EMEND_PITCH_H
#define EMEND_PITCH_H

enum { PITCH_NAME_MAX = 8 };

/* "C4" for 60, "F#4" for 66. Any thread; never allocates. */
const char *pitch_name(int pitch, char name[PITCH_NAME_MAX]);

/* The key that a name at *text stands for: a letter, # or b, and the octave from -1 to 9. *text is moved behind
 * it. -1 where there is no name, or of no key. */
int pitch_read(const char **text);

#endif
