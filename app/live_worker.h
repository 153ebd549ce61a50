/* What `emend live` has of its own: the player's personal model, and the worker that learns one. */
#ifndef EMEND_LIVE_WORKER_H
#define EMEND_LIVE_WORKER_H

#include "settings.h"
#include "worker.h"

struct live_personal {
  int number;                   /* of the personal model in use; 0: the preset itself */
  char base[DATAFILE_PATH_MAX]; /* the preset's own model */
};

enum { LIVE_PERSONAL_LINE = 512 };

/* Put the current personal model, if there is a usable one, in place of the preset's (unless `none`). `line`
 * says that there is one which cannot be used, or "". */
void live_personal_choose(struct preset *preset, bool none, struct live_personal *personal,
                          char line[LIVE_PERSONAL_LINE]);

/* Make and start the worker. What --learn needs and does not find is told as a warning. */
enum status live_worker_start(struct worker **worker, const struct settings *settings, struct capture *capture,
                              const struct live_personal *personal, struct session *session,
                              struct error *error) EMEND_CHECK;

/* The session has another preset or model: tell the takes, and learn for it from now on. Waits for the worker's
 * threads; what they drain waits meanwhile. Where this fails, the worker rests and playing goes on. */
enum status live_worker_change(struct worker *worker, const struct settings *settings, struct capture *capture,
                               const struct live_personal *personal, struct session *session,
                               struct error *error) EMEND_CHECK;

#endif
