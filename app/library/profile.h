/* SPDX-License-Identifier: MIT */
/* Profiles of instruments: what has been seen on each, kept by the name of its port in the user's data folder
 * (instruments/NAME.json). Written whole or not at all, for the user alone. Not for live threads. */
#ifndef EMEND_PROFILE_H
#define EMEND_PROFILE_H

#include "instrument.h"
#include "paths.h"

enum { PROFILE_NAME_MAX = 128, PROFILE_TEXT = 32, PROFILES_MAX = 64 };

struct profile {
  char port[PROFILE_NAME_MAX];   /* as the player names it */
  char calibrated[PROFILE_TEXT]; /* local time of the last calibration, "2026-11-23 20:15"; "": never */
  struct instrument instrument;
};

/* An empty profile for this port (NULL: the one for unnamed ports). */
void profile_init(struct profile *profile, const char *port, enum gear gear);

/* Read the profile of a port. STATUS_NOT_FOUND: there is none. STATUS_FORMAT: damaged, of a newer emend, or of
 * another port. In every case but STATUS_OK *profile is left alone. */
enum status profile_load(struct profile *profile, const char *port, struct error *error) EMEND_CHECK;
enum status profile_save(const struct profile *profile, struct error *error) EMEND_CHECK;
/* Delete it. STATUS_NOT_FOUND: there is none. */
enum status profile_forget(const char *port, struct error *error) EMEND_CHECK;

/* The ports that have a profile, sorted; returns how many. */
int profile_list(char names[PROFILES_MAX][PROFILE_NAME_MAX]);

#endif
