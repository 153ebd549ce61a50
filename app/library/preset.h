/* SPDX-License-Identifier: MIT */
/* Presets: presets/NAME/preset.cfg, a model and the settings that suit it. */
#ifndef EMEND_PRESET_H
#define EMEND_PRESET_H

#include "live.h"
#include "paths.h"

enum { PRESET_NAME_MAX = 64, PRESETS_MAX = 64 };

struct preset {
  char name[PRESET_NAME_MAX];
  char description[256];
  char model_path[DATAFILE_PATH_MAX];
  char filler_path[DATAFILE_PATH_MAX]; /* need not be there: fill asks */
  double strength;                     /* [0, 1] */
  double fill_strength;                /* [0, 1] */
  double look_ahead;                   /* ms */
  double bpm;                          /* for frames counted in beats */
  int mode;                            /* enum live_mode */
};

enum { PRESET_LOOK_AHEAD_MAX = 200 }; /* ms: what live_config allows */

extern const char *const preset_modes[]; /* names of enum live_mode, NULL at the end */

/* `name` is a preset's name, or the path (with a '/' or a known ending) of a preset.cfg, of its folder or of a
 * .safetensors file, which then stands for both models. The models are not opened. An unknown name is answered
 * with those that are there. */
enum status preset_load(struct preset *preset, const char *name, struct error *error) EMEND_CHECK;

/* The same, looking for names in `data_dir`/presets alone, unless it is NULL. */
enum status preset_load_from(struct preset *preset, const char *name, const char *data_dir,
                             struct error *error) EMEND_CHECK;

/* The names of all presets, sorted; returns how many. Later ones of a name, and those past PRESETS_MAX, are
 * left out. */
size_t preset_list(char names[PRESETS_MAX][PRESET_NAME_MAX]);
/* Those of `data_dir` alone, unless it is NULL. */
size_t preset_list_from(const char *data_dir, char names[PRESETS_MAX][PRESET_NAME_MAX]);

#endif
