/* SPDX-License-Identifier: MIT */
#include "pitch_rows.h"

#include <string.h>

#include "vectors.h"

static const real NOTES_SCALE = (real)0.25; /* of the number of notes, as a feature */

/* Of the features that make up row `i`: its class. Within reach, i + 1 is its own. */
static size_t class_feature(size_t i)
{
  return 1 + PITCH_REACH + (i < PITCH_REACH ? (i + 1) % PITCH_CLASSES : i - PITCH_REACH);
}

void pitch_rows(size_t G, const real *features, real *rows)
{
  memset(rows, 0, PITCH_DISTANCES * G * sizeof *rows);
  for (size_t i = 0; i < PITCH_DISTANCES; i++, rows += G) {
    add_scaled(G, NOTES_SCALE, features, rows);
    add_scaled(G, 1, features + class_feature(i) * G, rows);
    if (i < PITCH_REACH) {
      add_scaled(G, 1, features + (1 + i) * G, rows);
    }
  }
}

void pitch_rows_backward(size_t G, const real *to_rows, real *to_features)
{
  for (size_t i = 0; i < PITCH_DISTANCES; i++, to_rows += G) {
    add_scaled(G, NOTES_SCALE, to_rows, to_features);
    add_scaled(G, 1, to_rows, to_features + class_feature(i) * G);
    if (i < PITCH_REACH) {
      add_scaled(G, 1, to_rows, to_features + (1 + i) * G);
    }
  }
}
