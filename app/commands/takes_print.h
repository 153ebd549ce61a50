/* SPDX-License-Identifier: MIT */
/* What the parts of `emend takes` share. */
#ifndef EMEND_TAKES_PRINT_H
#define EMEND_TAKES_PRINT_H

#include <jansson.h>

#include "command.h"
#include "live_setup.h"
#include "take_folder.h"

extern const struct command command_takes_list, command_takes_show, command_takes_export, command_takes_delete;

enum { TAKES_FLAGS_MAX = 4, TAKES_TEXT = 48 };

/* The takes that a command is about. */
struct takes_args {
  struct settings settings; /* owns texts of emend.conf */
  char folder[DATAFILE_PATH_MAX];
  struct take_list takes;
  char **operands;
  int operand_count;
};

/* Parse argv by --takes and the command's own `flags`, in `set` with its bounds for operands, and list the
 * folder. Returns COMMAND_GO_ON or an exit status. Release with takes_close in any case. */
int takes_open(struct takes_args *args, const struct command *command, const struct option_spec *flags,
               int flag_count, struct option_set *set, int argc, char **argv) EMEND_CHECK;
void takes_close(struct takes_args *args);

/* Find, read and sum up one take. The caller frees *data. */
enum status takes_load(const struct takes_args *args, const char *wanted, char path[DATAFILE_PATH_MAX],
                       uint8_t **data, size_t *size, struct journal_summary *summary,
                       struct error *error) EMEND_CHECK;

/* "2026-11-23 20:15:04 +0100", by the player's clock of then. */
void takes_start_text(const struct journal_start *start, char text[TAKES_TEXT]);
/* "1:02:03" or "2:03". */
void takes_length_text(nanos length, char text[TAKES_TEXT]);
/* "88 kB". */
void takes_size_text(uint64_t bytes, char text[TAKES_TEXT]);
/* "last" names of paths: what comes after the last '/', without the ending. */
void takes_name(const char *path, char name[JOURNAL_NAME_MAX]);
/* How it ended: "pause", "quit", "full", "cut off" or "being recorded". */
const char *takes_end_text(const struct journal_summary *summary, const char *path);
/* What was lost, as one line; "" where nothing was. */
void takes_loss_text(const struct journal_summary *summary, char *line, size_t size);

/* One take as JSON; NULL if out of memory. */
json_t *takes_json(const struct journal_summary *summary, const char *path, uint64_t bytes);

#endif
