/* SPDX-License-Identifier: MIT */
/* Makes the demo takes: FOLDER/minuet.mid, its noisy twin FOLDER/minuet-noisy.mid, and FOLDER/minuet-holes.mid,
 * in which notes are missing.
 *
 * The tune is the Minuet in G by Christian Petzold (1677-1733), long out of copyright, entered here
 * note by note. The played feel (timing, touch, dynamics, pedal) and the damage come from seeded
 * generators, so that the files can be made again, byte for byte. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "damage.h"
#include "smf_build.h"

enum {
  QUARTER = 480, /* ticks */
  BAR = 3 * QUARTER,
  BARS = 32,
  PHRASE = 8,  /* bars */
  LEAD_IN = 1, /* silent bars, so that the first stroke has room for its damage */
  TEMPO = 138, /* quarters a minute */
  TRACKS = 3,  /* conductor, right hand, left hand */
  RIGHT = 1,   /* their numbers */
  LEFT = 2,
  PEDAL = 64,   /* controller */
  POOL = 16384, /* more than all events but the notes take */
};

/* A bar a string: pitches, then a length: e(ighth), q(uarter), h(alf) or d(otted half). Several
 * pitches before one length are a chord. */
static const char *const right_hand[BARS] = {
  "D5q G4e A4e B4e C5e",       "D5q G4q G4q",          "E5q C5e D5e E5e F#5e", "G5q G4q G4q",
  "C5q D5e C5e B4e A4e",       "B4q C5e B4e A4e G4e",  "F#4q G4e A4e B4e G4e", "B4q A4h",
  "D5q G4e A4e B4e C5e",       "D5q G4q G4q",          "E5q C5e D5e E5e F#5e", "G5q G4q G4q",
  "C5q D5e C5e B4e A4e",       "B4q C5e B4e A4e G4e",  "A4q B4e A4e G4e F#4e", "G4d",
  "B5q G5e A5e B5e G5e",       "A5q D5e E5e F#5e D5e", "G5q E5e F#5e G5e D5e", "C#5q B4e C#5e A4q",
  "A4e B4e C#5e D5e E5e F#5e", "G5q F#5q E5q",         "F#5q A4q C#5q",        "D5d",
  "D5q G4e F#4e G4q",          "E5q G4e F#4e G4q",     "D5q C5q B4q",          "A4e G4e F#4e G4e A4q",
  "D4e E4e F#4e G4e A4e B4e",  "C5q B4q A4q",          "B4e D5e G4q F#4q",     "B3D4G4d",
};

static const char *const left_hand[BARS] = {
  "G3B3D4h A3q", "B3d",          "C4d",          "B3d",
  "A3d",         "G3d",          "D4q B3q G3q",  "D4q D3e C4e B3e A3e",
  "B3h A3q",     "G3q B3q G3q",  "C4d",          "B3q C4e B3e A3e G3e",
  "A3h F#3q",    "G3h B3q",      "C4q D4q D3q",  "G3h G2q",
  "G3d",         "F#3d",         "E3q G3q E3q",  "A3h A2q",
  "A3d",         "B3q D4q C#4q", "D4q F#3q A3q", "D4q D3q C4q",
  "B3h D4q",     "C4h E4q",      "B3q A3q G3q",  "D4d",
  "D3d",         "E3q G3q F#3q", "G3q B2q D3q",  "G3q D3q G2q",
};

/* How a hand plays. */
struct hand {
  uint16_t track;
  double velocity;
  double lead; /* ms before the beat */
};

static double bounded(double value, double low, double high)
{
  return fmax(low, fmin(high, value));
}

/* "F#5" at *text: the MIDI pitch; steps over it. */
static uint8_t read_pitch(const char **text)
{
  static const int semitones['G' - 'A' + 1] = {9, 11, 0, 2, 4, 5, 7};
  int pitch = semitones[*(*text)++ - 'A'];
  if (**text == '#') {
    pitch++;
    (*text)++;
  }
  return (uint8_t)(pitch + 12 * (*(*text)++ - '0' + 1));
}

static int ticks_of(char length)
{
  switch (length) {
  case 'e': return QUARTER / 2;
  case 'q': return QUARTER;
  case 'h': return 2 * QUARTER;
  default: return 3 * QUARTER;
  }
}

/* One note as a person would strike it: louder on the first beat and in the middle of a phrase, each
 * a little early or late, quarters detached, eighths and long notes nearly joined. */
static struct note strike(const struct smf *base, const struct hand *hand, uint8_t pitch, int bar, int tick,
                          int length, struct rng *rng)
{
  const double through = (bar % PHRASE + (double)tick / BAR) / PHRASE;
  const double swell = 10 * 4 * through * (1 - through);
  const double accent = tick == 0 ? 8 : 0;
  const double velocity = hand->velocity + swell + accent + 4 * rng_normal(rng);
  const double held = (length == QUARTER ? 0.72 : 0.92) + 0.04 * rng_normal(rng);
  const uint64_t begin = (uint64_t)((bar + LEAD_IN) * BAR + tick);
  const nanos on = smf_tick_time(base, begin);
  const nanos full = smf_tick_time(base, begin + (uint64_t)length) - on;
  const double early = hand->lead - 7 * bounded(rng_normal(rng), -2.5, 2.5);
  struct note note = {.pitch = pitch, .track = hand->track};
  note.on = on - (nanos)(early * (double)NANOS_PER_MILLISECOND);
  note.off = note.on + (nanos)((double)full * bounded(held, 0.5, 0.97));
  note.velocity = (uint8_t)lround(bounded(velocity, 20, 120));
  return note;
}

static enum status play_bar(const struct smf *base, const struct hand *hand, const char *text, int bar,
                            struct rng *rng, struct note_list *notes)
{
  enum status status = STATUS_OK;
  uint8_t chord[4];
  size_t size = 0;
  int tick = 0;
  while (*text != '\0' && status == STATUS_OK) {
    if (*text == ' ') {
      text++;
    } else if (*text >= 'A' && *text <= 'G' && size < sizeof chord) {
      chord[size++] = read_pitch(&text);
    } else {
      const int length = ticks_of(*text++);
      for (size_t i = 0; i < size && status == STATUS_OK; i++) {
        status = note_list_add(notes, strike(base, hand, chord[i], bar, tick, length, rng));
      }
      tick += length;
      size = 0;
    }
  }
  return status == STATUS_OK && tick != BAR ? STATUS_FORMAT : status;
}

static enum status play(const struct smf *base, struct note_list *notes)
{
  static const struct hand right = {RIGHT, 66, 8};
  static const struct hand left = {LEFT, 52, 0};
  struct rng rng;
  rng_seed(&rng, 1725); /* the year of the notebook it comes from */
  enum status status = STATUS_OK;
  for (int bar = 0; bar < BARS && status == STATUS_OK; bar++) {
    status = play_bar(base, &right, right_hand[bar], bar, &rng, notes);
    if (status == STATUS_OK) {
      status = play_bar(base, &left, left_hand[bar], bar, &rng, notes);
    }
  }
  note_list_sort(notes);
  return status;
}

static enum status add(struct smf_builder *builder, int tick, int track, enum smf_kind kind, const void *bytes,
                       size_t size)
{
  const struct smf_event event = {
    .tick = (uint64_t)tick, .track = (uint16_t)track, .kind = (uint8_t)kind, .size = (uint32_t)size};
  uint8_t *room = builder->used + size > POOL ? NULL : smf_builder_add(builder, event);
  if (room == NULL) {
    return STATUS_NO_MEMORY;
  }
  memcpy(room, bytes, size);
  return STATUS_OK;
}

static enum status add_name(struct smf_builder *builder, int track, const char *name)
{
  uint8_t bytes[64] = {0xFF, 0x03};
  const size_t size = strlen(name);
  memcpy(bytes + 2, name, size);
  return add(builder, 0, track, SMF_META, bytes, size + 2);
}

static enum status add_tempo(struct smf_builder *builder, int bar, double quarters_a_minute)
{
  const long tempo = lround(6e7 / quarters_a_minute);
  const uint8_t bytes[] = {0xFF, META_TEMPO, (uint8_t)(tempo >> 16), (uint8_t)(tempo >> 8), (uint8_t)tempo};
  return add(builder, bar * BAR, 0, SMF_META, bytes, sizeof bytes);
}

/* Phrases breathe, both halves end broadly. */
static double tempo_of(int bar)
{
  static const double breath[PHRASE] = {0.99, 1.0, 1.01, 1.01, 1.015, 1.01, 1.0, 0.965};
  const double broad = bar == BARS - 1 ? 0.82 : bar == BARS - 2 ? 0.92 : bar == BARS / 2 - 1 ? 0.95 : 1;
  return TEMPO * breath[bar % PHRASE] * broad;
}

static enum status add_pedal(struct smf_builder *builder, int bar, struct rng *rng)
{
  const int begin = (bar + LEAD_IN) * BAR;
  const int down = begin + 40 + (int)rng_below(rng, 40);
  const int up = begin + BAR - 120 - (int)rng_below(rng, 80);
  const uint8_t press[] = {MIDI_CONTROL, PEDAL, (uint8_t)(90 + rng_below(rng, 38))};
  const uint8_t lift[] = {MIDI_CONTROL, PEDAL, 0};
  const enum status status = add(builder, down, LEFT, SMF_CHANNEL, press, sizeof press);
  return status == STATUS_OK ? add(builder, up, LEFT, SMF_CHANNEL, lift, sizeof lift) : status;
}

static enum status add_bars(struct smf_builder *builder)
{
  struct rng rng;
  rng_seed(&rng, 64);
  enum status status = add_tempo(builder, 0, TEMPO);
  for (int bar = 0; bar < BARS && status == STATUS_OK; bar++) {
    status = add_tempo(builder, bar + LEAD_IN, tempo_of(bar));
    if (status == STATUS_OK && strchr(left_hand[bar], 'd') != NULL) { /* long basses carry the pedal */
      status = add_pedal(builder, bar, &rng);
    }
  }
  return status;
}

/* All but the notes: names, metre, key, tempo, pedal. */
static enum status make_base(struct smf *base, struct error *error)
{
  static const uint8_t metre[] = {0xFF, 0x58, 3, 2, 24, 8};
  static const uint8_t key[] = {0xFF, 0x59, 1, 0}; /* one sharp, major */
  static const char *const names[TRACKS] = {"Minuet in G (Christian Petzold)", "Right hand", "Left hand"};
  struct smf_builder builder;
  enum status status = smf_builder_begin(&builder, 1, QUARTER, TRACKS, POOL);
  for (int track = 0; track < TRACKS && status == STATUS_OK; track++) {
    status = add_name(&builder, track, names[track]);
  }
  if (status == STATUS_OK) {
    status = add(&builder, 0, 0, SMF_META, metre, sizeof metre);
  }
  if (status == STATUS_OK) {
    status = add(&builder, 0, 0, SMF_META, key, sizeof key);
  }
  if (status == STATUS_OK) {
    status = add_bars(&builder);
  }
  if (status != STATUS_OK) {
    smf_free(&builder.smf);
    return error_set(error, status, "the minuet's frame could not be made");
  }
  return smf_builder_finish(&builder, base, "minuet", error);
}

static enum status save(const struct smf *base, const struct note_list *notes, const char *folder,
                        const char *name, struct error *error)
{
  struct smf smf;
  uint8_t *data = NULL;
  size_t size = 0;
  char path[1024];
  enum status status = smf_with_notes(base, notes, &smf, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = smf_write(&smf, &data, &size, error);
  smf_free(&smf);
  if (status != STATUS_OK) {
    return status;
  }
  snprintf(path, sizeof path, "%s/%s", folder, name);
  FILE *file = fopen(path, "wb");
  const bool written = file != NULL && fwrite(data, 1, size, file) == size;
  const bool closed = file != NULL && fclose(file) == 0;
  free(data);
  return written && closed ? STATUS_OK : error_set(error, STATUS_IO, "%s: cannot write", path);
}

/* The noisy twin: about twice the usual damage, so that it is heard at once. */
static enum status damage(const struct note_list *notes, struct note_list *noisy, struct error *error)
{
  static const struct corrupt_rates rates = {
    .bounce = 0.06, .brush = 0.10, .harmonic = 0.06, .ghost = 0.6, .crosstalk = 0.02};
  struct rng rng;
  rng_seed(&rng, 114); /* its number in the catalogue */
  return corrupt_notes(notes, &rates, &rng, noisy, error);
}

/* Whether the note was struck between two beats of the piece, with the player's liberty. */
static bool is_between(const struct smf *base, const struct note *note, int bar, int beat, int beats)
{
  const uint64_t begin = (uint64_t)((bar + LEAD_IN) * BAR + beat * QUARTER);
  const nanos liberty = 60 * NANOS_PER_MILLISECOND;
  return note->on >= smf_tick_time(base, begin) - liberty &&
         note->on < smf_tick_time(base, begin + (uint64_t)(beats * QUARTER)) - liberty;
}

/* A bar is missing, a chord of both hands, and some single notes. */
static enum status punch_holes(const struct smf *base, const struct note_list *notes, struct note_list *holed)
{
  struct rng rng;
  rng_seed(&rng, 17);
  enum status status = STATUS_OK;
  for (size_t i = 0; i < notes->count && status == STATUS_OK; i++) {
    const struct note *note = &notes->notes[i];
    const bool is_single = rng_uniform(&rng) < 0.03;
    if (!is_single && !is_between(base, note, 10, 0, 3) && !is_between(base, note, 13, 0, 1)) {
      status = note_list_add(holed, *note);
    }
  }
  return status;
}

/* The demo takes, of what is played. */
static enum status save_all(const struct smf *base, const struct note_list *notes, const char *folder,
                            struct error *error)
{
  struct note_list noisy = {0};
  struct note_list holed = {0};
  enum status status = save(base, notes, folder, "minuet.mid", error);
  if (status == STATUS_OK) {
    status = damage(notes, &noisy, error);
  }
  if (status == STATUS_OK) {
    status = save(base, &noisy, folder, "minuet-noisy.mid", error);
  }
  if (status == STATUS_OK) {
    status = punch_holes(base, notes, &holed);
  }
  if (status == STATUS_OK) {
    status = save(base, &holed, folder, "minuet-holes.mid", error);
  }
  note_list_free(&noisy);
  note_list_free(&holed);
  return status;
}

int main(int argc, char **argv)
{
  struct smf base;
  struct note_list notes = {0};
  struct error error = {.text = "out of memory or a bar that does not add up"};
  if (argc != 2) {
    fputs("usage: make_demo FOLDER\n", stderr);
    return 2;
  }
  enum status status = make_base(&base, &error);
  if (status == STATUS_OK) {
    status = play(&base, &notes);
    if (status == STATUS_OK) {
      status = save_all(&base, &notes, argv[1], &error);
    }
    smf_free(&base);
  }
  note_list_free(&notes);
  if (status != STATUS_OK) {
    fprintf(stderr, "%s\n", error.text);
    return 1;
  }
  return 0;
}
