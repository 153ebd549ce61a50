/* SPDX-License-Identifier: MIT */
/* What a filling did: as JSON for --report, and as a line for people. */
#ifndef EMEND_FILL_REPORT_H
#define EMEND_FILL_REPORT_H

#include <stdio.h>

#include "filling.h"

struct fill_report {
  const char *in, *model; /* the model's path */
  double strength;
  const struct fill_source *source;
  const struct fill_gaps *gaps;
  const struct filling *fillings; /* (count) */
  const uint64_t *seeds;          /* (count) of the variants; NULL: one filling, the likeliest */
  char *const *paths;             /* (count) */
  int count;
};

/* "OUT.mid: added 12 notes, 9 in 2 gaps, 3 that had been dropped." */
void fill_report_print(const struct fill_report *report, int which, FILE *out);

/* Write the report to `path`, "-" for standard output. */
enum status fill_report_write(const struct fill_report *report, const char *path,
                              struct error *error) EMEND_CHECK;

#endif
