/* SPDX-License-Identifier: MIT */
#include "listener.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "ring.h"

enum { LISTENER_RING = 1 << 18, MESSAGE = 1, NOT_DOWN = -1 };

struct listener {
  const struct port_driver *driver;
  struct port *port;
  _Atomic(void *) to; /* the port, once it is open */
  struct ring ring;   /* messages: live thread -> control */
  _Atomic bool lost;  /* the ring was full */
  struct note_list notes;
  ptrdiff_t down[CHANNELS][KEYS]; /* index of the note that is held, or NOT_DOWN */
};

static EMEND_LIVE void on_time(void *user, nanos now)
{
  (void)user, (void)now;
}

static EMEND_LIVE void on_receive(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct listener *listener = user;
  void *to = atomic_load_explicit(&listener->to, memory_order_acquire);

  if (to != NULL) {
    (void)listener->driver->send(to, time, bytes, size); /* heard or not, it is counted */
  }
  if (message_is_note_on(bytes, size) || message_is_note_off(bytes, size)) {
    const struct message message = {time, 3, {bytes[0], bytes[1], bytes[2]}};
    if (!ring_write(&listener->ring, MESSAGE, &message, sizeof message)) {
      atomic_store_explicit(&listener->lost, true, memory_order_relaxed);
    }
  }
}

static EMEND_LIVE void on_listener(void *user, nanos now, uint64_t id, bool here)
{
  (void)user, (void)now, (void)id, (void)here;
}

static EMEND_LIVE void on_tempo(void *user, double bpm)
{
  (void)user, (void)bpm;
}

static enum status open_driver(struct listener *listener, const struct port_driver *driver,
                               const struct port_options *options, struct error *error)
{
  const struct port_stream stream = {listener, on_time, on_receive,  on_time,
                                     on_time,  on_time, on_listener, on_tempo};
  listener->driver = driver;
  const enum status status = driver->open(&listener->port, options, &stream, error);
  if (status == STATUS_OK) {
    atomic_store_explicit(&listener->to, (void *)listener->port, memory_order_release);
  }
  return status;
}

static enum status open_port(struct listener *listener, const char *driver, const char *in, const char *out,
                             struct error *error)
{
  const struct port_options options = {.client_name = "emend", .in = in, .out = out};
  struct error later;
  enum status status = STATUS_NOT_FOUND;
  if (strcmp(driver, "auto") != 0) {
    const struct port_driver *named = port_driver_find(driver);
    return named != NULL
             ? open_driver(listener, named, &options, error)
             : error_set(error, STATUS_USAGE, "there is no driver '%.100s'; see emend devices", driver);
  }
  for (int i = 0; port_drivers[i] != NULL && status != STATUS_OK; i++) {
    status = open_driver(listener, port_drivers[i], &options, i == 0 ? error : &later);
  }
  return status;
}

enum status listener_open(struct listener **listener, const char *driver, const char *in, const char *out,
                          struct error *error)
{
  struct listener *made = calloc(1, sizeof *made);
  *listener = NULL;
  if (made == NULL || ring_init(&made->ring, LISTENER_RING) != STATUS_OK) {
    free(made);
    return error_set(error, STATUS_NO_MEMORY, "out of memory");
  }
  for (int channel = 0; channel < CHANNELS; channel++) {
    for (int pitch = 0; pitch < KEYS; pitch++) {
      made->down[channel][pitch] = NOT_DOWN;
    }
  }
  const enum status status = open_port(made, driver, in, out, error);
  if (status != STATUS_OK) {
    ring_free(&made->ring);
    free(made);
    return status;
  }
  *listener = made;
  return STATUS_OK;
}

void listener_close(struct listener *listener)
{
  if (listener != NULL) {
    listener->driver->close(listener->port);
    ring_free(&listener->ring);
    note_list_free(&listener->notes);
    free(listener);
  }
}

static void take_off(struct listener *listener, const struct message *message)
{
  ptrdiff_t *down = &listener->down[message->bytes[0] & 0x0F][message->bytes[1]];
  if (*down != NOT_DOWN) {
    listener->notes.notes[*down].off = message->time;
    *down = NOT_DOWN;
  }
}

static enum status take_message(struct listener *listener, const struct message *message)
{
  take_off(listener, message); /* a second stroke ends the first, too */
  if (!message_is_note_on(message->bytes, message->size)) {
    return STATUS_OK;
  }
  const struct note note = {.on = message->time,
                            .off = message->time,
                            .channel = message->bytes[0] & 0x0F,
                            .pitch = message->bytes[1],
                            .velocity = message->bytes[2]};
  listener->down[note.channel][note.pitch] = (ptrdiff_t)listener->notes.count;
  return note_list_add(&listener->notes, note);
}

enum status listener_poll(struct listener *listener, char *line, size_t size, struct error *error)
{
  struct ring_header header;
  struct message message;
  enum status status = STATUS_OK;

  line[0] = '\0';
  (void)listener->driver->poll(listener->port, line, size);
  while (status == STATUS_OK && ring_read(&listener->ring, &header, &message, sizeof message)) {
    status = take_message(listener, &message);
  }
  if (status != STATUS_OK) {
    return error_set(error, status, "out of memory");
  }
  return atomic_load_explicit(&listener->lost, memory_order_relaxed)
           ? error_set(error, STATUS_FULL, "more came in than could be taken; start again")
           : STATUS_OK;
}

const struct note_list *listener_notes(const struct listener *listener)
{
  return &listener->notes;
}
