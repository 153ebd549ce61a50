/* SPDX-License-Identifier: MIT */
/* Detects a receiver that has stopped reading, and reports it.
 */
#ifndef EMEND_PORT_PRIVATE_H
#define EMEND_PORT_PRIVATE_H

#include <stdatomic.h>

#include "port.h"

/* All zero at first. */
struct slow_listener {
  _Atomic bool waits; /* between threads */
  /* Control thread. */
  nanos since; /* 0: it is not waited for */
  bool told;
};

/* There is no room for the next message, or there was. Live thread. */
static inline void slow_listener_waits(struct slow_listener *listener, bool waits)
{
  atomic_store_explicit(&listener->waits, waits, memory_order_relaxed);
}

/* Say, once, that it is waited for since a second, and that it reads again. Control thread. */
void slow_listener_tell(struct slow_listener *listener, struct port *port, nanos now);

/* What the drivers share: the head of every open port, names, links to named ports. */

enum { PORT_NAME = 256, PORT_LINE = 256, PORT_LIST_MAX = 256 };

/* How often names are looked at again. A device must be seen twice before it is used: a new one
 * needs some 400 ms to settle. */
#define PORT_SCAN_INTERVAL (500 * NANOS_PER_MILLISECOND)

/* A wish to be connected to a port known by part of its name. Control thread. */
enum port_link_state {
  LINK_UNUSED,   /* no name was given */
  LINK_LOST,     /* the port is not there */
  LINK_SETTLING, /* it is there since the last scan */
  LINK_ON,
  LINK_RELEASED, /* someone else undid the connection: their wish is respected */
};
struct port_link {
  enum port_direction direction;
  enum port_link_state state;
  bool undone; /* the connection was missing at the last scan, the port was not */
  char wanted[PORT_NAME];
  char name[PORT_NAME]; /* the full name last connected to or settling */
};

/* The head of every driver's port. */
struct port {
  struct port_stream stream;
  struct port_counters counters;
  char client_name[64];
  struct port_link in, out;
  _Atomic bool silence_wanted; /* any thread sets it, the live thread takes it */
  /* Control thread. */
  char line[PORT_LINE]; /* what poll will say next */
  nanos next_scan;
  uint64_t overflows_told;
};

/* Fill the head from what open was given. `name` is the driver's. STATUS_USAGE where a name is too
 * long or empty. Never allocates. */
enum status port_setup(struct port *port, const struct port_options *options, const struct port_stream *stream,
                       struct error *error) EMEND_CHECK;

/* Find `wanted` in a list: a whole name before a part of one; -1 where there is none. Ports whose
 * name begins with "own:" are passed over, so that emend never hears itself. */
int port_pick(const struct port_info *list, size_t count, enum port_direction direction, const char *wanted,
              const char *own);

/* The line for a named port that is not there when a driver opens: a misspelt name must not look like
 * a device that is unplugged for now. */
enum status port_not_found(const char *driver, const struct port_link *link, struct error *error);

/* Add what just happened to what poll will say. */
void port_say(struct port *port, const char *format, ...) EMEND_PRINTF(2, 3);

/* What a link is to do after a scan, given the list of ports now there. */
enum port_link_action { LINK_KEEP, LINK_CONNECT, LINK_DROP };
enum port_link_action port_link_scan(struct port_link *link, const struct port_info *list, size_t count,
                                     const char *own);

/* WAITING, CONNECTED or LOST, from the links. */
enum port_state port_links_state(const struct port *port);

/* poll's ending: hand out the line and the state. */
enum port_state port_report(struct port *port, enum port_state state, char *line, size_t size);

static inline void port_count(_Atomic uint64_t *counter)
{
  atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

#endif
