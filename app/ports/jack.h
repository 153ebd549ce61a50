/* SPDX-License-Identifier: MIT */
/* The JACK driver's state: what the process callback touches (port_jack.c), what set-up and the
 * control thread do around it (port_jack_setup.c), and connections by name (port_jack_links.c).
 *
 * libjack is used directly because an event must leave in the cycle and at the frame it came in. */
#ifndef EMEND_JACK_H
#define EMEND_JACK_H

#include <jack/jack.h>
#include <jack/midiport.h>
#include <jack/thread.h>

#include "frame_clock.h"
#include "port_private.h"
#include "ring.h"

/* Ports that came since the last look; where more came, any may have. */
enum { JACK_NEW_PORTS = 64 };

/* Who hears the output: messages of the ring, with an id; and how many are looked at in a cycle. */
enum { JACK_LEFT = 1, JACK_CAME, JACK_LISTENERS_MAX = 32, JACK_LISTENERS_RING = 1 << 12 };
enum { JACK_EVERYONE = 1 }; /* an id that no listener has */

struct jack_port {
  struct port head;
  /* Set before the client is activated, const while it runs. */
  jack_client_t *client; /* NULL while there is no server */
  jack_port_t *in, *out;
  /* Live thread only. */
  struct frame_clock clock;
  bool begun;         /* the stream has been told when it began */
  bool cycles_lost;   /* between the last cycle and this one */
  void *out_buffer;   /* NULL outside a cycle */
  uint32_t out_count; /* events in it */
  int64_t out_frame;  /* of the last event: frames may not decrease */
  uint32_t departures_taken;
  int silence_after; /* cycles until what a departed source held is ended; 0: none has departed */
  /* Between threads. */
  _Atomic nanos time;      /* the end of the last cycle */
  _Atomic uint32_t rate;   /* as JACK says */
  _Atomic uint32_t cycles; /* counted, so that close can wait for some */
  _Atomic bool server_gone;
  _Atomic bool closing;        /* what comes in now would not be ended any more */
  _Atomic bool listened;       /* emend:out has been connected for two polls */
  _Atomic bool rejoined;       /* what sounds is from before: its end waits for a listener */
  struct ring listeners;       /* from JACK's own thread to the live one */
  _Atomic uint32_t departures; /* sources that the input lost, counted by JACK's own thread */
  _Atomic jack_port_id_t new_ports[JACK_NEW_PORTS];
  _Atomic uint32_t new_port_count; /* since the start; that thread's too */
  _Atomic nanos look_ahead;        /* for the latency that JACK tells others */
  /* Control thread. */
  uint32_t seen_cycles; /* at the last poll that saw a new one, and when */
  nanos seen_time;
  int sources;       /* connections of the input at the last look */
  bool was_listened; /* emend:out was connected at the last poll */
  uint32_t departures_told;
  uint32_t new_ports_seen;
  bool heard_twice;    /* the warning about a raw and a cleaned stream stands */
  char described[256]; /* period and rate, kept for when the server is gone */
};

/* JACK's callback. Live thread; bounded by the events that fit into one buffer. */
EMEND_LIVE int jack_port_process(jack_nframes_t frames, void *port);
/* port_driver.send: see port.h. Live thread, within the callback. */
EMEND_LIVE bool jack_port_send(void *port, nanos time, const uint8_t *bytes, size_t size);

/* --- Control thread, while there is a client. Allocate. --- */

/* MIDI ports that are not emend's, by name and by alias; returns how many (at most `capacity`). */
size_t jack_port_list(jack_client_t *client, struct port_info *list, size_t capacity);
/* The first connections by name. STATUS_NOT_FOUND where a named port is not there. */
enum status jack_port_connect(struct jack_port *jack, struct error *error) EMEND_CHECK;
/* See what came, went or was connected by hand, and mend what can be mended. */
void jack_port_scan(struct jack_port *jack);
/* At every poll: tell of sources that left, look for listeners. Never allocates. */
void jack_port_watch(struct jack_port *jack);

/* --- JACK's notification thread. --- */

/* JACK's callbacks: a scan alone does not see what left and returned between two of them, and a port's UUID is
 * no help, as jackd gives a new port the one that an old port had. */
void jack_port_on_registration(jack_port_id_t id, int came, void *port);
void jack_port_on_connection(jack_port_id_t source, jack_port_id_t sink, int made, void *port);

#endif
