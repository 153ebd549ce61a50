/* SPDX-License-Identifier: MIT */
/* One cleaning: a preset's model, the live engine over it and the bridge to whatever feeds it. */
#ifndef EMEND_SESSION_H
#define EMEND_SESSION_H

#include "model.h"
#include "preset.h"
#include "stream.h"

struct session {
  struct preset preset;
  struct model *model;
  uint32_t fingerprint; /* of the model's file; 0: unknown */
  struct cleaner *cleaner;
  struct live *live;
  struct stream stream;
};

/* Load the preset's model and make the engine, with a capture ring of that many bytes; in real time it keeps
 * its data in the cache. Allocates; release with session_close after the driver is closed, also when this
 * fails. */
enum status session_open(struct session *session, const struct preset *preset, bool real_time, uint32_t capture,
                         struct error *error) EMEND_CHECK;
void session_close(struct session *session);

/* The preset's look-ahead as the engine counts it. */
nanos session_look_ahead(const struct session *session);

#endif
