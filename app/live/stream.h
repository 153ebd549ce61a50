/* SPDX-License-Identifier: MIT */
/* The bridge between a port driver and the live engine: what the driver receives goes into the engine, what the
 * engine emits goes to the driver, and the time that each decision takes is measured on the way. */
#ifndef EMEND_STREAM_H
#define EMEND_STREAM_H

#include "histogram.h"
#include "live.h"
#include "port.h"

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
/* The functions that a driver calls; valid as long as the stream. */
struct port_stream stream_port(struct stream *stream);
/* From now on what is emitted goes to `send`. Once, from the control thread. */
void stream_connect(struct stream *stream, stream_send send, void *port);

/* The engine's way out (a live_emit); `stream` is a struct stream. Live thread. */
EMEND_LIVE bool stream_emit(void *stream, nanos time, const uint8_t *bytes, size_t size);

#endif
