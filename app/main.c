/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "blas_core.h"
#include "commands.h"
#include "fast_program.h"
#include "help.h"
#include "program_folder.h"
#include "suggest.h"

enum { COMMANDS = 17, HELP_WORDS = 3 };

static int run_help(int argc, char **argv);
static int run(int argc, char **argv);

/* Filled in from the table below. */
static const char *command_names[COMMANDS + 1];

static const struct command command_help = {
  .name = "help",
  .usage = "[COMMAND]",
  .summary = "describe emend, or one of its commands",
  .run = run_help,
  .words = command_names,
};

/* In the order, and by the groups, of `emend --help`. */
static const struct command *const commands[COMMANDS + 1] = {
  &command_live,    &command_page,   &command_calibrate, &command_denoise, &command_fill,   &command_plot,
  &command_corrupt, &command_takes,  &command_models,    &command_devices, &command_doctor, &command_help,
  &command_train,   &command_search, &command_eval,      &command_info,    &command_bench,  NULL,
};

/* The command, or that part of it that the next word names: "takes" or "takes list". */
static int run_command(const struct command *command, int argc, char **argv)
{
  for (int i = 0; argc >= 2 && command->parts != NULL && command->parts[i] != NULL; i++) {
    if (strcmp(argv[1], strchr(command->parts[i]->name, ' ') + 1) == 0) {
      return command->parts[i]->run(argc - 1, argv + 1);
    }
  }
  return command->run(argc, argv);
}

static int unknown(const char *given)
{
  const char *const meant = suggest(given, strlen(given), command_names, COMMANDS);

  fprintf(stderr, "emend: unknown %s '%s'%s%s%s; see emend --help\n", given[0] == '-' ? "option" : "command",
          given, meant != NULL ? " (did you mean '" : "", meant != NULL ? meant : "",
          meant != NULL ? "'?)" : "");
  return EXIT_USAGE;
}

static int run(int argc, char **argv)
{
  if (argc < 2) {
    fprintf(stderr, "emend: no command given; see emend --help\n");
    return EXIT_USAGE;
  }
  if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
    help_program(commands, HELP_TEXT);
    return EXIT_SUCCESS;
  }
  if (strncmp(argv[1], "--help=", 7) == 0 && options_choice(help_forms, argv[1] + 7) >= 0) {
    help_program(commands, (enum help_form)options_choice(help_forms, argv[1] + 7));
    return EXIT_SUCCESS;
  }
  if (strcmp(argv[1], "--list") == 0) {
    return names_print(argc == 3 ? argv[2] : "");
  }
  if (strcmp(argv[1], "--version") == 0) {
    printf("emend %s\n", EMEND_VERSION);
    return EXIT_SUCCESS;
  }
  for (int i = 0; commands[i] != NULL; i++) {
    if (strcmp(argv[1], commands[i]->name) == 0) {
      return run_command(commands[i], argc - 1, argv + 1);
    }
  }
  return unknown(argv[1]);
}

/* `help takes list` is `takes list --help`. */
static int run_help(int argc, char **argv)
{
  char program[] = "emend", option[] = "--help";
  char *words[HELP_WORDS + 2] = {program};
  struct option_set set = {.operand_max = HELP_WORDS - 1, .operand_names = "COMMAND is"};

  const int status = command_parse(&command_help, &set, argc, argv);
  if (status != COMMAND_GO_ON) {
    return status;
  }
  if (set.operand_count == 0) {
    help_program(commands, HELP_TEXT);
    return EXIT_SUCCESS;
  }
  for (int i = 0; i < set.operand_count; i++) {
    words[i + 1] = set.operands[i];
  }
  words[set.operand_count + 1] = option;
  return run(set.operand_count + 2, words);
}

/* A closed standard stream must not become the next file that is opened. What is written to it still fails. */
static void keep_streams_apart(void)
{
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
    if (fcntl(fd, F_GETFD) < 0) {
      (void)open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    }
  }
}

/* Models, takes and reports are their owner's, also where whoever started this has an umask of 0. */
static void keep_others_from_writing(void)
{
  const mode_t mask = umask(S_IRWXG | S_IRWXO);
  umask((mask & S_IWOTH) != 0 ? mask : mask | S_IWGRP | S_IWOTH);
}

/* Commands that multiply large matrices. The threads of OpenBLAS cost the others memory alone, which `live`
 * would lock.
 */
static bool wants_threads(const char *command)
{
  static const char *const names[] = {"train", "search", "eval", "fill", "bench"};
  for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
    if (strcmp(command, names[i]) == 0) {
      return true;
    }
  }
  return false;
}

int main(int argc, char **argv)
{
  char folder[DATAFILE_PATH_MAX];

  keep_streams_apart();
  keep_others_from_writing();
  fast_program_become(argv);
  blas_core_become(argv, argc < 2 || !wants_threads(argv[1]));
  signal(SIGPIPE, SIG_IGN); /* a reader that leaves is a failed write, which has its line */
  signal(SIGXFSZ, SIG_IGN); /* as is a file that may not grow */
  if (program_folder(folder)) {
    datafile_set_program(folder);
  }
  for (int i = 0; i < COMMANDS; i++) {
    command_names[i] = commands[i]->name;
  }
  int status = run(argc, argv);
  if (fflush(stdout) != 0 || ferror(stdout)) {
    fprintf(stderr, "emend: standard output could not be written; check the disk or the reader\n");
    return status == EXIT_SUCCESS ? EXIT_FAILURE : status;
  }
  return status;
}
