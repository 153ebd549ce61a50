/* SPDX-License-Identifier: MIT */
/* The commands of the program: main.c has their table. */
#ifndef EMEND_COMMANDS_H
#define EMEND_COMMANDS_H

#include "command.h"

/* `emend --list KIND`: print the presets, drivers, inputs, outputs or takes that there are, one a line,
 * for completions and scripts. Returns the exit status. */
int names_print(const char *kind);

/* emend train with options and no kind of model: a personal model. Prints help for `emend train` too. Returns
 * the exit status. */
int run_learn(int argc, char **argv);

extern const struct command command_live, command_calibrate, command_denoise, command_fill, command_train,
  command_train_vosp, command_train_vrae, command_train_rnn, command_eval, command_info, command_corrupt,
  command_plot, command_devices, command_page, command_takes, command_models, command_doctor, command_bench,
  command_search;

#endif
