/* SPDX-License-Identifier: MIT */
/* An instance's audio thread. */
#include <math.h>

#include "emend_private.h"

/* Time passes in steps, since the engine takes a leap for a jump of the clock; what is longer than all of them
 * (40 seconds without a block) is one. */
#define STEP (10 * NANOS_PER_MILLISECOND)
enum { STEPS_MAX = 4096 };

static bool enter(struct emend *instance)
{
  if (atomic_flag_test_and_set_explicit(&instance->audio_inside, memory_order_acquire)) {
    return false;
  }
  LIVE_ENTER();
  return true;
}

static void leave(struct emend *instance)
{
  LIVE_LEAVE();
  atomic_flag_clear_explicit(&instance->audio_inside, memory_order_release);
}

static bool has_started(const struct emend *instance)
{
  return atomic_load_explicit(&instance->started, memory_order_relaxed);
}

static void refuse(struct emend *instance)
{
  atomic_fetch_add_explicit(&instance->refused, 1, memory_order_relaxed);
}

EMEND_LIVE bool emend_collect(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct emend *instance = user;
  return live_queue_push(&instance->out, time, bytes, size);
}

/* The bytes that the caller was given are his no longer. */
static void drop_taken(struct emend *instance)
{
  if (instance->taken) {
    live_queue_pop(&instance->out);
    instance->taken = false;
  }
}

/* Hand settings that have changed to the engine, which takes them with whatever it is called for next. */
static void apply_settings(struct emend *instance)
{
  struct live *live = instance->session->live;
  const int mode = atomic_load_explicit(&instance->mode, memory_order_relaxed);
  const float strength = atomic_load_explicit(&instance->strength, memory_order_relaxed);
  const uint32_t look_ahead = atomic_load_explicit(&instance->look_ahead, memory_order_relaxed);

  if (mode != instance->mode_now && live_set_mode(live, (enum live_mode)mode)) {
    instance->mode_now = mode;
  }
  if ((strength < instance->strength_now || strength > instance->strength_now) &&
      live_set_strength(live, strength)) {
    instance->strength_now = strength;
  }
  const nanos delay = (nanos)((uint64_t)look_ahead * (uint64_t)NANOS_PER_SECOND / instance->clock.rate);
  if (look_ahead != instance->look_ahead_now && live_set_look_ahead(live, delay)) {
    instance->look_ahead_now = look_ahead;
  }
}

/* A call within a block: the one before it may have ended. */
static void go_on(struct emend *instance)
{
  drop_taken(instance);
  if (instance->ended > 0) {
    instance->clock.frame += instance->ended;
    instance->ended = 0;
    instance->latest = 0;
    instance->given = 0;
  }
  apply_settings(instance);
}

EMEND_LIVE emend_status emend_start(emend *instance)
{
  if (instance == NULL) {
    return EMEND_USAGE;
  }
  if (!enter(instance)) {
    return EMEND_BUSY;
  }
  go_on(instance);
  stream_begin(&instance->session->stream, frame_clock_time(&instance->clock, instance->latest));
  atomic_store_explicit(&instance->started, true, memory_order_relaxed);
  leave(instance);
  return EMEND_OK;
}

/* Let time pass to that frame of the block. */
static void pass(struct emend *instance, uint32_t frame)
{
  const nanos to = frame_clock_time(&instance->clock, frame);
  nanos now = frame_clock_time(&instance->clock, instance->latest);

  for (int i = 0; to - now > STEP && i < STEPS_MAX; i++) {
    now += STEP;
    stream_advance(&instance->session->stream, now);
  }
  stream_advance(&instance->session->stream, to);
}

/* One whole message, with its status byte? */
static bool is_message(const uint8_t *bytes, size_t size)
{
  if (bytes == NULL || size == 0 || size > UINT32_MAX || bytes[0] < 0x80 || bytes[0] == 0xF7) {
    return false;
  }
  if (bytes[0] == MIDI_SYSEX) {
    return size >= 2 && bytes[size - 1] == 0xF7;
  }
  if (size != message_size(bytes[0])) {
    return false;
  }
  for (size_t i = 1; i < size; i++) {
    if (bytes[i] > 127) {
      return false;
    }
  }
  return true;
}

/* What is wrong with an event that is handled nevertheless, and its frame made right. */
static emend_status check_order(struct emend *instance, uint32_t *frame)
{
  if (*frame >= instance->latest) {
    return EMEND_OK;
  }
  *frame = instance->latest;
  refuse(instance);
  return EMEND_ORDER;
}

EMEND_LIVE emend_status emend_event(emend *instance, uint32_t frame, const uint8_t *bytes, size_t size)
{
  if (instance == NULL) {
    return EMEND_USAGE;
  }
  if (!is_message(bytes, size)) {
    refuse(instance);
    return EMEND_MESSAGE;
  }
  if (!has_started(instance)) {
    return EMEND_STOPPED;
  }
  if (!enter(instance)) {
    return EMEND_BUSY;
  }
  go_on(instance);
  const emend_status status = check_order(instance, &frame);
  pass(instance, frame);
  instance->latest = frame;
  stream_receive(&instance->session->stream, frame_clock_time(&instance->clock, frame), bytes, size);
  leave(instance);
  return status;
}

EMEND_LIVE emend_status emend_end_block(emend *instance, uint32_t frames)
{
  if (instance == NULL) {
    return EMEND_USAGE;
  }
  if (!has_started(instance)) {
    return EMEND_STOPPED;
  }
  if (!enter(instance)) {
    return EMEND_BUSY;
  }
  emend_status status = EMEND_OK;
  go_on(instance);
  if (frames > 0 && instance->latest >= frames) {
    refuse(instance); /* an event was beyond the end: time does not go back */
    status = EMEND_ORDER;
    frames = instance->latest + 1;
  }
  if (frames > 0) {
    pass(instance, frames - 1);
    instance->latest = frames - 1;
    instance->ended = frames;
  }
  leave(instance);
  return status;
}

EMEND_LIVE bool emend_output(emend *instance, emend_message *message)
{
  if (instance == NULL || message == NULL || !enter(instance)) {
    return false;
  }
  drop_taken(instance);
  const struct queued *front = live_queue_front(&instance->out);
  if (front != NULL) {
    const int64_t offset = frame_clock_offset(&instance->clock, front->time);
    if (offset > instance->given) {
      instance->given = offset < instance->latest ? (uint32_t)offset : instance->latest;
    }
    *message = (emend_message){
      .frame = instance->given, .size = front->size, .bytes = live_queue_bytes(&instance->out, front)};
    instance->taken = true;
  }
  leave(instance);
  return front != NULL;
}

EMEND_LIVE emend_status emend_all_notes_off(emend *instance, bool unknown)
{
  if (instance == NULL) {
    return EMEND_USAGE;
  }
  if (!has_started(instance)) {
    return EMEND_STOPPED;
  }
  if (!enter(instance)) {
    return EMEND_BUSY;
  }
  go_on(instance);
  const bool ordered = !unknown || live_panic(instance->session->live);
  stream_silence(&instance->session->stream, frame_clock_time(&instance->clock, instance->latest));
  leave(instance);
  return ordered ? EMEND_OK : EMEND_BUSY;
}

EMEND_LIVE emend_status emend_set_tempo(emend *instance, double bpm)
{
  if (instance == NULL || !(bpm >= 1 && bpm <= 1000)) {
    return EMEND_USAGE;
  }
  if (!enter(instance)) {
    return EMEND_BUSY;
  }
  stream_tempo(&instance->session->stream, bpm);
  leave(instance);
  return EMEND_OK;
}

emend_status emend_set_strength(emend *instance, float strength)
{
  if (instance == NULL || isnan(strength)) {
    return EMEND_USAGE;
  }
  const float nearest = strength < 0 ? 0 : strength > 1 ? 1 : strength;
  atomic_store_explicit(&instance->strength, nearest, memory_order_relaxed);
  return EMEND_OK;
}

emend_status emend_set_mode(emend *instance, emend_mode mode)
{
  if (instance == NULL || (int)mode < EMEND_BYPASS || (int)mode > EMEND_CLEAN) {
    return EMEND_USAGE;
  }
  atomic_store_explicit(&instance->mode, (int)mode, memory_order_relaxed);
  return EMEND_OK;
}

emend_status emend_set_look_ahead(emend *instance, uint32_t frames)
{
  if (instance == NULL) {
    return EMEND_USAGE;
  }
  const uint32_t nearest = frames < instance->look_ahead_max ? frames : instance->look_ahead_max;
  atomic_store_explicit(&instance->look_ahead, nearest, memory_order_relaxed);
  return EMEND_OK;
}

uint32_t emend_latency(const emend *instance)
{
  return instance != NULL ? atomic_load_explicit(&instance->look_ahead, memory_order_relaxed) : 0;
}
