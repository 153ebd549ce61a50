/* SPDX-License-Identifier: MIT */
/* Text in UTF-8 (RFC 3629), as model files and JSON want it. Any thread; never allocates. */
#ifndef EMEND_UTF8_H
#define EMEND_UTF8_H

/* The bytes of the character that `text`, which ends in NUL, begins with: 1 to 4, or 0 where it is none. NUL is
 * one. */
int utf8_size(const char *text);
/* Put '?' for every byte that belongs to no character. */
void utf8_mend(char *text);

#endif
