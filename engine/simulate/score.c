/* SPDX-License-Identifier: MIT */
#include "score.h"

#include <stdlib.h>

static double share(uint64_t part, uint64_t whole)
{
  return whole == 0 ? 1.0 : (double)part / (double)whole;
}

double score_precision(const struct score *score)
{
  return share(score->hits, score->given);
}

double score_recall(const struct score *score)
{
  return share(score->hits, score->wanted);
}

double score_f1(const struct score *score)
{
  return share(2 * score->hits, score->wanted + score->given);
}

/* Onsets by pitch: those of pitch p are onset[start[p]] up to start[p + 1], in time. */
struct onsets {
  size_t start[KEYS + 1];
  nanos *onset;
};

static enum status onsets_find(struct onsets *onsets, const struct note_list *notes)
{
  *onsets = (struct onsets){0};
  onsets->onset = malloc((notes->count + 1) * sizeof *onsets->onset);
  if (onsets->onset == NULL) {
    return STATUS_NO_MEMORY;
  }
  size_t fill[KEYS + 1] = {0};
  for (size_t i = 0; i < notes->count; i++) {
    fill[notes->notes[i].pitch + 1]++;
  }
  for (int pitch = 0; pitch < KEYS; pitch++) {
    fill[pitch + 1] += fill[pitch];
    onsets->start[pitch + 1] = fill[pitch + 1];
  }
  for (size_t i = 0; i < notes->count; i++) {
    onsets->onset[fill[notes->notes[i].pitch]++] = notes->notes[i].on;
  }
  return STATUS_OK;
}

/* With windows of one width, pairing in order of time finds the most pairs. */
static uint64_t count_pairs(const nanos *wanted, size_t wanted_count, const nanos *given, size_t given_count,
                            nanos tolerance)
{
  uint64_t pairs = 0;
  size_t w = 0;
  size_t g = 0;
  while (w < wanted_count && g < given_count) {
    if (given[g] < wanted[w] - tolerance) {
      g++;
    } else if (given[g] > wanted[w] + tolerance) {
      w++;
    } else {
      pairs++;
      g++;
      w++;
    }
  }
  return pairs;
}

enum status score_notes(const struct note_list *wanted, const struct note_list *given, nanos tolerance,
                        struct score *score)
{
  struct onsets want, have = {0};
  enum status status = onsets_find(&want, wanted);
  if (status == STATUS_OK) {
    status = onsets_find(&have, given);
  }
  for (int pitch = 0; pitch < KEYS && status == STATUS_OK; pitch++) {
    score->hits +=
      count_pairs(want.onset + want.start[pitch], want.start[pitch + 1] - want.start[pitch],
                  have.onset + have.start[pitch], have.start[pitch + 1] - have.start[pitch], tolerance);
  }
  if (status == STATUS_OK) {
    score->wanted += wanted->count;
    score->given += given->count;
  }
  free(want.onset);
  free(have.onset);
  return status;
}

void score_cells(const uint8_t *wanted, const uint8_t *given, size_t count, struct score *score)
{
  for (size_t i = 0; i < count; i++) {
    score->wanted += wanted[i] != 0;
    score->given += given[i] != 0;
    score->hits += wanted[i] != 0 && given[i] != 0;
  }
}
