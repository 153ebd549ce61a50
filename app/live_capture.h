/* Whether and where `emend live` captures. */
#ifndef EMEND_LIVE_CAPTURE_H
#define EMEND_LIVE_CAPTURE_H

#include <stdio.h>

#include "capture.h"
#include "session.h"
#include "settings.h"

/* The folder of takes: the settings', or the user's own. STATUS_NOT_FOUND where neither is known. */
enum status live_capture_folder(const struct settings *settings, char path[DATAFILE_PATH_MAX],
                                struct error *error) EMEND_CHECK;

/* A fingerprint of a model's file; 0 where it cannot be read. */
uint32_t live_capture_fingerprint(const char *model_path);

/* Begin to capture if the settings say so, and tell on `out` where takes go. NULL where nothing is captured:
 * not wanted, or not possible, which a warning says. `keyboard`: real playing, not a file's. */
struct capture *live_capture_start(const struct settings *settings, const struct session *session,
                                   bool keyboard, FILE *out);
/* Nobody drains any more: tell what was not told yet, and end the take. NULL is allowed. */
void live_capture_stop(struct capture *capture, FILE *out);

#endif
