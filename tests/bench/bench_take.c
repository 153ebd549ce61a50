/* SPDX-License-Identifier: MIT */
#include "bench_take.h"

#include "damage.h"

/* The strokes of one channel, damaged. */
static enum status add_channel(int count, uint8_t channel, struct note_list *notes, struct error *error)
{
  struct note_list played = {0};
  struct note_list damaged = {0};
  struct rng rng;
  rng_seed(&rng, 7 + channel);
  nanos now = 0;
  enum status status = STATUS_OK;
  for (int i = 0; i < count && status == STATUS_OK; i++) {
    now += (nanos)rng_between(&rng, 5e6, 160e6);
    const nanos length = (nanos)rng_between(&rng, 60e6, 600e6);
    const struct note note = {.on = now,
                              .off = now + length,
                              .channel = channel,
                              .pitch = (uint8_t)(36 + rng_below(&rng, 60)),
                              .velocity = (uint8_t)(30 + rng_below(&rng, 80))};
    status = note_list_add(&played, note);
  }
  if (status == STATUS_OK) {
    status = corrupt_notes(&played, &corrupt_default_rates, &rng, &damaged, error);
  }
  for (size_t i = 0; i < damaged.count && status == STATUS_OK; i++) {
    status = note_list_add(notes, damaged.notes[i]);
  }
  note_list_free(&played);
  note_list_free(&damaged);
  return status;
}

enum status bench_notes(int count, int channels, struct note_list *notes, struct error *error)
{
  *notes = (struct note_list){0};
  enum status status = STATUS_OK;
  for (int channel = 0; channel < channels && status == STATUS_OK; channel++) {
    status = add_channel(count / channels, (uint8_t)channel, notes, error);
  }
  note_list_sort(notes);
  if (status != STATUS_OK) {
    note_list_free(notes);
    return error_set(error, status, "no notes to play: %s", status_name(status));
  }
  return STATUS_OK;
}

enum status bench_take(int count, int channels, struct take *take, struct error *error)
{
  struct note_list notes;
  enum status status = bench_notes(count, channels, &notes, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = take_from_notes(take, &notes);
  note_list_free(&notes);
  return status == STATUS_OK ? status : error_set(error, status, "no take to play: %s", status_name(status));
}
