/* SPDX-License-Identifier: MIT */
#include "gate_samples.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "channel.h"
#include "decision_model.h"
#include "gate.h"
#include "gate_model.h"
#include "ledger.h"
#include "parallel.h"
#include "roll_rules.h"
#include "take.h"
#include "vary.h"
#include "vosp_step.h"

/* What one thread works with. */
struct listener {
  const struct gate_source *source;
  struct vosp_state *state;
  struct channel channel;
  struct evidence evidence; /* of rolls */
  struct ledger ledger;     /* ends notes as the live engine does */
  struct gate_samples samples;
  struct rng rng;
  struct error error;
};

static enum status make_room(struct gate_samples *samples)
{
  if (samples->count < samples->capacity) {
    return STATUS_OK;
  }
  const size_t capacity = samples->capacity == 0 ? 4096 : 2 * samples->capacity;
  float *inputs = realloc(samples->inputs, capacity * (size_t)samples->input_size * sizeof *inputs);
  if (inputs == NULL) {
    return STATUS_NO_MEMORY;
  }
  samples->inputs = inputs;
  uint8_t *damage = realloc(samples->damage, capacity);
  if (damage == NULL) {
    return STATUS_NO_MEMORY;
  }
  samples->damage = damage;
  uint16_t *kinds = realloc(samples->kinds, capacity * sizeof *kinds);
  if (kinds == NULL) {
    return STATUS_NO_MEMORY;
  }
  samples->kinds = kinds;
  samples->capacity = capacity;
  return STATUS_OK;
}

/* Room for one more stroke, which is entered; where its inputs go. NULL: no memory. */
static float *enter(struct gate_samples *samples, enum damage damage, unsigned kinds)
{
  if (make_room(samples) != STATUS_OK) {
    return NULL;
  }
  samples->damage[samples->count] = (uint8_t)damage;
  samples->kinds[samples->count] = (uint16_t)kinds;
  return samples->inputs + samples->count++ * (size_t)samples->input_size;
}

static void settle(struct listener *listener, nanos time, int pitch, int velocity, bool pass)
{
  if (pass) {
    (void)ledger_note_on(&listener->ledger, time, 0, (unsigned)pitch);
  } else {
    ledger_suppress(&listener->ledger, time, 0, (unsigned)pitch);
  }
  channel_settle(&listener->channel, pitch, velocity, pass);
}

/* Sense one stroke of a take, keep what the decision would see, and let it through if it is a true one. */
static enum status listen(struct listener *listener, nanos time, int pitch, int velocity, enum damage damage)
{
  float *input =
    enter(&listener->samples, damage, touch_kinds(&listener->channel.touch, time, pitch, velocity));
  if (input == NULL) {
    return STATUS_NO_MEMORY;
  }
  const struct decision sees = {.context_size = decision_context_size(&listener->source->model->config),
                                .input_size = listener->samples.input_size};
  channel_sense(&listener->channel, &sees, &vosp_step_ops, listener->state, time, pitch, velocity, input);
  settle(listener, time, pitch, velocity, damage == DAMAGE_NONE);
  return STATUS_OK;
}

/* The same of a cell of a roll, and the gate. */
static enum status listen_to_cell(struct listener *listener, nanos time, int pitch, enum damage damage)
{
  float *input = enter(&listener->samples, damage, ~0U);
  if (input == NULL) {
    return STATUS_NO_MEMORY;
  }
  struct belief belief = {0};
  float evidence[EVIDENCE_SIZE];
  channel_believe(&listener->channel, &vosp_step_ops, listener->state, pitch, &belief);
  evidence_read(&listener->evidence, time, pitch, ROLL_VELOCITY, evidence);
  gate_input(evidence, &belief, gate_context_size(&listener->source->model->config), input);
  settle(listener, time, pitch, ROLL_VELOCITY, damage == DAMAGE_NONE);
  if (damage == DAMAGE_NONE) {
    evidence_accept(&listener->evidence, ROLL_VELOCITY);
  }
  return STATUS_OK;
}

static void restart(struct listener *listener)
{
  channel_reset(&listener->channel);
  evidence_reset(&listener->evidence);
  ledger_reset(&listener->ledger);
  vosp_step_ops.reset(listener->state);
}

static void end_note(struct listener *listener, nanos time, unsigned pitch)
{
  channel_release(&listener->channel, time, (int)pitch, false);
  if (ledger_note_off(&listener->ledger, time, 0, pitch, 0, time) == LEDGER_EMIT) {
    framer_note_off(&listener->channel.passed, (int)pitch - PITCH_LOW);
  }
}

static void end_due(struct listener *listener, nanos now)
{
  struct message off;
  while (ledger_due(&listener->ledger, now, &off)) {
    framer_note_off(&listener->channel.passed, off.bytes[1] - PITCH_LOW);
  }
}

/* A frame ends; who does not ask the network need not tell it. */
static void tick_take(struct listener *listener)
{
  struct frame received, passed;
  if (listener->samples.input_size > TOUCH_SIZE) {
    channel_tick(&listener->channel, &vosp_step_ops, listener->state);
  } else {
    channel_close(&listener->channel, &received, &passed);
  }
}

static enum status listen_to_take(struct listener *listener, const struct note_list *damaged,
                                  const struct take *take)
{
  const nanos frame = frame_duration(&listener->source->model->config.frame, TAKE_BPM);
  nanos tick = (nanos)((double)frame * rng_uniform(&listener->rng));
  enum status status = STATUS_OK;
  restart(listener);
  for (size_t i = 0; i < take->count && status == STATUS_OK; i++) {
    const struct message *message = &take->messages[i];
    for (; tick <= message->time; tick += frame) {
      tick_take(listener);
    }
    end_due(listener, message->time);
    const int pitch = message->bytes[1];
    if (take->note[i] < 0) {
      end_note(listener, message->time, message->bytes[1]);
      continue;
    }
    channel_receive(&listener->channel, message->time, pitch, message->bytes[2]);
    status = listen(listener, message->time, pitch, message->bytes[2],
                    (enum damage)damaged->notes[take->note[i]].damage);
  }
  return status;
}

/* Play the notes in somebody's hands, damage them and listen. */
static enum status collect_notes(struct listener *listener, struct note_list *clean)
{
  struct rng *rng = &listener->rng;
  struct note_list damaged = {0};
  const bool varied = rng_uniform(rng) < listener->source->varied;
  const struct corrupt_rates rates =
    listener->source->drawn ? vary_rates(listener->source->rates, rng) : *listener->source->rates;
  enum status status = varied ? vary_take(clean, rng) : STATUS_OK;
  if (status == STATUS_OK) {
    vary_one_keyboard(clean, rng);
    status = corrupt_notes(clean, &rates, rng, &damaged, &listener->error);
  }
  if (status == STATUS_OK) {
    struct take take;
    if (varied) {
      vary_damage(&damaged, rng);
    }
    status = take_from_notes(&take, &damaged);
    if (status == STATUS_OK) {
      status = listen_to_take(listener, &damaged, &take);
      take_free(&take);
    }
  }
  note_list_free(&damaged);
  return status;
}

static enum status collect_take(struct listener *listener, const struct sequence *sequence)
{
  struct note_list clean = {0};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < sequence->notes.count && status == STATUS_OK; i++) {
    status = note_list_add(&clean, sequence->notes.notes[i]);
  }
  if (status == STATUS_OK) {
    status = collect_notes(listener, &clean);
  }
  note_list_free(&clean);
  return status;
}

/* Every cell that is on is a stroke at the frame's start; all of a frame are there before the first is
 * judged (paper 4.2 sees the whole x_t). */
static enum status collect_roll(struct listener *listener, const struct sequence *sequence)
{
  const nanos frame = frame_duration(&listener->source->model->config.frame, TAKE_BPM);
  enum status status = STATUS_OK;
  restart(listener);
  for (int t = 0; t < sequence->frames && status == STATUS_OK; t++) {
    const uint8_t *clean = sequence->cells + (size_t)t * PITCHES;
    const nanos now = frame * t;
    uint8_t noisy[PITCHES];
    memcpy(noisy, clean, PITCHES);
    corrupt_cells(noisy, PITCHES, listener->source->noise, &listener->rng);
    for (int i = 0; i < PITCHES; i++) {
      if (noisy[i]) {
        channel_receive(&listener->channel, now, i + PITCH_LOW, ROLL_VELOCITY);
        evidence_note_on(&listener->evidence, now, i + PITCH_LOW, ROLL_VELOCITY);
      }
    }
    for (int i = 0; i < PITCHES && status == STATUS_OK; i++) {
      if (noisy[i]) {
        status = listen_to_cell(listener, now, i + PITCH_LOW, clean[i] ? DAMAGE_NONE : DAMAGE_STRAY);
      }
    }
    for (int i = 0; i < PITCHES; i++) {
      if (noisy[i]) {
        end_note(listener, now + frame, (unsigned)(i + PITCH_LOW));
        evidence_note_off(&listener->evidence, i + PITCH_LOW);
      }
    }
    channel_tick(&listener->channel, &vosp_step_ops, listener->state);
  }
  return status;
}

struct job {
  const struct gate_source *source;
  struct vosp_step net;
  struct listener *listeners; /* (threads) */
  atomic_size_t next, collected;
  atomic_int status;
};

static size_t common_divisor(size_t a, size_t b)
{
  while (b != 0) {
    const size_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* A stride that visits every sequence once, neighbours far apart: whatever part is used is spread evenly. */
static size_t spreading_step(size_t count)
{
  size_t step = count * 5 / 8 + 1;
  while (common_divisor(step, count) != 1) {
    step++;
  }
  return step;
}

static void work(void *user, int index)
{
  struct job *job = user;
  struct listener *listener = &job->listeners[index];
  const struct dataset *data = job->source->data;
  const size_t step = spreading_step(data->count);
  for (;;) {
    const size_t turn = atomic_fetch_add(&job->next, 1);
    if (turn >= data->count || atomic_load(&job->collected) >= job->source->samples_max ||
        atomic_load(&job->status) != STATUS_OK) {
      return;
    }
    if (job->source->going != NULL && !job->source->going(job->source->user)) {
      atomic_store(&job->status, STATUS_INTERRUPTED);
      return;
    }
    const struct sequence *sequence = &data->sequences[turn * step % data->count];
    const size_t before = listener->samples.count;
    rng_seed(&listener->rng, job->source->seed + turn);
    const enum status status =
      data->rolls ? collect_roll(listener, sequence) : collect_take(listener, sequence);
    if (status != STATUS_OK) {
      atomic_store(&job->status, status);
    }
    atomic_fetch_add(&job->collected, listener->samples.count - before);
  }
}

int gate_samples_size(const struct net_config *config, bool rolls)
{
  return rolls ? EVIDENCE_SIZE + 2 + gate_context_size(config) : decision_input_size(config);
}

static enum status prepare(struct job *job, int threads)
{
  job->listeners = calloc((size_t)threads, sizeof *job->listeners);
  if (job->listeners == NULL ||
      vosp_step_init(&job->net, &job->source->model->config, &job->source->model->params) != STATUS_OK) {
    return STATUS_NO_MEMORY;
  }
  for (int i = 0; i < threads; i++) {
    struct listener *listener = &job->listeners[i];
    listener->source = job->source;
    listener->samples.input_size = gate_samples_size(&job->source->model->config, job->source->data->rolls);
    if (vosp_state_new(&listener->state, &job->net) != STATUS_OK) {
      return STATUS_NO_MEMORY;
    }
  }
  return STATUS_OK;
}

enum status gate_samples_append(struct gate_samples *samples, const struct gate_samples *more)
{
  const size_t G = (size_t)more->input_size;
  samples->input_size = more->input_size;
  for (size_t k = 0; k < more->count; k++) {
    if (make_room(samples) != STATUS_OK) {
      return STATUS_NO_MEMORY;
    }
    memcpy(samples->inputs + samples->count * G, more->inputs + k * G, G * sizeof *samples->inputs);
    samples->kinds[samples->count] = more->kinds[k];
    samples->damage[samples->count++] = more->damage[k];
  }
  return STATUS_OK;
}

static enum status merge(struct gate_samples *samples, const struct job *job, int threads)
{
  *samples = job->listeners[0].samples;
  job->listeners[0].samples = (struct gate_samples){0};
  enum status status = STATUS_OK;
  for (int i = 1; i < threads && status == STATUS_OK; i++) {
    status = gate_samples_append(samples, &job->listeners[i].samples);
  }
  return status;
}

/* Any thread's error of that status will do. */
static enum status first_error(const struct job *job, int threads, enum status status, struct error *error)
{
  for (int i = 0; i < threads && error != NULL; i++) {
    if (job->listeners[i].error.status == status) {
      *error = job->listeners[i].error;
    }
  }
  return status;
}

enum status gate_samples_collect(struct gate_samples *samples, const struct gate_source *source,
                                 struct error *error)
{
  struct job job = {.source = source};
  const int threads = source->threads;
  *samples = (struct gate_samples){0};
  enum status status = prepare(&job, threads);
  if (status == STATUS_OK) {
    parallel_run(threads, work, &job);
    status = (enum status)atomic_load(&job.status);
    status = status == STATUS_OK ? merge(samples, &job, threads) : first_error(&job, threads, status, error);
  }
  for (int i = 0; i < threads && job.listeners != NULL; i++) {
    vosp_state_free(job.listeners[i].state);
    gate_samples_free(&job.listeners[i].samples);
  }
  free(job.listeners);
  vosp_step_free(&job.net);
  if (status == STATUS_NO_MEMORY) {
    error_set(error, status, "out of memory for the gate's samples");
  } else if (status == STATUS_INTERRUPTED) {
    error_set(error, status, "stopped while listening to takes");
  }
  return status;
}

void gate_samples_free(struct gate_samples *samples)
{
  free(samples->inputs);
  free(samples->damage);
  free(samples->kinds);
  *samples = (struct gate_samples){0};
}
