/* SPDX-License-Identifier: MIT */
/* The guided calibration in a terminal: what to play, step by step, and what has been heard. */
#ifndef EMEND_GUIDE_H
#define EMEND_GUIDE_H

#include "listener.h"

/* Lead the player through the steps; each can be skipped. STATUS_UNSUPPORTED without a terminal.
 * STATUS_INTERRUPTED when the player stops before the end. */
enum status guide_run(struct listener *listener, struct error *error) EMEND_CHECK;

#endif
