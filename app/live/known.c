/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <stdio.h>
#include <string.h>

#define SAVE_PERIOD (60 * NANOS_PER_SECOND)

void known_open(struct known *known, const struct settings *settings, char line[KNOWN_LINE])
{
  struct error error = {STATUS_OK, ""};
  line[0] = '\0';
  *known = (struct known){.saves = true};
  profile_init(&known->profile, settings->in, (enum gear)settings->gear);
  const enum status status = profile_load(&known->profile, settings->in, &error);
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    known->saves = false;
    snprintf(line, KNOWN_LINE, "%s; playing starts without it", error.text);
  }
  if (settings->gear_given) {
    known->profile.instrument.gear = settings->gear;
  }
  for (int pitch = 0; pitch < KEYS; pitch++) {
    known->profile.instrument.keep[pitch] |= settings->spare.key[pitch];
  }
}

/* Nothing that was not heard is worth a file. */
static void save(struct known *known, const struct instrument *instrument, char line[KNOWN_LINE])
{
  struct error error = {STATUS_OK, ""};
  if (memcmp(instrument, &known->profile.instrument, sizeof *instrument) == 0) {
    return;
  }
  known->profile.instrument = *instrument;
  if (profile_save(&known->profile, &error) != STATUS_OK) {
    known->saves = false;
    snprintf(line, KNOWN_LINE, "what is known of the instrument is not kept: %.400s", error.text);
  }
}

void known_poll(struct known *known, struct live *live, nanos now, char line[KNOWN_LINE])
{
  struct instrument instrument;
  line[0] = '\0';
  if (!known->saves) {
    return;
  }
  if (known->asked && live_take_instrument(live, &instrument)) {
    known->asked = false;
    save(known, &instrument, line);
  }
  if (!known->asked && now - known->saved >= SAVE_PERIOD) {
    known->asked = live_ask_instrument(live);
    known->saved = now;
  }
}

void known_close(struct known *known, const struct live *live, char line[KNOWN_LINE])
{
  line[0] = '\0';
  if (known->saves && live != NULL) {
    save(known, live_instrument(live), line);
  }
}
