/* SPDX-License-Identifier: MIT */
/* `emend live` without its command: a preset's session on the file driver's live thread, with capture, worker
 * and somebody at the controls. A take of strokes at 1,000 messages a second is made for it. */
#ifndef EMEND_LIVE_THREADS_H
#define EMEND_LIVE_THREADS_H

#include "capture.h"
#include "folder.h"
#include "port.h"
#include "session.h"
#include "worker.h"

struct live_threads {
  struct folder folder;
  struct session session;
  struct capture *capture;
  struct worker *worker;
  struct port *port;
};

/* Play `seconds` of the take with the preset pop; the driver calls `stream`, which is to call
 * stream_port(&threads->session.stream) in its turn. A cmocka failure where that cannot be. */
void live_threads_start(struct live_threads *threads, int seconds, const struct port_stream *stream);
/* Until the take is over: change mode, strength, look-ahead and model all the while. */
void live_threads_control(struct live_threads *threads);
void live_threads_stop(struct live_threads *threads);

#endif
