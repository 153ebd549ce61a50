/* SPDX-License-Identifier: MIT */
/* A command of the program: `emend NAME ...`. Each lives in cmd_NAME.c; main.c holds the table. */
#ifndef EMEND_COMMAND_H
#define EMEND_COMMAND_H

#include "options.h"
#include "status.h"

enum { EXIT_USAGE = 2, EXIT_INTERRUPTED = 130 };

struct command {
  const char *name;                   /* "denoise" */
  const char *usage;                  /* what follows the name on the usage line */
  const char *summary;                /* one line for the list of commands */
  const char *notes;                  /* a paragraph below the options, or NULL */
  int (*run)(int argc, char **argv);  /* argv[0] is the command's name; returns the exit status */
  const struct command *const *parts; /* "takes list" and so on, run for their word; NULL at the end; or NULL */
  const char *const *words;           /* what the first operand is one of, NULL at the end; or NULL */
};

enum { COMMAND_GO_ON = -1 };

/* Parse argv by `set`, printing help or a line of error where needed. Returns COMMAND_GO_ON, or the exit
 * status with which the command should end at once. Not thread-safe: getopt keeps its place globally. */
int command_parse(const struct command *command, struct option_set *set, int argc, char **argv) EMEND_CHECK;

/* The run of a command that is nothing but its parts: help, or a line that says what is missing. */
int command_want_part(const struct command *command, int argc, char **argv);

/* Print `error` as "emend NAME: text" on standard error and return the exit status that fits it. */
int command_fail(const struct command *command, const struct error *error);

#endif
