/* SPDX-License-Identifier: MIT */
/* A small machine that plays a program of bytes to the live engine through the bridge that the ports use: what
 * arrives, how time goes, what the user does, when the port has room. What came out is checked by
 * bytes_check.c. */
#ifndef EMEND_BYTES_MACHINE_H
#define EMEND_BYTES_MACHINE_H

#include "fake_predictor.h"
#include "portmidi_bytes.h"
#include "recording_port.h"
#include "stream_port.h"

enum { BYTES_FAKES = 2, BYTES_HEAD = 2, BYTES_ANY_ROOM = -1 };

struct bytes_machine {
  /* The program. */
  const uint8_t *data;
  size_t size, at;
  /* The engine and what is around it. */
  struct live *live;
  struct stream stream;
  struct port_stream port;
  struct fake_predictor fakes[BYTES_FAKES];
  bool held[BYTES_FAKES]; /* the model is the machine's to hand over */
  struct portmidi_decoder decoder;
  int room;   /* messages that the port takes; BYTES_ANY_ROOM */
  nanos time; /* what the ports say; may go back */
  nanos now;  /* the latest so far since the stream began */
  nanos look_ahead;
  /* A SysEx has begun and has not ended: no note-off of the engine's own may come after `mark` before. */
  bool within;
  uint32_t mark;
  nanos deadline;
  /* What happened. */
  bool disturbed;    /* notes were ended by something else than their note-off */
  bool commanded;    /* by the user or the driver: a bypass need not be transparent */
  bool time_back;    /* a stream began earlier than the one before ended */
  uint64_t received; /* records of the capture */
  uint64_t sent;
  uint64_t refused; /* strokes that were decided against */
  uint64_t begins, swaps, panics, jumps;
  const char *fault; /* the first; NULL */
  struct recording_port in, out;
};

/* Run the program of `data`, then end: room in the port, all notes ended, nothing left inside. `machine->live`
 * stays for a look at its counters; release with bytes_machine_free. */
void bytes_machine_run(struct bytes_machine *machine, const uint8_t *data, size_t size);
void bytes_machine_free(struct bytes_machine *machine);

#endif
