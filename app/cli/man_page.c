/* SPDX-License-Identifier: MIT */
/* The manual page, in the man macros. */
#include <stdio.h>
#include <string.h>

#include "help.h"

/* Text as roff shows it: no escapes, no requests, '-' as the keyboard has it. */
static void put(const char *text)
{
  bool line_begins = true;

  for (; *text != '\0'; text++) {
    if (line_begins && (*text == '.' || *text == '\'')) {
      fputs("\\&", stdout);
    }
    line_begins = *text == '\n';
    switch (*text) {
    case '\\': fputs("\\e", stdout); break;
    case '-': fputs("\\-", stdout); break;
    case '~': fputs("\\(ti", stdout); break;
    case '^': fputs("\\(ha", stdout); break;
    case '`': fputs("\\(ga", stdout); break;
    case '\'': fputs("\\(aq", stdout); break;
    default: putchar(*text);
    }
  }
}

/* Lines as they are where some are laid out by hand, else as paragraphs. */
static void put_lines(const char *text)
{
  const bool laid_out = strstr(text, "   ") != NULL;

  printf(laid_out ? ".PP\n.nf\n" : ".PP\n");
  for (const char *line = text; *line != '\0';) {
    size_t size = strcspn(line, "\n");
    char copy[512];

    snprintf(copy, sizeof copy, "%.*s", (int)size, line);
    if (size == 0) {
      printf(".sp");
    } else {
      put(copy);
    }
    printf("\n");
    line += size + (line[size] == '\n');
  }
  printf(laid_out ? ".fi\n" : "");
}

void help_man_begin(void)
{
  printf(".\\\" Made by `emend --help=man`.\n"
         ".TH EMEND 1 \"\" \"emend %s\" \"User Commands\"\n"
         ".SH NAME\nemend \\- mends MIDI\n"
         ".SH SYNOPSIS\n.B emend\n.I COMMAND\n[options]\n.SH DESCRIPTION\n",
         EMEND_VERSION);
  put(help_about);
  put_lines(help_more);
  printf(".SH COMMANDS\n");
}

/* "-o, --output FILE" and what it is for. */
static void put_option(const struct option_spec *spec)
{
  printf(".TP\n.B ");
  if (spec->letter != 0) {
    printf("\\-%c, ", spec->letter);
  }
  put("--");
  put(spec->name);
  if (spec->kind == OPTION_CHOICE) {
    printf(" ");
    for (int i = 0; spec->choices[i] != NULL; i++) {
      printf("%s%s", i > 0 ? "|" : "", spec->choices[i]);
    }
  } else if (spec->argument != NULL) {
    printf(" ");
    put(spec->argument);
  }
  printf("\n");
  put(spec->help);
  printf("\n");
}

void help_man_command(const struct command *command, const struct option_set *set)
{
  printf(".SS emend ");
  put(command->name);
  printf("\n");
  put(command->summary);
  printf(".\n.PP\n.nf\n.B emend ");
  put(command->name);
  printf(" ");
  for (const char *at = command->usage; *at != '\0'; at++) {
    char letter[2] = {*at, '\0'};
    put(letter);
    if (*at == '\n') {
      printf(".B ");
      at += strspn(at + 1, " ");
    }
  }
  printf("\n.fi\n");
  for (int i = 0; i < set->count; i++) {
    put_option(&set->specs[i]);
  }
  if (command->notes != NULL) {
    put_lines(command->notes);
  }
}

void help_man_end(void)
{
  static const char *const files[][2] = {
    {"~/.config/emend/emend.conf",
     "settings of emend live, denoise, fill and takes, named as the options are, with "
     "'_' for '-': strength = 0.6;"},
    {"~/.local/share/emend/presets/NAME", "presets of one's own"},
    {"~/.local/share/emend/models/PRESET", "personal models"},
    {"~/.local/share/emend/takes", "captured takes"},
  };
  static const char *const statuses[][2] = {{"0", "all went well"},
                                            {"1", "it could not be done; one line says why"},
                                            {"2", "the arguments are wrong"},
                                            {"130", "it was stopped by Ctrl-C, or by the answer n"}};

  printf(".SH FILES\n");
  for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
    printf(".TP\n.I ");
    put(files[i][0]);
    printf("\n");
    put(files[i][1]);
    printf("\n");
  }
  printf(".SH ENVIRONMENT\n.TP\n.B XDG_CONFIG_HOME, XDG_DATA_HOME\n"
         "stand for \\(ti/.config and \\(ti/.local/share.\n.SH EXIT STATUS\n");
  for (size_t i = 0; i < sizeof statuses / sizeof statuses[0]; i++) {
    printf(".TP\n.B %s\n%s\n", statuses[i][0], statuses[i][1]);
  }
  printf(".SH SEE ALSO\n.BR jackd (1),\n.BR aconnect (1),\n.BR pw\\-jack (1)\n");
}
