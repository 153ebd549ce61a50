/* What `emend live` has of its own: the player's personal model, and the worker that learns one. */
#ifndef EMEND_LIVE_WORKER_H
#define EMEND_LIVE_WORKER_H

#include <stdio.h>

#include "settings.h"
#include "worker.h"

struct live_personal {
  int number;                   /* of the personal model in use; 0: the preset itself */
  char base[DATAFILE_PATH_MAX]; /* the preset's own model */
};

/* Put the current personal model, if there is a usable one, in place of the preset's (unless `none`). One that
 * is damaged is told on `out`. */
void live_personal_choose(struct preset *preset, bool none, struct live_personal *personal, FILE *out);

/* Make and start the worker. What --learn needs and does not find is told on `out`. */
enum status live_worker_start(struct worker **worker, const struct settings *settings, struct capture *capture,
                              const struct live_personal *personal, struct session *session, FILE *out,
                              struct error *error) EMEND_CHECK;

#endif
