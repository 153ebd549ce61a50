/* What the ALSA sequencer knows and neither RtMidi nor PortMidi tells: whether it is there, ports that
 * leave, input that was lost, and the size of the pools. On other systems, or without libasound's
 * headers, all of it answers "nothing to say".
 *
 * Control thread only. */
#ifndef EMEND_ALSA_SEQ_H
#define EMEND_ALSA_SEQ_H

#include <stdbool.h>
#include <stdint.h>

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
/* Events that this process's clients lost so far because their pool was full. */
uint64_t alsa_watch_lost(struct alsa_watch *watch);
/* How many sources are connected to this process's inputs, by name or by hand. */
int alsa_watch_sources(struct alsa_watch *watch);
/* Is there a port of this name (of another process)? */
bool alsa_watch_find(struct alsa_watch *watch, const char *name, struct alsa_address *address);

/* The address at the end of a name as RtMidi gives it ("Keyboard:Keyboard MIDI 1 20:0"). */
bool alsa_address_of(const char *name, struct alsa_address *address);

#endif
