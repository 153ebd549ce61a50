/* SPDX-License-Identifier: MIT */
/* The control thread of `emend live`: keys, the driver's news, the view. */
#ifndef EMEND_LIVE_LOOP_H
#define EMEND_LIVE_LOOP_H

#include <stdio.h>

#include "broken_take.h"
#include "capture.h"
#include "known.h"
#include "page.h"
#include "port.h"
#include "reload.h"
#include "removals.h"
#include "session.h"
#include "worker.h"

struct live_loop {
  struct session *session;
  struct watch *watch;
  struct capture *capture; /* NULL: none */
  struct worker *worker;   /* drains for both */
  const struct port_driver *driver;
  struct port *port;
  struct reload *reload;
  struct broken_takes *broken;
  struct known *known;
  struct page *page; /* NULL: none */
  double seconds;    /* at most; 0: until told */
  FILE *out;         /* for lines, where there is no terminal */
};

/* Run until a key, a signal, the time, the loss of the terminal or (for the file driver) the end of the take.
 * Returns the seconds it ran. */
double live_loop_run(struct live_loop *loop);

#endif
