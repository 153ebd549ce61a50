/* SPDX-License-Identifier: MIT */
/* One cleaning: a preset's model, the live engine over it and the bridge to whatever feeds it. It alone hands
 * new models to the engine and takes old ones back. */
#ifndef EMEND_SESSION_H
#define EMEND_SESSION_H

#include "model.h"
#include "preset.h"
#include "stream.h"

/* A model with what the engine runs of it. */
struct session_model {
  struct model *model;
  struct cleaner *cleaner;
  uint32_t fingerprint; /* of the model's file; 0: unknown */
};

struct session {
  struct preset preset;
  struct model *model;
  uint32_t fingerprint;
  struct cleaner *cleaner;
  struct live *live;
  struct stream stream;
  /* Its own. */
  struct session_model incoming; /* on its way to the engine; no cleaner: none */
  bool handed_over;
};

/* Load the preset's model and make the engine, with a capture ring of that many bytes; in real time it keeps
 * its data in the cache. `instrument` is what is known of it, copied; NULL: a keyboard, nothing known.
 * Allocates; release with session_close after the driver is closed, also when this fails. */
enum status session_open(struct session *session, const struct preset *preset, bool real_time, uint32_t capture,
                         const struct instrument *instrument, struct error *error) EMEND_CHECK;
/* The live thread must have ended: a model on its way is freed too. */
/* The same with a model that is loaded, which is the session's from then on. */
enum status session_open_with(struct session *session, const struct preset *preset,
                              struct session_model *loaded, bool real_time, uint32_t capture,
                              const struct instrument *instrument, struct error *error) EMEND_CHECK;
void session_close(struct session *session);

/* The preset's look-ahead as the engine counts it. */
nanos session_look_ahead(const struct session *session);

/* --- Control thread. --- */

/* Load a model that `who` ("emend live") could run. Allocates; release with session_model_free. */
enum status session_model_load(struct session_model *loaded, const char *path, const char *who,
                               struct error *error) EMEND_CHECK;
void session_model_free(struct session_model *loaded);

/* Hand a model to the engine, which takes it up at a tick. From then on it is the session's, and *incoming is
 * empty. False, and nothing happens, while another is on its way. */
bool session_swap_begin(struct session *session, struct session_model *incoming) EMEND_CHECK;
/* True once: the engine has taken the new model up, the session's model is that one and the old one is freed.
 */
bool session_swap_poll(struct session *session);
/* Is a model on its way? */
bool session_swaps(const struct session *session);

#endif
