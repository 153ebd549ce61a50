/* SPDX-License-Identifier: MIT */
#include "command.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "help.h"
#include "suggest.h"

enum { PARTS_MAX = 16 };

int command_parse(const struct command *command, struct option_set *set, int argc, char **argv)
{
  struct error error = {STATUS_OK, ""};

  if (options_parse(set, argc, argv, &error) != STATUS_OK) {
    /* Several files, as a shell's *.mid gives them, to a command that makes one of one. */
    if (set->operand_count > set->operand_max && strncmp(command->usage, "IN.mid OUT.mid", 14) == 0) {
      fprintf(
        stderr,
        "emend %s: %s; for each of several files: for f in *.mid; do emend %s \"$f\" \"emend-$f\"; done\n",
        command->name, error.text, command->name);
      return EXIT_USAGE;
    }
    fprintf(stderr, "emend %s: %s; see emend %s --help\n", command->name, error.text, command->name);
    return EXIT_USAGE;
  }
  if (set->help) {
    int form = set->help_form != NULL ? options_choice(help_forms, set->help_form) : HELP_TEXT;
    if (form < 0) {
      fprintf(stderr, "emend %s: --help is one of text, man, bash, zsh, not '%s'\n", command->name,
              set->help_form);
      return EXIT_USAGE;
    }
    help_command(command, set, (enum help_form)form);
    return EXIT_SUCCESS;
  }
  return COMMAND_GO_ON;
}

int command_want_part(const struct command *command, int argc, char **argv)
{
  if (argc >= 2 && argv[1][0] != '-') {
    const char *names[PARTS_MAX];
    int count = 0;
    for (; command->parts != NULL && command->parts[count] != NULL && count < PARTS_MAX; count++) {
      names[count] = strrchr(command->parts[count]->name, ' ') + 1;
    }
    const char *meant = suggest(argv[1], strlen(argv[1]), names, count);
    fprintf(stderr, "emend %s: there is no '%s %s'%s%s%s; see emend %s --help\n", command->name, command->name,
            argv[1], meant != NULL ? " (did you mean '" : "", meant != NULL ? meant : "",
            meant != NULL ? "'?)" : "", command->name);
    return EXIT_USAGE;
  }
  char names[64];
  snprintf(names, sizeof names, "%.*s is", (int)strcspn(command->usage, " "), command->usage);
  struct option_set set = {.operand_min = 1, .operand_max = 1, .operand_names = names};
  return command_parse(command, &set, argc, argv);
}

int command_fail(const struct command *command, const struct error *error)
{
  fprintf(stderr, "emend %s: %s\n", command->name, error->text);
  switch (error->status) {
  case STATUS_USAGE: return EXIT_USAGE;
  case STATUS_INTERRUPTED: return EXIT_INTERRUPTED;
  default: return EXIT_FAILURE;
  }
}
