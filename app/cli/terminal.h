/* SPDX-License-Identifier: MIT */
/* The terminal as a screen with keys, put back as it was however the program ends. */
#ifndef EMEND_TERMINAL_H
#define EMEND_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

/* Take over the terminal: no echo, keys one by one, a screen of its own. False, and nothing changed, where
 * standard input and output are not both a terminal that can do it, or the program runs in the background. One
 * thread; once at a time. */
bool terminal_open(void);
/* Put it back, if it is taken. Safe in signal handlers. */
void terminal_close(void);

/* Standard input was a terminal, and it is gone. */
bool terminal_is_gone(void);

/* Show a screen, or as much of it as there is room for: who does not read must not hold the program up. */
void terminal_draw(const char *text, size_t size);
/* Wait up to `milliseconds` for a key; 0 when none came. Without a terminal it only waits. */
int terminal_key(int milliseconds);
int terminal_width(void);
/* True unless the user has set NO_COLOR. */
bool terminal_colour(void);

#endif
