/* SPDX-License-Identifier: MIT */
/* What `emend doctor` finds out about a machine: one finding a thing looked at, and what to do about it.
 * Each check is given what it looks at, so that tests can make it up. Not for live threads. */
#ifndef EMEND_DOCTOR_H
#define EMEND_DOCTOR_H

#include <jansson.h>
#include <stdio.h>
#include <sys/resource.h>

#include "port.h"
#include "settings.h"

enum doctor_verdict {
  DOCTOR_FINE,
  DOCTOR_ADVICE, /* live works, but could do better */
  DOCTOR_FAULT   /* live does not work */
};

enum { DOCTOR_MAX = 256, DOCTOR_NAME = 96, DOCTOR_TEXT = 512 };

struct doctor_finding {
  enum doctor_verdict verdict;
  char name[DOCTOR_NAME]; /* "limits: rtprio" */
  char text[DOCTOR_TEXT]; /* what is so */
  char todo[DOCTOR_TEXT]; /* what to do; "" where all is well */
};

struct doctor {
  struct doctor_finding findings[DOCTOR_MAX];
  int count;
};

/* Add a finding; what there is no room for is left out. Returns it, for doctor_todo; never NULL. */
struct doctor_finding *doctor_add(struct doctor *doctor, enum doctor_verdict verdict, const char *name,
                                  const char *format, ...) EMEND_PRINTF(4, 5);
void doctor_todo(struct doctor_finding *finding, const char *format, ...) EMEND_PRINTF(2, 3);
enum doctor_verdict doctor_worst(const struct doctor *doctor);

void doctor_print(const struct doctor *doctor, FILE *out);
json_t *doctor_json(const struct doctor *doctor); /* NULL if out of memory */

/* What the system lets a live thread have. */
struct doctor_rights {
  int raised;            /* realtime_raise's result on a thread of its own */
  struct rlimit rtprio;  /* RLIM_INFINITY where the system knows no such limit */
  struct rlimit memlock; /* likewise */
  bool root;
  bool audio_exists; /* there is a group "audio" */
  bool in_audio;     /* and this process has it */
};
void doctor_rights_read(struct doctor_rights *rights);
void doctor_rights(struct doctor *doctor, const struct doctor_rights *rights);

/* The clock of the processors below `folder` ("/sys/devices/system/cpu"). */
void doctor_governor(struct doctor *doctor, const char *folder);

/* OpenBLAS's kernels, for which core they are, and for which they should be; NULL: they are right. */
void doctor_blas(struct doctor *doctor, const char *core, const char *better);

/* The drivers and their ports, and whether those that the settings name are there; `pipewire`: a PipeWire
 * server answers to this user. Drivers end with NULL. */
void doctor_drivers(struct doctor *doctor, const struct port_driver *const *drivers,
                    const struct settings *settings, bool pipewire);
bool doctor_pipewire_runs(void);

/* Load each preset and its models, and every personal model; the preset in use must work. */
void doctor_presets(struct doctor *doctor, const char *used);

/* The folder of takes: may it be written, is there room. */
void doctor_takes(struct doctor *doctor, const struct settings *settings);

#endif
