/* SPDX-License-Identifier: MIT */
#include "pitch.h"

#include <stdio.h>

const char *pitch_name(int pitch, char name[PITCH_NAME_MAX])
{
  static const char *const classes[] = {"C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"};

  snprintf(name, PITCH_NAME_MAX, "%s%d", classes[(pitch & 0x7F) % 12], (pitch & 0x7F) / 12 - 1);
  return name;
}
