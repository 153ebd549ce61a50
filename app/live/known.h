/* SPDX-License-Identifier: MIT */
/* What emend live knows of the instrument: its profile is taken up at the start, moves with what is seen and
 * taught while playing, and is saved. Control thread. */
#ifndef EMEND_KNOWN_H
#define EMEND_KNOWN_H

#include "live.h"
#include "profile.h"
#include "settings.h"

enum { KNOWN_LINE = 512 };

struct known {
  struct profile profile; /* its instrument is what the engine begins with */
  /* Its own. */
  bool saves;  /* false: a profile that cannot be read or written is left alone */
  bool asked;  /* the live thread for a copy */
  nanos saved; /* when, by the monotonic clock */
};

/* STATUS_USAGE for keys to be left alone on some channels only: an instrument has its keys on all. */
enum status known_check(const struct settings *settings, struct error *error) EMEND_CHECK;
/* Read the profile of the settings' input port; none is no fault. Without a `keyboard`, for
 * a file, none is read or kept. `line` says why one is not used, or "". */
void known_open(struct known *known, const struct settings *settings, bool keyboard, char line[KNOWN_LINE]);
/* A few times a second: every minute, have what is known by now saved. `line` says once that it cannot be, or
 * "". */
void known_poll(struct known *known, struct live *live, nanos now, char line[KNOWN_LINE]);
/* After the stream has ended: save. */
void known_close(struct known *known, const struct live *live, char line[KNOWN_LINE]);

#endif
