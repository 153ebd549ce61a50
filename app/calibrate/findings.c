/* SPDX-License-Identifier: MIT */
#include "findings.h"

#include <stdlib.h>
#include <string.h>

#include "pitch.h"

enum {
  SECONDS_LEAST = 2,    /* second strokes that are no accident, */
  SECONDS_PER_CENT = 2, /* and their share of a key's strokes */
  STUCK_LEAST = 3,
  STUCK_PER_CENT = 50,  /* of a key's strokes, */
  STUCK_ELSEWHERE = 10, /* per cent of the other keys' at most */
  ECHOES_LEAST = 3,
  ECHOES_PER_CENT = 50,
  ECHO_NEAR = 32,        /* strokes either side that are looked at: more at once are no playing */
  MISSING_PER_CENT = 90, /* of the keys between the lowest and the highest were struck */
  MISSING_KEYS = 24,     /* and so many at least */
};

#define ECHO_SPAN (15 * NANOS_PER_MILLISECOND)
#define MILLISECONDS(nanos) ((float)(nanos) / (float)NANOS_PER_MILLISECOND)

static int by_size(const void *a, const void *b)
{
  const float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static struct second_strokes summarise(float *gaps, int count)
{
  if (count == 0) {
    return (struct second_strokes){.count = 0};
  }
  qsort(gaps, (size_t)count, sizeof *gaps, by_size);
  return (struct second_strokes){count, gaps[count / 2], gaps[(int)(0.95 * (count - 1) + 0.5)]};
}

/* One key's strokes, one after another. */
struct walk {
  const struct note *meant; /* the last stroke that was no second one; NULL: none yet */
  nanos released;           /* when the key last came up */
  float *press, *release;   /* gaps, ms */
  int presses, releases;
};

static void take_stroke(struct walk *walk, const struct note *note)
{
  const struct note *meant = walk->meant;
  if (meant != NULL && note->on - meant->on < FINDINGS_LEAST) {
    return; /* two parts of a recording, or a message sent twice: no contact is so quick */
  }
  if (meant != NULL && note->on - meant->on < FINDINGS_PRESS) {
    walk->press[walk->presses++] = MILLISECONDS(note->on - meant->on);
  } else if (meant != NULL && note->on >= walk->released && note->on - walk->released <= FINDINGS_RELEASE &&
             2 * note->velocity <= meant->velocity) {
    walk->release[walk->releases++] = MILLISECONDS(note->on - walk->released);
  } else {
    walk->meant = note;
  }
  walk->released = note->off > walk->released || walk->meant == note ? note->off : walk->released;
}

static void find_seconds(struct key_findings *key, const struct note_list *notes, int pitch, float *gaps)
{
  struct walk walk = {.meant = NULL};
  walk.press = gaps;
  walk.release = gaps + notes->count;
  for (size_t i = 0; i < notes->count; i++) {
    const struct note *note = &notes->notes[i];
    if (note->pitch == pitch && note->channel != DRUM_CHANNEL) {
      take_stroke(&walk, note);
      key->strokes++;
      key->loudest += note->velocity == 127;
      key->softest += note->velocity == 1;
    }
  }
  key->press = summarise(walk.press, walk.presses);
  key->release = summarise(walk.release, walk.releases);
}

/* Does `note` come softly with another stroke? Which key that is, or -1. */
static int cause_of(const struct note_list *notes, size_t i)
{
  const struct note *note = &notes->notes[i];
  for (int step = -1; step <= 1; step += 2) {
    int looked = 0;
    for (size_t j = i + (size_t)step; j < notes->count; j += (size_t)step) { /* below 0 wraps round: the end */
      const struct note *other = &notes->notes[j];
      const nanos apart = other->on > note->on ? other->on - note->on : note->on - other->on;
      if (apart > ECHO_SPAN || looked++ == ECHO_NEAR) {
        break;
      }
      if (other->channel != DRUM_CHANNEL && other->pitch != note->pitch &&
          4 * note->velocity <= other->velocity) {
        return other->pitch;
      }
    }
  }
  return -1;
}

/* For each key the one that most of its soft companions came with. counts (KEYS, KEYS), cleared. */
static void find_echoes(struct findings *findings, const struct note_list *notes, int *counts)
{
  for (size_t i = 0; i < notes->count; i++) {
    const int cause = notes->notes[i].channel != DRUM_CHANNEL ? cause_of(notes, i) : -1;
    if (cause >= 0) {
      counts[notes->notes[i].pitch * KEYS + cause]++;
    }
  }
  for (int pitch = 0; pitch < KEYS; pitch++) {
    struct key_findings *key = &findings->key[pitch];
    key->echoed = -1;
    for (int cause = 0; cause < KEYS; cause++) {
      if (counts[pitch * KEYS + cause] > key->echoes) {
        key->echoes = counts[pitch * KEYS + cause];
        key->echoed = cause;
      }
    }
  }
}

enum status findings_make(struct findings *findings, const struct note_list *notes)
{
  memset(findings, 0, sizeof *findings);
  float *gaps = malloc((2 * notes->count + 1) * sizeof *gaps);
  int *counts = calloc((size_t)KEYS * KEYS, sizeof *counts);
  const enum status status = gaps != NULL && counts != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (int pitch = 0; pitch < KEYS && status == STATUS_OK; pitch++) {
    struct key_findings *key = &findings->key[pitch];
    find_seconds(key, notes, pitch, gaps);
    findings->strokes += key->strokes;
    if (key->strokes > 0) {
      findings->lowest = findings->keys == 0 ? pitch : findings->lowest;
      findings->highest = pitch;
      findings->keys++;
    }
  }
  if (status == STATUS_OK) {
    find_echoes(findings, notes, counts);
    findings->drums = (int)notes->count - findings->strokes;
  }
  free(gaps);
  free(counts);
  return status;
}

enum status findings_check(const struct findings *findings, const char *name, struct error *error)
{
  if (findings->keys >= 2) {
    return STATUS_OK;
  }
  if (findings->keys == 1) {
    return error_set(error, STATUS_USAGE,
                     "%.200s: only one key was played, which says nothing about a keyboard; play more of it",
                     name);
  }
  return findings->drums > 0
           ? error_set(error, STATUS_USAGE, "%.200s: there are only drums; calibration is for keyboards", name)
           : error_set(error, STATUS_USAGE, "%.200s: there are no notes; check what is connected", name);
}

static bool is_common(int count, int of, int least, int per_cent)
{
  return count >= least && 100 * count >= per_cent * of;
}

bool findings_press(const struct key_findings *key)
{
  return is_common(key->press.count, key->strokes, SECONDS_LEAST, SECONDS_PER_CENT);
}

bool findings_release(const struct key_findings *key)
{
  return is_common(key->release.count, key->strokes, SECONDS_LEAST, SECONDS_PER_CENT);
}

bool findings_echo(const struct key_findings *key)
{
  return is_common(key->echoes, key->strokes, ECHOES_LEAST, ECHOES_PER_CENT);
}

bool findings_stuck(const struct findings *findings, int pitch, int velocity)
{
  const struct key_findings *key = &findings->key[pitch];
  const int own = velocity == 127 ? key->loudest : key->softest;
  int elsewhere = 0;
  for (int other = 0; other < KEYS; other++) {
    elsewhere += velocity == 127 ? findings->key[other].loudest : findings->key[other].softest;
  }
  elsewhere -= own;
  return is_common(own, key->strokes, STUCK_LEAST, STUCK_PER_CENT) &&
         100 * elsewhere <= STUCK_ELSEWHERE * (findings->strokes - key->strokes);
}

bool findings_missing(const struct findings *findings, int pitch)
{
  const int span = findings->highest - findings->lowest + 1;
  return findings->asked && findings->keys >= MISSING_KEYS && 100 * findings->keys >= MISSING_PER_CENT * span &&
         pitch > findings->lowest && pitch < findings->highest && findings->key[pitch].strokes == 0;
}

/* What a line of the sheet is about: which keys, and what the line ends with. */
struct fault {
  bool (*has)(const struct findings *findings, int pitch);
  const char *one, *many;                                                  /* "strikes", "strike" */
  const char *what;                                                        /* "twice at press" */
  const struct second_strokes *(*seconds)(const struct key_findings *key); /* or NULL */
  const char *advice;
};

static bool has_press(const struct findings *findings, int pitch)
{
  return findings_press(&findings->key[pitch]);
}

static bool has_release(const struct findings *findings, int pitch)
{
  return findings_release(&findings->key[pitch]);
}

static bool has_loudest(const struct findings *findings, int pitch)
{
  return findings_stuck(findings, pitch, 127);
}

static bool has_softest(const struct findings *findings, int pitch)
{
  return findings_stuck(findings, pitch, 1);
}

static const struct second_strokes *press_of(const struct key_findings *key)
{
  return &key->press;
}

static const struct second_strokes *release_of(const struct key_findings *key)
{
  return &key->release;
}

static const struct fault faults[] = {
  {has_press, "strikes", "strike", "twice at press", press_of, "clean the contacts"},
  {has_release, "strikes", "strike", "again when released", release_of, "clean the contacts"},
  {has_loudest, "is", "are", "stuck at velocity 127", NULL, "clean the contacts"},
  {has_softest, "is", "are", "stuck at velocity 1", NULL, "clean the contacts"},
  {findings_missing, "was", "were", "not heard", NULL, "check the key, unless you skipped it"},
};

static void print_fault(const struct findings *findings, const struct fault *fault, int keys, FILE *out)
{
  int printed = 0, strokes = 0, seconds = 0;
  float gap = 0;
  for (int pitch = 0; pitch < KEYS; pitch++) {
    char name[PITCH_NAME_MAX];
    if (!fault->has(findings, pitch)) {
      continue;
    }
    const char *before = printed == 0 ? "" : printed == keys - 1 ? " and " : ", ";
    fprintf(out, "%s%s", before, pitch_name(pitch, name));
    printed++;
    strokes += findings->key[pitch].strokes;
    if (fault->seconds != NULL) {
      const struct second_strokes *second = fault->seconds(&findings->key[pitch]);
      seconds += second->count;
      gap += second->median * (float)second->count;
    }
  }
  fprintf(out, " %s %s", keys == 1 ? fault->one : fault->many, fault->what);
  if (seconds > 0) {
    fprintf(out, " (%.0f ms apart, %.0f %% of strokes)", (double)gap / seconds, 100.0 * seconds / strokes);
  }
  fprintf(out, ": %s\n", fault->advice);
}

static bool print_echo(const struct findings *findings, int pitch, FILE *out)
{
  const struct key_findings *key = &findings->key[pitch];
  char name[PITCH_NAME_MAX], cause[PITCH_NAME_MAX];
  if (!findings_echo(key)) {
    return false;
  }
  fprintf(out, "%s sounds softly when %s is struck (%d of its %d strokes): crosstalk\n",
          pitch_name(pitch, name), pitch_name(key->echoed, cause), key->echoes, key->strokes);
  return true;
}

void findings_print(const struct findings *findings, FILE *out)
{
  bool any = false;
  for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
    int keys = 0;
    for (int pitch = 0; pitch < KEYS; pitch++) {
      keys += faults[i].has(findings, pitch);
    }
    if (keys > 0) {
      print_fault(findings, &faults[i], keys, out);
      any = true;
    }
  }
  for (int pitch = 0; pitch < KEYS; pitch++) {
    any |= print_echo(findings, pitch, out);
  }
  if (!any) {
    fprintf(out, "No fault found on %d keys in %d strokes.\n", findings->keys, findings->strokes);
  }
}
