/* SPDX-License-Identifier: MIT */
/* MIDI ports: a small interface with several implementations (port_jack.c, port_rtmidi.c,
 * port_portmidi.c, port_file.c).
 *
 * A driver owns the live thread. It calls the stream's functions from there, in order, and sends what
 * the stream emits. Drivers contain the workarounds for their library. */
#ifndef EMEND_PORT_H
#define EMEND_PORT_H

#include "event.h"
#include "rt.h"

/* What a driver calls. `stream` is the user pointer given to port_driver.open. Live thread. */
struct port_stream {
  void *user;
  void (*begin)(void *user, nanos now);
  void (*receive)(void *user, nanos time, const uint8_t *bytes, size_t size);
  void (*advance)(void *user, nanos now);
  /* The input or output vanished, or the stream ends: everything that sounds is ended. */
  void (*silence)(void *user, nanos now);
  /* Input may have been lost up to now. */
  void (*lost)(void *user, nanos now);
  /* Somebody who hears the output left or came; `id`, not 0, tells them apart. Both, where the output of late
   * may not have been heard. */
  void (*listener)(void *user, nanos now, uint64_t id, bool here);
  /* Beats a minute from now on, where a driver knows them (a file's tempo map). */
  void (*tempo)(void *user, double bpm);
};

enum port_direction { PORT_IN, PORT_OUT };

struct port_info {
  char name[256];
  enum port_direction direction; /* PORT_IN: can be read by emend */
};

struct port_options {
  const char *client_name; /* "emend" */
  const char *in, *out;    /* partly given names to connect to; NULL: only emend's own ports */
  nanos look_ahead;        /* by which the engine delays everything: for the ports' latency */
};

/* What happened outside, for the user's eyes; read by the control thread. */
enum port_state { PORT_WAITING, PORT_CONNECTED, PORT_LOST, PORT_FAILED };

struct port_counters {
  _Atomic uint64_t received, sent;
  _Atomic uint64_t send_failed; /* the library had no room; the engine tries again */
  _Atomic uint64_t overflowed;  /* the library lost input; what is held is in doubt */
  _Atomic uint64_t disconnects;
  _Atomic uint64_t xruns;
};

struct port; /* an open driver */

struct port_driver {
  const char *name;        /* "jack", "alsa", "portmidi" */
  const char *description; /* one line */
  /* Fill `list` (at most `capacity`) and return the count; *error where the system is not there. */
  enum status (*list)(struct port_info *list, size_t capacity, size_t *count, struct error *error);
  /* Open ports and start the live thread. Allocates. */
  enum status (*open)(struct port **port, const struct port_options *options, const struct port_stream *stream,
                      struct error *error);
  /* Send one message at its time. Live thread; false when there is no room now. Never blocks. */
  bool (*send)(void *port, nanos time, const uint8_t *bytes, size_t size);
  /* Control thread, a few times a second: reconnects by name, rescans. Returns the state and, in
   * `line` (at least 256), what changed since the last call ("" if nothing). */
  enum port_state (*poll)(struct port *port, char *line, size_t size);
  /* Does anyone hear what is sent, as the last poll saw it? Control thread; NULL where that is so whenever the
   * state is PORT_CONNECTED. */
  bool (*listened)(const struct port *port);
  const struct port_counters *(*counters)(const struct port *port);
  /* A line on latency and scheduling: period, rate, SCHED_FIFO or not, why. */
  void (*describe)(const struct port *port, char *line, size_t size);
  /* The engine's delay has changed. Control thread; NULL where nothing depends on it. */
  void (*look_ahead)(struct port *port, nanos look_ahead);
  /* Silence, drain, stop the live thread, close. */
  void (*close)(struct port *port);
};

/* NULL-terminated, in the order that `auto` tries them. */
extern const struct port_driver *const port_drivers[];
const struct port_driver *port_driver_find(const char *name);

/* Case-insensitive: does the partly given `wanted` name match `name`? */
bool port_name_matches(const char *name, const char *wanted);

/* The drivers' tables, for port.c and for drivers that stand in for each other. */

#if defined(EMEND_HAVE_JACK)
extern const struct port_driver port_driver_jack;
#endif
extern const struct port_driver port_driver_rtmidi;
extern const struct port_driver port_driver_portmidi;

#endif
