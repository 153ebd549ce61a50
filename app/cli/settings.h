/* SPDX-License-Identifier: MIT */
/* What a user may set for a cleaning: the preset's values, then ~/.config/emend/emend.conf, then flags. */
#ifndef EMEND_SETTINGS_H
#define EMEND_SETTINGS_H

#include "command.h"
#include "config_file.h"
#include "preset.h"
#include "spare.h"

struct settings {
  const char *preset, *driver, *in, *out;
  double strength, look_ahead; /* look-ahead in ms */
  int mode;                    /* enum live_mode */
  bool strength_given, look_ahead_given, mode_given;
  bool capture, no_capture; /* the second wins; a flag only, emend.conf says capture = false */
  bool capture_given;       /* --capture: files and the demo too */
  const char *takes;        /* the folder they go to; NULL: the user's own */
  double take_pause;        /* seconds of silence between two takes */
  int capture_limit_mb;
  bool learn;         /* from the takes, while playing */
  double learn_share; /* of one core, in (0, 1] */
  bool page;          /* serve it */
  const char *page_address;
  int page_port;
  int gear; /* enum gear */
  bool gear_given;
  struct spare spare;       /* keys that are left alone */
  struct options_file file; /* owns texts that came from emend.conf */
};

enum {
  SETTINGS_PRESET,
  SETTINGS_STRENGTH,
  SETTINGS_LOOK_AHEAD,
  SETTINGS_MODE,
  SETTINGS_DRIVER,
  SETTINGS_IN,
  SETTINGS_OUT,
  SETTINGS_CAPTURE,
  SETTINGS_TAKES,
  SETTINGS_TAKE_PAUSE,
  SETTINGS_CAPTURE_LIMIT,
  SETTINGS_LEARN,
  SETTINGS_LEARN_SHARE,
  SETTINGS_PAGE,
  SETTINGS_PAGE_ADDRESS,
  SETTINGS_PAGE_PORT,
  SETTINGS_GEAR,
  SETTINGS_KEEP,
  SETTINGS_COUNT
};

/* The defaults, and the options that set them, in the order of the enum above. */
void settings_init(struct settings *settings, struct option_spec specs[SETTINGS_COUNT]);

/* Read emend.conf, if there is one. Release with settings_free, after the last use of a text. */
enum status settings_read_file(struct settings *settings, const struct option_spec specs[SETTINGS_COUNT],
                               struct error *error) EMEND_CHECK;
/* command_parse by `set`, whose options are some of `specs` and the command's own: flags, over emend.conf, over
 * the defaults. Release as above if it returns COMMAND_GO_ON. */
int settings_parse(struct settings *settings, const struct option_spec specs[SETTINGS_COUNT],
                   const struct command *command, struct option_set *set, int argc, char **argv) EMEND_CHECK;
void settings_free(struct settings *settings);

/* Find the preset and put the given settings in place of its own. */
enum status settings_preset(const struct settings *settings, struct preset *preset,
                            struct error *error) EMEND_CHECK;

#endif
