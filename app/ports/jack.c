/* SPDX-License-Identifier: MIT */
#include "jack.h"

#include <string.h>

/* A new server, or a new rate: count on from the time that has been reached. */
static void start_cycle(struct jack_port *jack, jack_nframes_t frames)
{
  struct frame_clock *clock = &jack->clock;
  uint32_t rate = atomic_load_explicit(&jack->rate, memory_order_relaxed);
  uint32_t server = jack_last_frame_time(jack->client);
  if (clock->rate != rate) {
    nanos reached = atomic_load_explicit(&jack->time, memory_order_relaxed);
    frame_clock_start(clock, reached, rate, server);
  }
  uint64_t expected = clock->frame + clock->length;
  frame_clock_cycle(clock, server, frames);
  jack->cycles_lost = clock->frame > expected;
  jack->out_buffer = jack_port_get_buffer(jack->out, frames);
  jack->out_count = 0;
  jack->out_frame = 0;
  if (jack->out_buffer) {
    jack_midi_clear_buffer(jack->out_buffer);
  }
}

/* The cycle that a source leaves in may still bring its last events. */
static bool has_departed(struct jack_port *jack)
{
  uint32_t departures = atomic_load_explicit(&jack->departures, memory_order_acquire);
  if (departures != jack->departures_taken) {
    jack->departures_taken = departures;
    jack->silence_after = 2;
  }
  return jack->silence_after > 0 && --jack->silence_after == 0;
}

static bool silence_is_due(struct jack_port *jack)
{
  bool departed = has_departed(jack);
  if (atomic_load_explicit(&jack->rejoined, memory_order_relaxed)) {
    if (!atomic_load_explicit(&jack->listened, memory_order_relaxed)) {
      return false; /* nobody would hear it; what is wanted stays so */
    }
    atomic_store_explicit(&jack->rejoined, false, memory_order_relaxed);
  }
  return atomic_exchange_explicit(&jack->head.silence_wanted, false, memory_order_acquire) || departed;
}

/* What came in while cycles were lost, and what went out just before, may have been heard by nobody. */
static void tell_lost_cycles(struct jack_port *jack, nanos start)
{
  const struct port_stream *stream = &jack->head.stream;
  stream->lost(stream->user, start);
  stream->listener(stream->user, start, JACK_EVERYONE, false);
  stream->listener(stream->user, start, JACK_EVERYONE, true);
  port_count(&jack->head.counters.overflowed);
}

static void tell_listeners(struct jack_port *jack, nanos start)
{
  const struct port_stream *stream = &jack->head.stream;
  struct ring_header header;
  uint64_t id;
  for (int i = 0; i < JACK_LISTENERS_MAX && ring_read(&jack->listeners, &header, &id, sizeof id); i++) {
    stream->listener(stream->user, start, id, header.type == JACK_CAME);
  }
}

static void run_cycle(struct jack_port *jack, void *in_buffer, jack_nframes_t frames)
{
  const struct port_stream *stream = &jack->head.stream;
  nanos start = frame_clock_time(&jack->clock, 0);
  if (!jack->begun) {
    stream->begin(stream->user, start);
    jack->begun = true;
  }
  if (silence_is_due(jack)) {
    stream->silence(stream->user, start);
  }
  tell_listeners(jack, start);
  if (jack->cycles_lost) {
    tell_lost_cycles(jack, start);
  }
  stream->advance(stream->user, start);
  bool closing = atomic_load_explicit(&jack->closing, memory_order_relaxed);
  uint32_t count = closing ? 0 : jack_midi_get_event_count(in_buffer);
  for (uint32_t i = 0; i < count; i++) {
    jack_midi_event_t event;
    if (jack_midi_event_get(&event, in_buffer, i) != 0) {
      break;
    }
    nanos time = frame_clock_time(&jack->clock, event.time < frames ? event.time : frames - 1);
    stream->advance(stream->user, time);
    stream->receive(stream->user, time, event.buffer, event.size);
    port_count(&jack->head.counters.received);
  }
  /* All of this cycle's input is known now: what falls due within it leaves at its own frame. */
  stream->advance(stream->user, frame_clock_time(&jack->clock, frames - 1));
}

EMEND_LIVE int jack_port_process(jack_nframes_t frames, void *port)
{
  struct jack_port *jack = port;
  if (frames == 0) {
    return 0;
  }
  start_cycle(jack, frames);
  void *in_buffer = jack_port_get_buffer(jack->in, frames);
  if (in_buffer && jack->out_buffer) {
    run_cycle(jack, in_buffer, frames);
  }
  jack->out_buffer = NULL;
  atomic_store_explicit(&jack->time, frame_clock_time(&jack->clock, frames), memory_order_relaxed);
  atomic_fetch_add_explicit(&jack->cycles, 1, memory_order_release);
  return 0;
}

EMEND_LIVE bool jack_port_send(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  struct jack_port *jack = port;
  if (!jack->out_buffer) {
    return false;
  }
  if (size == 0) {
    return true;
  }
  int64_t frame = frame_clock_offset(&jack->clock, time);
  if (frame >= (int64_t)jack->clock.length) {
    return false; /* not due in this cycle: the engine keeps it */
  }
  if (frame < jack->out_frame) {
    frame = jack->out_frame;
  }
  jack_midi_data_t *room = jack_midi_event_reserve(jack->out_buffer, (jack_nframes_t)frame, size);
  if (!room) {
    port_count(&jack->head.counters.send_failed);
    /* What does not fit an empty buffer never will, and must not hold back all that follows. */
    return jack->out_count == 0;
  }
  memcpy(room, bytes, size);
  jack->out_frame = frame;
  jack->out_count++;
  port_count(&jack->head.counters.sent);
  return true;
}
