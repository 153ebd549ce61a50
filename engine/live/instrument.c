/* SPDX-License-Identifier: MIT */
#include "instrument.h"

#include <math.h>
#include <string.h>

#define LOG_PRICE 2.302585F /* at half the strength: a true note is worth ten false ones */
#define CLEAR_RATE 1e-3F    /* a stroke is clear where it would be a fault at this rate, */
#define CLEAR_SHARE 0.3F    /* as likely as this */
#define SHOWN_FAULTS 0.5F   /* a key shows a fault from so many on, */
#define SHOWN_RATE 0.01F    /* and while they are so common */
#define TEACH_STEP 2.0F     /* nats */
#define RATIO_MOST 30.0F    /* nats */

const char *const gear_names[] = {"keyboard", "pads", "guitar", "transcription", NULL};

/* Rates before anything is known, a stroke; of a keyboard about what labelled playing on sound actions shows.
 * 0: this gear has no such fault. */
static const float start_rates[GEAR_COUNT][DAMAGE_COUNT] = {
  [GEAR_KEYBOARD] = {[DAMAGE_BOUNCE] = 2e-3F,
                     [DAMAGE_BRUSH] = 1.2e-2F,
                     [DAMAGE_GHOST] = 1e-3F,
                     [DAMAGE_CROSSTALK] = 1e-3F,
                     [DAMAGE_RELEASE] = 6e-3F,
                     [DAMAGE_DUPLICATE] = 1e-3F},
  [GEAR_PADS] =
    {[DAMAGE_BOUNCE] = 1e-2F, [DAMAGE_GHOST] = 2e-3F, [DAMAGE_CROSSTALK] = 1e-2F, [DAMAGE_DUPLICATE] = 1e-3F},
  [GEAR_GUITAR] = {[DAMAGE_BOUNCE] = 1e-2F,
                   [DAMAGE_BRUSH] = 1e-3F,
                   [DAMAGE_HARMONIC] = 2e-2F,
                   [DAMAGE_GHOST] = 1e-2F,
                   [DAMAGE_RELEASE] = 5e-4F,
                   [DAMAGE_DUPLICATE] = 1e-3F},
  [GEAR_TRANSCRIPTION] = {[DAMAGE_BOUNCE] = 2e-3F,
                          [DAMAGE_BRUSH] = 2e-3F,
                          [DAMAGE_HARMONIC] = 2e-3F,
                          [DAMAGE_GHOST] = 2e-3F,
                          [DAMAGE_DUPLICATE] = 1e-3F},
};

/* A head that has heard a few million strokes cannot state large ratios: it falls short of them by about these
 * factors, measured on labelled playing. */
static const float short_of[DAMAGE_COUNT] = {
  [DAMAGE_NONE] = 1,     [DAMAGE_BOUNCE] = 10,  [DAMAGE_BRUSH] = 10,
  [DAMAGE_HARMONIC] = 1, [DAMAGE_GHOST] = 1,    [DAMAGE_CROSSTALK] = 4,
  [DAMAGE_STRAY] = 1,    [DAMAGE_RELEASE] = 10, [DAMAGE_DUPLICATE] = 1};

/* Faults of a key's contacts are counted by key, those of the wire over all keys. The others are the player's
 * or come from elsewhere: counting them would talk the gate into a virtuoso's trills. */
static bool is_contact(int kind)
{
  return kind == DAMAGE_BOUNCE || kind == DAMAGE_RELEASE;
}

static bool is_wire(int kind)
{
  return kind == DAMAGE_DUPLICATE;
}

void instrument_init(struct instrument *instrument, enum gear gear)
{
  memset(instrument, 0, sizeof *instrument);
  instrument->gear = (int)gear;
}

static bool within(float value, float low, float high)
{
  return value >= low && value <= high;
}

static bool is_key_sound(const struct instrument_key *key, bool (*counted)(int kind))
{
  bool sound = within(key->strokes, 0, INSTRUMENT_MEMORY);
  for (int kind = 0; kind < DAMAGE_COUNT && sound; kind++) {
    sound = within(key->faults[kind], 0, counted(kind) ? key->strokes : 0) &&
            within(key->taught[kind], -INSTRUMENT_TAUGHT_MOST, INSTRUMENT_TAUGHT_MOST);
  }
  return sound;
}

bool instrument_is_sound(const struct instrument *instrument)
{
  bool sound =
    instrument->gear >= 0 && instrument->gear < GEAR_COUNT && is_key_sound(&instrument->all, is_wire);
  for (int pitch = 0; pitch < KEYS && sound; pitch++) {
    sound = is_key_sound(&instrument->key[pitch], is_contact);
  }
  return sound;
}

EMEND_LIVE float instrument_rate(const struct instrument *instrument, int pitch, enum damage kind)
{
  const float start = start_rates[instrument->gear][kind];
  const struct instrument_key *key = is_wire((int)kind) ? &instrument->all : &instrument->key[pitch];
  if (start <= 0 || instrument->keep[pitch]) {
    return 0;
  }
  if (!is_contact((int)kind) && !is_wire((int)kind)) {
    return start;
  }
  return (start * INSTRUMENT_WEIGHT + key->faults[kind]) / (INSTRUMENT_WEIGHT + key->strokes);
}

/* e^ratio, or 0 where that is no evidence. */
static float odds_of(const float *ratio, unsigned kinds, int kind)
{
  return (kinds & 1U << kind) != 0 && isfinite(ratio[kind])
           ? short_of[kind] * expf(fminf(ratio[kind], RATIO_MOST))
           : 0;
}

EMEND_LIVE struct verdict instrument_judge(const struct instrument *instrument, int pitch, const float *ratio,
                                           unsigned kinds)
{
  struct verdict verdict = {INSTRUMENT_SURE, DAMAGE_GHOST};
  float sum = 0;
  float most = 0;
  for (int kind = DAMAGE_NONE + 1; kind < DAMAGE_COUNT; kind++) {
    const float odds = odds_of(ratio, kinds, kind) * instrument_rate(instrument, pitch, (enum damage)kind) *
                       expf(instrument->key[pitch].taught[kind]);
    sum += odds;
    if (odds > most) {
      most = odds;
      verdict.damage = (enum damage)kind;
    }
  }
  if (sum > 0) {
    verdict.log_odds = fminf(INSTRUMENT_SURE, -logf(sum));
  }
  return verdict;
}

static void count(struct instrument_key *key, const float *share, bool (*counted)(int kind))
{
  const float fade = 1 - 1 / INSTRUMENT_MEMORY;
  key->strokes = key->strokes * fade + 1;
  for (int kind = DAMAGE_NONE + 1; kind < DAMAGE_COUNT; kind++) {
    key->faults[kind] *= fade;
    key->faults[kind] += counted(kind) && share[kind] >= CLEAR_SHARE ? share[kind] : 0;
  }
}

EMEND_LIVE void instrument_count(struct instrument *instrument, int pitch, const float *ratio, unsigned kinds)
{
  float share[DAMAGE_COUNT] = {1};
  float sum = 1;
  for (int kind = DAMAGE_NONE + 1; kind < DAMAGE_COUNT; kind++) {
    const bool exists = start_rates[instrument->gear][kind] > 0;
    share[kind] = exists ? CLEAR_RATE * odds_of(ratio, kinds, kind) : 0;
    sum += share[kind];
  }
  for (int kind = DAMAGE_NONE + 1; kind < DAMAGE_COUNT; kind++) {
    share[kind] /= sum;
  }
  count(&instrument->key[pitch], share, is_contact);
  count(&instrument->all, share, is_wire);
}

EMEND_LIVE bool instrument_shows(const struct instrument *instrument, int pitch, enum damage kind)
{
  const struct instrument_key *key = &instrument->key[pitch];
  return key->faults[kind] >= SHOWN_FAULTS && key->faults[kind] >= SHOWN_RATE * key->strokes;
}

EMEND_LIVE void instrument_teach(struct instrument *instrument, int pitch, enum damage kind, bool meant)
{
  float *taught = &instrument->key[pitch].taught[kind];
  *taught += meant ? -TEACH_STEP : TEACH_STEP;
  *taught = fmaxf(-INSTRUMENT_TAUGHT_MOST, fminf(INSTRUMENT_TAUGHT_MOST, *taught));
}

EMEND_LIVE float instrument_price(float strength)
{
  if (!(strength > 0)) {
    return -INFINITY;
  }
  return strength < 1 ? -LOG_PRICE * (1 - strength) / strength : 0;
}
