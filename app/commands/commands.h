/* SPDX-License-Identifier: MIT */
/* `emend --list KIND`: names, one a line, for completions and scripts. */
#ifndef EMEND_COMMANDS_H
#define EMEND_COMMANDS_H

#include "command.h"

/* Print the presets, drivers, inputs, outputs or takes that there are. Returns the exit status. */
int names_print(const char *kind);

/* emend train with options and no kind of model: a personal model. Prints help for `emend train` too. Returns
 * the exit status. */
int run_learn(int argc, char **argv);

#endif
