/* SPDX-License-Identifier: MIT */
#include "port_loop.h"

#include <stdio.h>
#include <string.h>

#include "rt.h"

enum { TURN_INPUT_MAX = 1024, TURN_OUTPUT_MAX = 256, TURN_LISTENERS_MAX = 32 }; /* a turn is bounded */
enum { LEFT = 1, CAME, LISTENERS_RING = 1 << 12 };
#define CLOSE_WAIT (500 * NANOS_PER_MILLISECOND)
#define LAST_EVENTS_WAIT (20 * NANOS_PER_MILLISECOND)

struct arrival {
  nanos time;
  uint8_t bytes[LOOP_PIECE];
};

enum status port_loop_init(struct port_loop *loop, const struct port_loop_ops *ops, bool whole,
                           struct error *error)
{
  loop->ops = ops;
  touch_pages(loop->sysex, sizeof loop->sysex);
  loop->pieces = (struct sysex_pieces){
    .buffer = loop->sysex,
    .limit = whole ? LOOP_SYSEX_MAX : LOOP_PIECE,
    .whole = whole,
  };
  if (!realtime_bell_init(&loop->bell)) {
    return error_set(error, STATUS_IO, "no pipe for the MIDI thread: too many files are open");
  }
  if (ring_init(&loop->input, LOOP_RING) == STATUS_OK && ring_init(&loop->output, LOOP_RING) == STATUS_OK &&
      ring_init(&loop->listeners, LISTENERS_RING) == STATUS_OK) {
    return STATUS_OK;
  }
  port_loop_free(loop);
  return error_set(error, STATUS_NO_MEMORY, "out of memory for the MIDI thread's queues");
}

void port_loop_free(struct port_loop *loop)
{
  ring_free(&loop->input);
  ring_free(&loop->output);
  ring_free(&loop->listeners);
  realtime_bell_free(&loop->bell);
}

/* Times told to the stream never decrease: an arrival may be stamped before, and seen after, a turn. */
static nanos advance_to(struct port_loop *loop, nanos time)
{
  const struct port_stream *stream = &loop->head.stream;
  if (time > loop->time) {
    loop->time = time;
  }
  stream->advance(stream->user, loop->time);
  return loop->time;
}

/* False where there may be more. */
static bool take_input(struct port_loop *loop)
{
  const struct port_stream *stream = &loop->head.stream;
  for (int i = 0; i < TURN_INPUT_MAX; i++) {
    struct ring_header header;
    struct arrival arrival;
    if (!ring_read(&loop->input, &header, &arrival, sizeof(arrival))) {
      return true;
    }
    if (header.size > offsetof(struct arrival, bytes)) {
      nanos time = advance_to(loop, arrival.time);
      stream->receive(stream->user, time, arrival.bytes, header.size - offsetof(struct arrival, bytes));
    }
  }
  return false;
}

/* False when nothing is left. */
static bool next_piece(struct port_loop *loop)
{
  for (;;) {
    uint64_t lost = loop->pieces.lost;
    if (sysex_pieces_take(&loop->pieces, loop->message, loop->message_size, &loop->message_at, &loop->ready)) {
      return true;
    }
    if (loop->pieces.lost > lost) {
      port_count(&loop->head.counters.send_failed);
    }
    struct ring_header header;
    if (!ring_read(&loop->output, &header, loop->message, sizeof(loop->message))) {
      return false;
    }
    loop->message_size = header.size;
    loop->message_at = 0;
  }
}

static void write_output(struct port_loop *loop)
{
  for (int i = 0; i < TURN_OUTPUT_MAX; i++) {
    if (loop->ready.size == 0 && !next_piece(loop)) {
      atomic_store_explicit(&loop->drained, true, memory_order_release);
      return;
    }
    if (!loop->ops->write(loop, loop->ready.bytes, loop->ready.size)) {
      return;
    }
    loop->ready.size = 0;
    port_count(&loop->head.counters.sent);
  }
}

static void tell_listeners(struct port_loop *loop)
{
  const struct port_stream *stream = &loop->head.stream;
  struct ring_header header;
  uint64_t id;
  for (int i = 0; i < TURN_LISTENERS_MAX && ring_read(&loop->listeners, &header, &id, sizeof id); i++) {
    stream->listener(stream->user, advance_to(loop, realtime_now()), id, header.type == CAME);
  }
}

static void turn(struct port_loop *loop)
{
  const struct port_stream *stream = &loop->head.stream;
  if (loop->ops->gather) {
    loop->ops->gather(loop, realtime_now());
  }
  /* Clear `drained` before clearing silence_wanted, so that no reader sees both. */
  atomic_store_explicit(&loop->drained, false, memory_order_relaxed);
  if (atomic_exchange_explicit(&loop->head.silence_wanted, false, memory_order_acq_rel)) {
    stream->silence(stream->user, advance_to(loop, realtime_now()));
  }
  tell_listeners(loop);
  /* So much is lost at a time that all is ended, after what came before: a key may have been struck in it. */
  if (take_input(loop) && atomic_exchange_explicit(&loop->lost, false, memory_order_acquire)) {
    stream->silence(stream->user, advance_to(loop, realtime_now()));
  }
  advance_to(loop, realtime_now());
  write_output(loop);
}

static void *run(void *port)
{
  struct port_loop *loop = port;
  realtime_prepare_thread();
  atomic_store(&loop->raise_result, realtime_raise());
  loop->time = realtime_now();
  loop->head.stream.begin(loop->head.stream.user, loop->time);
  while (!atomic_load_explicit(&loop->stop, memory_order_acquire)) {
    realtime_bell_wait(&loop->bell, 1);
    turn(loop);
  }
  return NULL;
}

enum status port_loop_start(struct port_loop *loop, struct error *error)
{
  int failed = pthread_create(&loop->thread, NULL, run, loop);
  if (failed) {
    return error_set(error, STATUS_IO, "cannot start the MIDI thread: %s", strerror(failed));
  }
  return STATUS_OK;
}

void port_loop_stop(struct port_loop *loop)
{
  atomic_store(&loop->drained, false);
  atomic_store_explicit(&loop->head.silence_wanted, true, memory_order_release);
  nanos limit = realtime_now() + CLOSE_WAIT;
  while ((atomic_load(&loop->head.silence_wanted) || !atomic_load(&loop->drained)) && realtime_now() < limit) {
    realtime_sleep(NANOS_PER_MILLISECOND);
  }
  /* A library may lose what was written just before its port goes. */
  realtime_sleep(LAST_EVENTS_WAIT);
  atomic_store_explicit(&loop->stop, true, memory_order_release);
  realtime_bell_ring(&loop->bell);
  (void)pthread_join(loop->thread, NULL);
}

void port_loop_listener(struct port_loop *loop, uint64_t id, bool here)
{
  /* Without room the loop does not run. */
  (void)ring_write(&loop->listeners, here ? CAME : LEFT, &id, sizeof id);
}

void port_loop_hear_listeners(struct port_loop *loop, struct alsa_watch *watch)
{
  struct alsa_listener listeners[ALSA_EXITS_MAX];
  const int count = alsa_watch_listeners(watch, listeners);
  for (int i = 0; i < count; i++) {
    const struct alsa_address *address = &listeners[i].address;
    /* Client numbers begin at 0, and that is no id. */
    port_loop_listener(loop, 1 + ((uint64_t)address->client << 8 | (uint64_t)address->port), listeners[i].here);
  }
}

void port_loop_overflowed(struct port_loop *loop)
{
  port_count(&loop->head.counters.overflowed);
  atomic_store_explicit(&loop->lost, true, memory_order_release);
}

void port_loop_post(struct port_loop *loop, nanos time, const uint8_t *bytes, size_t size)
{
  port_count(&loop->head.counters.received);
  struct arrival arrival = {.time = time};
  for (size_t at = 0; at < size; at += LOOP_PIECE) {
    size_t piece = size - at < LOOP_PIECE ? size - at : LOOP_PIECE;
    memcpy(arrival.bytes, bytes + at, piece);
    if (!ring_write(&loop->input, 0, &arrival, (uint32_t)(offsetof(struct arrival, bytes) + piece))) {
      port_loop_overflowed(loop);
      break;
    }
  }
  realtime_bell_ring(&loop->bell);
}

EMEND_LIVE bool port_loop_send(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  (void)time; /* what the stream sends is due now */
  struct port_loop *loop = port;
  if (size == 0 || size > LOOP_PIECE) {
    return size == 0;
  }
  if (!ring_write(&loop->output, 0, bytes, (uint32_t)size)) {
    port_count(&loop->head.counters.send_failed);
    return false;
  }
  return true;
}

const struct port_counters *port_loop_counters(const struct port *port)
{
  return &port->counters;
}

void port_loop_describe(const struct port_loop *loop, const char *what, char *line, size_t size)
{
  char thread[REALTIME_LINE];
  realtime_explain(atomic_load(&loop->raise_result), thread);
  snprintf(line, size, "%s, sent as soon as decided, %s", what, thread);
}
