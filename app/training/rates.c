/* SPDX-License-Identifier: MIT */
#include "rates.h"

#include <string.h>

static struct option_spec rate(const char *name, double *value, double high, const char *help)
{
  return (struct option_spec){
    .name = name, .kind = OPTION_NUMBER, .value = value, .argument = "P", .help = help, .low = 0, .high = high};
}

void rates_options(struct corrupt_rates *rates, bool *given, struct option_spec specs[RATES_COUNT])
{
  const struct corrupt_rates *most = &corrupt_most_rates;
  const struct option_spec all[RATES_COUNT] = {
    rate("bounce", &rates->bounce, most->bounce, "share of notes struck twice by a bouncing key"),
    rate("release", &rates->release, most->release, "share of notes whose key strikes again as it is let go"),
    rate("brush", &rates->brush, most->brush, "share of notes that brush a neighbour"),
    rate("harmonic", &rates->harmonic, most->harmonic, "share of notes with a false octave or fifth above"),
    rate("ghost", &rates->ghost, most->ghost, "ghost notes a second"),
    rate("crosstalk", &rates->crosstalk, most->crosstalk, "share of notes that sound another key softly"),
    {.name = "worn-keys",
     .kind = OPTION_INTEGER,
     .value = &rates->worn_keys,
     .argument = "N",
     .help = "keys that strike twice in 10 to 50 % of their strokes",
     .low = 0,
     .high = most->worn_keys},
    rate("drop", &rates->drop, most->drop, "share of notes lost"),
    rate("drop-chord", &rates->drop_chord, most->drop_chord, "share of chords that lose half or more"),
    rate("drop-burst", &rates->drop_burst, most->drop_burst, "bursts a minute in which every note is lost"),
    {.name = "dead-keys",
     .kind = OPTION_INTEGER,
     .value = &rates->dead_keys,
     .argument = "N",
     .help = "keys that never sound",
     .low = 0,
     .high = most->dead_keys},
    rate("stuck", &rates->stuck, most->stuck, "share of notes whose note-off never comes"),
    rate("off-to-on", &rates->off_to_on, most->off_to_on, "share of note-offs turned into note-ons"),
    rate("velocity-band", &rates->velocity_band, most->velocity_band,
         "share of keys that cannot reach some velocities"),
  };

  memcpy(specs, all, sizeof all);
  for (int i = 0; i < RATES_COUNT; i++) {
    specs[i].given = given;
  }
}
