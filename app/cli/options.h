/* SPDX-License-Identifier: MIT */
/* Command-line options from a table, checked as they are read. */
#ifndef EMEND_OPTIONS_H
#define EMEND_OPTIONS_H

#include <stdio.h>

#include "option.h"

enum { OPTION_SPECS_MAX = 96 };

/* Parse argv[1..]; argv is reordered so that operands come last. STATUS_USAGE with one line that names the
 * argument at fault. After --help nothing else is checked. Not thread-safe (getopt). */
enum status options_parse(struct option_set *set, int argc, char **argv, struct error *error) EMEND_CHECK;

/* The operands at the end of a list. STATUS_USAGE where there is no room for all. */
enum status options_list_operands(struct option_list *list, const struct option_set *set, int first,
                                  struct error *error) EMEND_CHECK;

/* Text within 80 columns, the lines after the first indented. Lines that begin with a blank or have two in a
 * row (tables, examples) stay as they are. */
void options_wrap(FILE *out, int indent, const char *text);

/* One line or more for each option. */
void options_print(const struct option_set *set, FILE *out);

#endif
