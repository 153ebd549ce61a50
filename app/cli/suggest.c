/* SPDX-License-Identifier: MIT */
#include "suggest.h"

#include <string.h>

enum { WORD_MAX = 40 };

static int least(int a, int b)
{
  return a < b ? a : b;
}

/* Optimal string alignment distance, by rows. */
static int distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
  int rows[3][WORD_MAX + 1];
  int *before = rows[0], *above = rows[1], *row = rows[2];

  for (size_t j = 0; j <= b_size; j++) {
    above[j] = (int)j;
    before[j] = 0;
  }
  for (size_t i = 1; i <= a_size; i++) {
    row[0] = (int)i;
    for (size_t j = 1; j <= b_size; j++) {
      row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]), least(above[j], row[j - 1]) + 1);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = least(row[j], before[j - 2] + 1);
      }
    }
    int *const free_row = before;
    before = above;
    above = row;
    row = free_row;
  }
  return above[b_size];
}

const char *suggest(const char *given, size_t size, const char *const *names, int count)
{
  const char *best = NULL;
  int best_distance = 0;

  if (size < 2 || size > WORD_MAX) {
    return NULL;
  }
  for (int i = 0; i < count; i++) {
    const size_t name_size = strlen(names[i]);
    if (name_size > WORD_MAX) {
      continue;
    }
    const int allowed = (int)(size < name_size ? name_size : size) / 3;
    const int off = distance(given, size, names[i], name_size);
    const int cost = size < name_size && strncmp(given, names[i], size) == 0 ? least(off, 1) : off;
    if (cost <= allowed && (best == NULL || cost < best_distance)) {
      best = names[i];
      best_distance = cost;
    }
  }
  return best;
}
