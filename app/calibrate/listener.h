/* SPDX-License-Identifier: MIT */
/* An instrument listened to: a port is opened, what comes in is passed on as it is, and its strokes are
 * collected. */
#ifndef EMEND_LISTENER_H
#define EMEND_LISTENER_H

#include "port.h"

struct listener;

/* Open the driver of that name ("auto": the first that works) by partly given port names, as emend live does.
 * Allocates; release with listener_close. */
enum status listener_open(struct listener **listener, const char *driver, const char *in, const char *out,
                          struct error *error) EMEND_CHECK;
void listener_close(struct listener *listener);

/* Control thread, a few times a second: see to the port and take what came in since the last call. `line` (at
 * least 256) is the port's news, or "". */
enum status listener_poll(struct listener *listener, char *line, size_t size, struct error *error) EMEND_CHECK;
/* The strokes so far, in order of onset; one that is still held has no length yet. The listener's. */
const struct note_list *listener_notes(const struct listener *listener);

#endif
