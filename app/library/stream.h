/* SPDX-License-Identifier: MIT */
/* The one way into the live engine, for ports, files and a host alike: the engine runs with the floating-point
 * state that it needs, the time that each decision takes is measured, and what it emits goes to whoever is
 * connected. */
#ifndef EMEND_STREAM_H
#define EMEND_STREAM_H

#include "histogram.h"
#include "live.h"

typedef bool (*stream_send)(void *port, nanos time, const uint8_t *bytes, size_t size);

struct stream {
  struct live *live;
  stream_send send;
  _Atomic(void *) port;       /* NULL until connected: the engine keeps what it would send */
  struct histogram decisions; /* nanoseconds of wall time for one decision */
  _Atomic uint64_t busy;      /* nanoseconds spent in the engine */
  _Atomic int processor;      /* that the live thread was last seen on; -1: unknown */
};

/* Set-up. `live` must have been made with stream_emit and this stream as its port. */
void stream_init(struct stream *stream, struct live *live);
/* From now on what is emitted goes to `send`. Once, from the control thread. */
void stream_connect(struct stream *stream, stream_send send, void *port);

/* As live_begin, live_receive and so on. Live thread; never allocate. */
EMEND_LIVE void stream_begin(struct stream *stream, nanos now);
EMEND_LIVE void stream_receive(struct stream *stream, nanos time, const uint8_t *bytes, size_t size);
EMEND_LIVE void stream_advance(struct stream *stream, nanos now);
EMEND_LIVE void stream_silence(struct stream *stream, nanos now);
EMEND_LIVE void stream_lost(struct stream *stream, nanos now);
EMEND_LIVE void stream_listener(struct stream *stream, nanos now, uint64_t id, bool here);
EMEND_LIVE void stream_tempo(struct stream *stream, double bpm);

/* The engine's way out (a live_emit); `stream` is a struct stream. Live thread. */
EMEND_LIVE bool stream_emit(void *stream, nanos time, const uint8_t *bytes, size_t size);

#endif
