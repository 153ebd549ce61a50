/* SPDX-License-Identifier: MIT */
#include "known.h"

#include <stdio.h>
#include <string.h>

#define SAVE_PERIOD (60 * NANOS_PER_SECOND)

enum status known_check(const struct settings *settings, struct error *error)
{
  for (int channel = 1; channel < CHANNELS; channel++) {
    if (memcmp(settings->spare.key[channel], settings->spare.key[0], sizeof settings->spare.key[0]) != 0) {
      return error_set(error, STATUS_USAGE, "--keep names keys of all channels here, as C0:B0; not of one");
    }
  }
  return STATUS_OK;
}

void known_open(struct known *known, const struct settings *settings, bool keyboard, char line[KNOWN_LINE])
{
  struct error error = {STATUS_OK, ""};
  line[0] = '\0';
  *known = (struct known){.saves = keyboard};
  profile_init(&known->profile, settings->in, (enum gear)settings->gear);
  const enum status status = keyboard ? profile_load(&known->profile, settings->in, &error) : STATUS_NOT_FOUND;
  if (status != STATUS_OK && status != STATUS_NOT_FOUND) {
    known->saves = false;
    snprintf(line, KNOWN_LINE, "%s; playing starts without it", error.text);
  }
  if (settings->gear_given) {
    known->profile.instrument.gear = settings->gear;
  }
  for (int pitch = 0; pitch < KEYS; pitch++) {
    known->profile.instrument.keep[pitch] |= settings->spare.key[0][pitch];
  }
}

static bool is_same_key(const struct instrument_key *a, const struct instrument_key *b)
{
  bool same = a->strokes == b->strokes;
  for (int kind = 0; kind < DAMAGE_COUNT; kind++) {
    same &= a->faults[kind] == b->faults[kind] && a->taught[kind] == b->taught[kind];
  }
  return same;
}

static bool is_same(const struct instrument *a, const struct instrument *b)
{
  bool same = is_same_key(&a->all, &b->all);
  for (int pitch = 0; pitch < KEYS && same; pitch++) {
    same = is_same_key(&a->key[pitch], &b->key[pitch]);
  }
  return same;
}

/* Nothing that was not heard is worth a file. */
static void save(struct known *known, const struct instrument *instrument, char line[KNOWN_LINE])
{
  struct error error = {STATUS_OK, ""};
  if (is_same(instrument, &known->profile.instrument)) {
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
