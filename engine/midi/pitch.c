/* SPDX-License-Identifier: MIT */
#include "pitch.h"

#include <stdbool.h>
#include <stdio.h>

const char *pitch_name(int pitch, char name[PITCH_NAME_MAX])
{
  static const char *const classes[] = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};

  snprintf(name, PITCH_NAME_MAX, "%s%d", classes[(pitch & 0x7F) % 12], (pitch & 0x7F) / 12 - 1);
  return name;
}

int pitch_read(const char **text)
{
  static const int steps[] = {9, 11, 0, 2, 4, 5, 7}; /* A to G */
  const char *at = *text;
  const int letter = (*at | 0x20) - 'a';
  if (letter < 0 || letter > 6) {
    return -1;
  }
  int pitch = steps[letter];
  at++;
  if (*at == '#' || *at == 'b') {
    pitch += *at == '#' ? 1 : -1;
    at++;
  }
  const bool below = *at == '-';
  at += below;
  if (*at < '0' || *at > '9') {
    return -1;
  }
  const int octave = *at - '0';
  pitch += 12 * ((below ? -octave : octave) + 1);
  *text = at + 1;
  return pitch >= 0 && pitch < 128 ? pitch : -1;
}
