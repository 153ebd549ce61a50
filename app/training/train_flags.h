/* SPDX-License-Identifier: MIT */
/* What `emend train KIND` may be told, by flags or in a settings file. */
#ifndef EMEND_TRAIN_FLAGS_H
#define EMEND_TRAIN_FLAGS_H

#include "options.h"
#include "train.h"

struct train_flags {
  struct net_config config;
  bool frame_given; /* any of the frame's values was */
  struct train_options options;
  struct option_list data;
  const char *out, *settings, *from, *train_split, *valid_split;
  double hold; /* hours of takes in memory */
  bool resume;
};

/* A kind's defaults; then the options that change them. Returns how many there are, at most OPTION_SPECS_MAX.
 */
int train_flags_init(struct train_flags *flags, enum net_kind kind, struct option_spec specs[OPTION_SPECS_MAX]);

#endif
