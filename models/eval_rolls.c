/* Denoising of rolls (paper 4.2): cells turned on at random, scored by cells. */
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "eval_parts.h"
#include "vosp_live.h"

enum { ROLL_VELOCITY = 64 };

static const double ROLL_BPM = 120;

/* One roll as damaged and what each rule makes of it, (T, D) each. */
struct results {
  uint8_t *noisy, *paper, *gate, *hold, *drop_short;
};

static struct frame frame_of(const uint8_t *cells)
{
  struct frame frame = {{{0}}};
  memcpy(frame.cell[0], cells, PITCHES);
  return frame;
}

/* The mode of z from what was received, then p(x | z) > 1/2 for every cell. */
static void paper_rule(const struct cleaner *cleaner, const uint8_t *noisy, int frames, uint8_t *out)
{
  void *state = cleaner->state[0];
  cleaner->ops->reset(state);
  for (int t = 0; t < frames; t++, noisy += PITCHES, out += PITCHES) {
    const struct frame received = frame_of(noisy);
    float log_odds[PITCHES];
    vosp_live_mode(state, &received, log_odds);
    for (int i = 0; i < PITCHES; i++) {
      out[i] = log_odds[i] > 0;
    }
    cleaner->ops->advance(state, &received, &received);
  }
}

/* One frame as the live engine would hear it: all strokes at once, judged from the lowest up. */
static void gate_frame(const struct cleaner *cleaner, struct channel *channel, float threshold, nanos time,
                       const uint8_t *noisy, uint8_t *out)
{
  void *state = cleaner->state[0];
  const struct gate *gate = cleaner->gate;
  for (int i = 0; i < PITCHES; i++) {
    if (noisy[i]) {
      channel_receive(channel, time, PITCH_LOW + i, ROLL_VELOCITY);
    }
  }
  for (int i = 0; i < PITCHES; i++) {
    float input[GATE_INPUT_MAX];
    out[i] = noisy[i];
    if (noisy[i]) {
      channel_sense(channel, cleaner->ops, state, gate->context_size, time, PITCH_LOW + i, ROLL_VELOCITY,
                    input);
      out[i] = gate_judge(gate, input).log_odds >= threshold;
      channel_settle(channel, PITCH_LOW + i, ROLL_VELOCITY, out[i]);
    }
  }
  for (int i = 0; i < PITCHES; i++) {
    if (noisy[i]) {
      channel_release(channel, PITCH_LOW + i, out[i]);
    }
  }
  channel_tick(channel, cleaner->ops, state);
}

static enum status gate_rule(const struct cleaner *cleaner, float strength, const uint8_t *noisy, int frames,
                             uint8_t *out)
{
  if (cleaner->gate == NULL) {
    memcpy(out, noisy, (size_t)frames * PITCHES);
    return STATUS_OK;
  }
  struct channel *channel = malloc(sizeof *channel);
  if (channel == NULL) {
    return STATUS_NO_MEMORY;
  }
  channel_reset(channel);
  cleaner->ops->reset(cleaner->state[0]);
  const nanos duration = frame_duration(&cleaner->frame, ROLL_BPM);
  const float threshold = gate_threshold(cleaner->gate, strength);
  for (int t = 0; t < frames; t++) {
    const size_t at = (size_t)t * PITCHES;
    gate_frame(cleaner, channel, threshold, t * duration, noisy + at, out + at);
  }
  free(channel);
  return STATUS_OK;
}

/* The trivial rules: a cell stays if it was on a frame ago; or if it was, or will be. */
static void trivial_rules(const uint8_t *noisy, int frames, uint8_t *hold, uint8_t *drop_short)
{
  const size_t count = (size_t)frames * PITCHES;
  for (size_t i = 0; i < count; i++) {
    const bool before = i >= PITCHES && noisy[i - PITCHES];
    const bool after = i + PITCHES < count && noisy[i + PITCHES];
    hold[i] = noisy[i] && before;
    drop_short[i] = noisy[i] && (before || after);
  }
}

enum status denoise_roll(const struct denoise_run *run, struct denoise_worker *worker, size_t index)
{
  const struct sequence *sequence = &run->data->sequences[index];
  const size_t count = (size_t)sequence->frames * PITCHES;
  uint8_t *block = malloc(5 * count);
  if (block == NULL) {
    return STATUS_NO_MEMORY;
  }
  const struct results results = {block, block + count, block + 2 * count, block + 3 * count,
                                  block + 4 * count};
  struct rng rng;
  eval_seed(&rng, run->seed, index);
  memcpy(results.noisy, sequence->cells, count);
  corrupt_cells(results.noisy, count, run->noise, &rng);
  paper_rule(worker->cleaner, results.noisy, sequence->frames, results.paper);
  trivial_rules(results.noisy, sequence->frames, results.hold, results.drop_short);
  const enum status status =
    gate_rule(worker->cleaner, run->strength, results.noisy, sequence->frames, results.gate);
  if (status == STATUS_OK) {
    struct eval_denoise *sums = &worker->sums;
    score_cells(sequence->cells, results.noisy, count, &sums->before);
    score_cells(sequence->cells, results.paper, count, &sums->paper);
    score_cells(sequence->cells, results.gate, count, &sums->gate);
    score_cells(sequence->cells, results.hold, count, &sums->hold);
    score_cells(sequence->cells, results.drop_short, count, &sums->drop_short);
  }
  free(block);
  return status;
}
