#include "command.h"

#include <stdio.h>
#include <stdlib.h>

static void print_help(const struct command *command, const struct option_set *set)
{
  printf("Usage: emend %s %s\n\n%s\n", command->name, command->usage, command->summary);
  if (set->count > 0) {
    printf("\nOptions:\n");
    options_print(set, stdout);
  }
  if (command->notes != NULL) {
    printf("\n%s\n", command->notes);
  }
}

int command_parse(const struct command *command, struct option_set *set, int argc, char **argv)
{
  struct error error = {STATUS_OK, ""};

  if (options_parse(set, argc, argv, &error) != STATUS_OK) {
    fprintf(stderr, "emend %s: %s; see emend %s --help\n", command->name, error.text, command->name);
    return EXIT_USAGE;
  }
  if (set->help) {
    print_help(command, set);
    return EXIT_SUCCESS;
  }
  return COMMAND_GO_ON;
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
