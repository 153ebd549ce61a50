/* SPDX-License-Identifier: MIT */
#include "stream_port.h"

static EMEND_LIVE void on_begin(void *user, nanos now)
{
  stream_begin(user, now);
}

static EMEND_LIVE void on_receive(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  stream_receive(user, time, bytes, size);
}

static EMEND_LIVE void on_advance(void *user, nanos now)
{
  stream_advance(user, now);
}

static EMEND_LIVE void on_silence(void *user, nanos now)
{
  stream_silence(user, now);
}

static EMEND_LIVE void on_lost(void *user, nanos now)
{
  stream_lost(user, now);
}

static EMEND_LIVE void on_listener(void *user, nanos now, uint64_t id, bool here)
{
  stream_listener(user, now, id, here);
}

static EMEND_LIVE void on_tempo(void *user, double bpm)
{
  stream_tempo(user, bpm);
}

struct port_stream stream_port(struct stream *stream)
{
  return (struct port_stream){.user = stream,
                              .begin = on_begin,
                              .receive = on_receive,
                              .advance = on_advance,
                              .silence = on_silence,
                              .lost = on_lost,
                              .listener = on_listener,
                              .tempo = on_tempo};
}
