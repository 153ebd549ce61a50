#include "rates.h"

#include <string.h>

static struct option_spec rate(const char *name, double *value, double high, const char *help)
{
  return (struct option_spec){
    .name = name, .kind = OPTION_NUMBER, .value = value, .argument = "P", .help = help, .low = 0, .high = high};
}

void rates_options(struct corrupt_rates *rates, bool *given, struct option_spec specs[RATES_COUNT])
{
  const struct option_spec all[RATES_COUNT] = {
    rate("bounce", &rates->bounce, 1, "share of notes struck twice by a bouncing key"),
    rate("brush", &rates->brush, 1, "share of notes that brush a neighbour"),
    rate("harmonic", &rates->harmonic, 1, "share of notes with a false octave or fifth above"),
    rate("ghost", &rates->ghost, 100, "ghost notes a second"),
    rate("crosstalk", &rates->crosstalk, 1, "share of notes that sound another key softly"),
    rate("drop", &rates->drop, 1, "share of notes lost"),
    rate("drop-chord", &rates->drop_chord, 1, "share of chords that lose half or more"),
    rate("drop-burst", &rates->drop_burst, 1000, "bursts a minute in which every note is lost"),
    {.name = "dead-keys",
     .kind = OPTION_INTEGER,
     .value = &rates->dead_keys,
     .argument = "N",
     .help = "keys that never sound",
     .low = 0,
     .high = PITCHES},
    rate("stuck", &rates->stuck, 1, "share of notes whose note-off never comes"),
    rate("off-to-on", &rates->off_to_on, 1, "share of note-offs turned into note-ons"),
    rate("velocity-band", &rates->velocity_band, 1, "share of keys that cannot reach some velocities"),
  };

  memcpy(specs, all, sizeof all);
  for (int i = 0; i < RATES_COUNT; i++) {
    specs[i].given = given;
  }
}
