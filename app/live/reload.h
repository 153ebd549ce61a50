/* SPDX-License-Identifier: MIT */
/* SIGHUP at `emend live`: what emend.conf now says of preset, mode, strength and look-ahead is taken up while
 * playing goes on, as a new start with the same arguments would; a model file that has changed is read again.
 * Ports, takes and learning stay as they were. What cannot be read or used leaves all as it was.
 *
 * A new model is handed to the live thread, which takes it up at a tick; no note is cut or left sounding. The
 * control thread's alone. */
#ifndef EMEND_RELOAD_H
#define EMEND_RELOAD_H

#include "live_setup.h"

enum { RELOAD_LINE = 640 };

struct reload {
  /* Read arguments and emend.conf anew into `settings`; only after success settings_free is due. */
  enum status (*read)(void *user, struct settings *settings, struct error *error);
  void *user;
  bool no_personal;
  const struct settings *started; /* those that stay */
  struct session *session;
  struct capture *capture; /* NULL: none */
  const struct live_port *live_port;
  struct live_personal *personal;
  /* Its own; zero at first. */
  bool swapping; /* the session has a model on its way to the engine */
  uint32_t fingerprint;
  struct preset preset;
  double look_ahead; /* ms, as the settings want it */
  bool waits;        /* settings have changed that stay as they were */
  struct live_personal chosen;
  char wanted[PRESET_NAME_MAX]; /* a preset that was asked for by name, or "" */
};

enum reload_result { RELOAD_NOTHING, RELOAD_DONE, RELOAD_FAILED };

/* A few times a second: begin a reload that was asked for, go on with one that is under way. While reload_swaps
 * the worker is not polled, since it will be aimed anew. In `line` what is to be told of DONE or FAILED. */
enum reload_result reload_poll(struct reload *reload, struct worker *worker, char line[RELOAD_LINE]);
/* Have this preset taken up at the next poll, with the settings' strength and look-ahead and the mode there is.
 * False while another reload is under way. */
bool reload_preset(struct reload *reload, const char *name);
bool reload_swaps(const struct reload *reload);

#endif
