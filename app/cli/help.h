/* SPDX-License-Identifier: MIT */
/* Help in the forms that --help=FORM names: text, and from the same tables a manual page and completions for
 * bash and zsh. All of it goes to standard output. */
#ifndef EMEND_HELP_H
#define EMEND_HELP_H

#include "command.h"

enum help_form { HELP_TEXT, HELP_MAN, HELP_BASH, HELP_ZSH };
extern const char *const help_forms[]; /* names of enum help_form, NULL at the end */

/* What --help says in one paragraph, and what it says below the commands. */
extern const char help_about[], help_more[];

/* One command's part. */
void help_command(const struct command *command, const struct option_set *set, enum help_form form);

/* The whole: what is said of the program, then each command's part. Commands end with NULL. */
void help_program(const struct command *const *commands, enum help_form form);

/* What the value of an option, or an operand, is one of. */
enum help_value {
  HELP_VALUE_NONE, /* nothing to complete */
  HELP_VALUE_FILES,
  HELP_VALUE_FOLDERS,
  HELP_VALUE_PRESETS,
  HELP_VALUE_DRIVERS,
  HELP_VALUE_INPUTS,
  HELP_VALUE_OUTPUTS,
  HELP_VALUE_TAKES
};
enum help_value help_value_of(const struct option_spec *spec);
enum help_value help_operand_of(const struct command *command);
extern const char *const help_value_names[]; /* of enum help_value; names_print knows those from presets on */

/* The beginnings and ends that help_program puts around the parts. */
void help_man_begin(void);
void help_man_command(const struct command *command, const struct option_set *set);
void help_man_end(void);
void help_bash_begin(const struct command *const *commands);
void help_bash_command(const struct command *command, const struct option_set *set);
void help_bash_end(void);
void help_zsh_begin(const struct command *const *commands);
void help_zsh_command(const struct command *command, const struct option_set *set);
void help_zsh_end(void);

#endif
