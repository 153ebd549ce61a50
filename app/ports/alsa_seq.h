/* SPDX-License-Identifier: MIT */
/* What the ALSA sequencer knows and neither RtMidi nor PortMidi tells: whether it is there, ports that
 * leave, input that was lost, and the size of the pools. On other systems, or without libasound's
 * headers, all of it answers "nothing to say".
 *
 * Control thread only, but for alsa_room_*. */
#ifndef EMEND_ALSA_SEQ_H
#define EMEND_ALSA_SEQ_H

#include <stdbool.h>
#include <stdio.h>

#include "status.h"

enum { ALSA_EXITS_MAX = 32 };

struct alsa_address {
  int client, port;
};

struct alsa_watch; /* a small client of its own that hears the system's announcements */

/* STATUS_OK where the sequencer can be opened (or where the system has another), else one line.
 * From here on libasound prints nothing by itself. */
enum status alsa_seq_probe(const char *driver, struct error *error) EMEND_CHECK;

/* Raise this process's clients' event pools to what the kernel allows: 200 events are soon full. */
void alsa_seq_enlarge_pools(void);

/* NULL where there is nothing to watch. Allocates. */
struct alsa_watch *alsa_watch_new(void);
void alsa_watch_free(struct alsa_watch *watch);
/* Ports that left since the last call. */
int alsa_watch_exits(struct alsa_watch *watch, struct alsa_address exits[ALSA_EXITS_MAX]);
/* Who came to hear a port of this process's, or left it, as alsa_watch_exits has heard it announced; each once.
 */
struct alsa_listener {
  struct alsa_address address;
  bool here;
};
int alsa_watch_listeners(struct alsa_watch *watch, struct alsa_listener listeners[ALSA_EXITS_MAX]);
/* How many sources are connected to this process's inputs, by name or by hand. */
int alsa_watch_sources(struct alsa_watch *watch);
/* Is anyone connected to this port of this process's? True where it cannot be said. */
bool alsa_watch_heard(struct alsa_watch *watch, struct alsa_address source);
/* Was there no room for input to this process since the last call? Reads a small file. */
bool alsa_watch_lost(struct alsa_watch *watch);
/* Is there a port of this name (of another process)? */
bool alsa_watch_find(struct alsa_watch *watch, const char *name, struct alsa_address *address);

/* The address of a port of this process. */
bool alsa_watch_find_own(struct alsa_watch *watch, const char *name, struct alsa_address *address);
/* A file that alsa_room_* may ask through, as long as the watch lives; -1 where there is none. */
int alsa_watch_descriptor(struct alsa_watch *watch);

/* Events for which there is still room; ALSA_ROOM_UNKNOWN where it cannot be said. Any thread: they
 * only ask the kernel, in a microsecond or two. */
enum { ALSA_ROOM_UNKNOWN = 1 << 20 };
/* In the fullest of the clients that `source` is connected to. */
int alsa_room_ahead(int descriptor, struct alsa_address source);
/* In a client's own input. */
int alsa_room_inside(int descriptor, int client);

/* How many events found no room in a client's input since it was opened; -1 where it cannot be said. */
long alsa_lost_inside(int client);
/* The same, from that file. */
long alsa_lost_read(FILE *clients, int client);

/* The address at the end of a name as RtMidi gives it ("Keyboard:Keyboard MIDI 1 20:0"). */
bool alsa_address_of(const char *name, struct alsa_address *address);

#endif
