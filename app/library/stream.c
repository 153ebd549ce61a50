/* SPDX-License-Identifier: MIT */
#include "stream.h"

#include "rt_float.h"
#include "rt_thread.h"

static void stream_spend(struct stream *stream, nanos spent, bool decided)
{
  uint64_t busy = atomic_load_explicit(&stream->busy, memory_order_relaxed);

  atomic_store_explicit(&stream->busy, busy + (uint64_t)spent, memory_order_relaxed);
  if (decided) {
    histogram_add(&stream->decisions, spent);
  }
}

/* How many strokes the engine has decided about so far. */
static uint64_t decided_count(const struct live *live)
{
  const struct live_counters *counters = live_counters(live);
  uint64_t count = atomic_load_explicit(&counters->notes_out, memory_order_relaxed);

  for (int i = 0; i < DAMAGE_COUNT; i++) {
    count += atomic_load_explicit(&counters->suppressed[i], memory_order_relaxed);
  }
  return count;
}

/* Decisions then fall in advance, not in receive. */
static bool looks_ahead(const struct stream *stream)
{
  return live_current_look_ahead(stream->live) > 0;
}

/* What the engine needs of the thread that it runs on, given back as it was: a host's audio thread is not ours.
 */
#define ENTER()                                                                                                \
  LIVE_ENTER();                                                                                                \
  const uint64_t float_before = float_enter()
#define LEAVE()                                                                                                \
  float_set_control(float_before);                                                                             \
  LIVE_LEAVE()

EMEND_LIVE void stream_begin(struct stream *stream, nanos now)
{
  ENTER();
  live_begin(stream->live, now);
  LEAVE();
}

EMEND_LIVE void stream_receive(struct stream *stream, nanos time, const uint8_t *bytes, size_t size)
{
  bool decides =
    !looks_ahead(stream) && message_is_note_on(bytes, size) && note_is_decidable(bytes[0] & 0x0F, bytes[1]);

  ENTER();
  nanos start = realtime_now();
  live_receive(stream->live, time, bytes, size);
  stream_spend(stream, realtime_now() - start, decides);
  LEAVE();
}

EMEND_LIVE void stream_advance(struct stream *stream, nanos now)
{
  ENTER();
  bool decides = looks_ahead(stream);
  uint64_t before = decides ? decided_count(stream->live) : 0;
  nanos start = realtime_now();
  live_advance(stream->live, now);
  nanos spent = realtime_now() - start;
  stream_spend(stream, spent, decides && decided_count(stream->live) != before);
  atomic_store_explicit(&stream->processor, realtime_processor(), memory_order_relaxed);
  LEAVE();
}

EMEND_LIVE void stream_silence(struct stream *stream, nanos now)
{
  ENTER();
  live_silence(stream->live, now);
  LEAVE();
}

EMEND_LIVE void stream_lost(struct stream *stream, nanos now)
{
  ENTER();
  live_lost(stream->live, now);
  LEAVE();
}

EMEND_LIVE void stream_listener(struct stream *stream, nanos now, uint64_t id, bool here)
{
  ENTER();
  live_listener(stream->live, now, id, here);
  LEAVE();
}

EMEND_LIVE void stream_tempo(struct stream *stream, double bpm)
{
  ENTER();
  live_tempo(stream->live, bpm);
  LEAVE();
}

void stream_init(struct stream *stream, struct live *live)
{
  *stream = (struct stream){.live = live, .processor = -1};
}

void stream_connect(struct stream *stream, stream_send send, void *port)
{
  stream->send = send;
  atomic_store_explicit(&stream->port, port, memory_order_release);
}

EMEND_LIVE bool stream_emit(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct stream *stream = user;
  void *port = atomic_load_explicit(&stream->port, memory_order_acquire);

  return port != NULL && stream->send(port, time, bytes, size);
}
