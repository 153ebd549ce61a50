/* SPDX-License-Identifier: MIT */
/* Which port `emend live` uses: the demo, a file, a driver by name, or the first that works. */
#ifndef EMEND_LIVE_SETUP_H
#define EMEND_LIVE_SETUP_H

#include <stdio.h>

#include "capture.h"
#include "paths.h"
#include "port.h"
#include "session.h"
#include "settings.h"
#include "worker.h"

struct live_port {
  const struct port_driver *driver;
  struct port *port;
  char in[DATAFILE_PATH_MAX];
  const char *save; /* where the file driver's take goes; NULL for others */
};

/* Say at once when the settings name no driver, or not what it needs. */
enum status live_port_check(const struct settings *settings, bool demo, struct error *error) EMEND_CHECK;

/* Open the port that checked the settings ask for and connect the session to it. Where `auto` finds no system
 * that works and no port is asked for by name, a warning says so and the demo is opened. */
enum status live_port_open(struct live_port *live_port, const struct settings *settings, bool demo,
                           struct session *session, struct error *error) EMEND_CHECK;

/* What `emend live` has of its own: the player's personal model, and the worker that learns one. */

struct live_personal {
  int number;                   /* of the personal model in use; 0: the preset itself */
  char base[DATAFILE_PATH_MAX]; /* the preset's own model */
};

enum { LIVE_PERSONAL_LINE = 512 };

/* Put the current personal model, if there is a usable one, in place of the preset's (unless `none`). `line`
 * says that there is one which cannot be used, or "". */
void live_personal_choose(struct preset *preset, bool none, struct live_personal *personal,
                          char line[LIVE_PERSONAL_LINE]);

/* Make and start the worker. A warning says what --learn needs but is missing. */
enum status live_worker_start(struct worker **worker, const struct settings *settings, struct capture *capture,
                              const struct live_personal *personal, struct session *session,
                              struct error *error) EMEND_CHECK;

/* The session has another preset or model: tell the takes, and learn for it from now on. Waits for the worker's
 * threads; what they drain waits meanwhile. Where this fails, the worker rests and playing goes on. */
enum status live_worker_change(struct worker *worker, const struct settings *settings, struct capture *capture,
                               const struct live_personal *personal, struct session *session,
                               struct error *error) EMEND_CHECK;

/* Whether and where `emend live` captures. */

/* The folder of takes: the settings', or the user's own. STATUS_NOT_FOUND where neither is known. */
enum status live_capture_folder(const struct settings *settings, char path[DATAFILE_PATH_MAX],
                                struct error *error) EMEND_CHECK;

/* A fingerprint of a model's file; 0 where it cannot be read. */
uint32_t live_capture_fingerprint(const char *model_path);

/* Begin to capture if the settings say so, and tell on `out` where takes go. NULL where nothing is captured:
 * not wanted, or not possible, which a warning says. `keyboard`: real playing, not a file's. */
struct capture *live_capture_start(const struct settings *settings, const struct session *session,
                                   bool keyboard, FILE *out);
/* After draining has stopped: report what was not reported yet, and end the take. NULL is allowed. */
void live_capture_stop(struct capture *capture, FILE *out);

#endif
