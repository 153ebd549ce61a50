/* SPDX-License-Identifier: MIT */
/* The presets of a plugin, and those that lie beside it. */
#ifndef EMEND_BESIDE_H
#define EMEND_BESIDE_H

#include <stdbool.h>
#include <stdio.h>

enum { BESIDE_PATH = 4096, BESIDE_PRESETS = 3 };

/* By the number of the preset control: hosts save it, so the order stays. NULL ends them. */
static const char *const plugin_presets[BESIDE_PRESETS + 1] = {"pop", "folk", "chorale", NULL};

/* Copy `folder` to `data_dir` if presets lie in it; else data_dir is "". Set-up. */
static inline bool presets_beside(const char *folder, char data_dir[BESIDE_PATH])
{
  char probe[BESIDE_PATH + 32];
  const int length = snprintf(data_dir, BESIDE_PATH, "%s", folder);
  if (length > 0 && length < BESIDE_PATH) {
    (void)snprintf(probe, sizeof probe, "%s/presets/pop/preset.cfg", data_dir);
    FILE *file = fopen(probe, "rb");
    if (file != NULL) {
      (void)fclose(file);
      return true;
    }
  }
  data_dir[0] = '\0';
  return false;
}

#endif
