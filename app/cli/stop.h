/* SPDX-License-Identifier: MIT */
/* Ctrl-C and similar signals, as a flag that loops poll. */
#ifndef EMEND_STOP_H
#define EMEND_STOP_H

#include <stdbool.h>

/* From now on SIGINT, SIGTERM, SIGQUIT and SIGHUP only set the flag. One that comes a second or two after the
 * first ends the program at once. For commands that look at the flag; the others are ended by the signal. */
void stop_catch(void);
/* From now on they end the program at once, as before stop_catch: for long work that has nothing to leave
 * behind. False if one has come already. */
bool stop_let_go(void);
/* From now on SIGHUP asks for the settings to be read again, as often as it comes. After stop_catch. */
void stop_catch_reload(void);
/* Any thread. */
bool stop_requested(void);
/* Was a reload asked for since the last call? One thread. */
bool stop_take_reload(void);

#endif
