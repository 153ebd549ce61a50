/* SPDX-License-Identifier: MIT */
#include "help.h"

#include <stdio.h>
#include <string.h>

enum { HELP_SUMMARY = 12 };

const char *const help_forms[] = {"text", "man", "bash", "zsh", NULL};
const char *const help_value_names[] = {"none",    "files",  "folders", "presets",
                                        "drivers", "inputs", "outputs", "takes"};

const char help_about[] =
  "Mends MIDI: takes key bounce, brushed neighbours, crosstalk and ghost notes out of playing,\n"
  "live between a keyboard and a DAW, or in a file, and fills holes in recordings.\n";
const char help_more[] = "  emend help COMMAND    describes one command; so does emend COMMAND --help\n"
                         "  emend --help=FORM     everything as man, bash or zsh: a manual page, completions\n"
                         "  emend --list KIND     presets, drivers, inputs, outputs or takes, one per line\n"
                         "  emend --version       prints the version\n";

enum help_value help_value_of(const struct option_spec *spec)
{
  static const struct {
    const char *argument;
    enum help_value value;
  } known[] = {{"FILE", HELP_VALUE_FILES},     {"MODEL", HELP_VALUE_FILES},
               {"PATH", HELP_VALUE_FILES},     {"PATH...", HELP_VALUE_FILES},
               {"DIR", HELP_VALUE_FOLDERS},    {"PRESET", HELP_VALUE_PRESETS},
               {"DRIVER", HELP_VALUE_DRIVERS}, {"PRESET|MODEL", HELP_VALUE_PRESETS}};

  if (spec->argument == NULL) {
    return HELP_VALUE_NONE;
  }
  if (strcmp(spec->argument, "PORT") == 0) {
    return strcmp(spec->name, "in") == 0 ? HELP_VALUE_INPUTS : HELP_VALUE_OUTPUTS;
  }
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (strcmp(spec->argument, known[i].argument) == 0) {
      return known[i].value;
    }
  }
  return HELP_VALUE_NONE;
}

enum help_value help_operand_of(const struct command *command)
{
  if (strncmp(command->usage, "TAKE", 4) == 0) {
    return HELP_VALUE_TAKES;
  }
  if (strncmp(command->usage, "DIR", 3) == 0) {
    return HELP_VALUE_FOLDERS;
  }
  return strstr(command->usage, ".mid") != NULL || strstr(command->usage, "MODEL") != NULL ? HELP_VALUE_FILES
                                                                                           : HELP_VALUE_NONE;
}

static void print_text(const struct command *command, const struct option_set *set)
{
  char usage[512];

  snprintf(usage, sizeof usage, "Usage: emend %s %s", command->name, command->usage);
  options_wrap(stdout, 0, usage);
  printf("\n");
  options_wrap(stdout, 0, command->summary);
  if (set->count > 0) {
    printf("\nOptions:\n");
    options_print(set, stdout);
  }
  if (command->notes != NULL) {
    printf("\n");
    options_wrap(stdout, 0, command->notes);
  }
}

void help_command(const struct command *command, const struct option_set *set, enum help_form form)
{
  switch (form) {
  case HELP_TEXT: print_text(command, set); break;
  case HELP_MAN: help_man_command(command, set); break;
  case HELP_BASH: help_bash_command(command, set); break;
  case HELP_ZSH: help_zsh_command(command, set); break;
  }
}

/* Run a command, and those under it, so that each prints its part in this form. */
static void help_run(const struct command *const *commands, enum help_form form)
{
  for (; *commands != NULL; commands++) {
    char name[32], option[32];
    char *argv[] = {name, option, NULL};

    snprintf(name, sizeof name, "%s", (*commands)->name);
    snprintf(option, sizeof option, "--help=%s", help_forms[form]);
    (void)(*commands)->run(2, argv);
    if ((*commands)->parts != NULL) {
      help_run((*commands)->parts, form);
    }
  }
}

/* Every group ends where the next begins. */
static const struct {
  const char *first, *title;
} groups[] = {{"live", "Play"},
              {"denoise", "Files"},
              {"takes", "Takes and personal models"},
              {"devices", "This machine"},
              {"train", "Train and measure"}};

static void text_program(const struct command *const *commands)
{
  printf("Usage: emend COMMAND [options]\n\n");
  options_wrap(stdout, 0, help_about);
  for (; *commands != NULL; commands++) {
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
      if (strcmp(groups[i].first, (*commands)->name) == 0) {
        printf("\n%s:\n", groups[i].title);
      }
    }
    printf("  %-10s", (*commands)->name);
    options_wrap(stdout, HELP_SUMMARY, (*commands)->summary);
  }
  printf("\n%s", help_more);
}

void help_program(const struct command *const *commands, enum help_form form)
{
  switch (form) {
  case HELP_TEXT: text_program(commands); break;
  case HELP_MAN:
    help_man_begin();
    help_run(commands, form);
    help_man_end();
    break;
  case HELP_BASH:
    help_bash_begin(commands);
    help_run(commands, form);
    help_bash_end();
    break;
  case HELP_ZSH:
    help_zsh_begin(commands);
    help_run(commands, form);
    help_zsh_end();
    break;
  }
}
