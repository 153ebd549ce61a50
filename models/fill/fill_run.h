/* SPDX-License-Identifier: MIT */
/* The steps of filling one take: for fill*.c, and for the baseline of eval_restore.c, which runs the same steps
 * with the matches' votes in place of the network. */
#ifndef EMEND_FILL_RUN_H
#define EMEND_FILL_RUN_H

#include "fill.h"
#include "filler.h"

enum {
  FILL_PART = 256,  /* frames that are run at once */
  FILL_MARGIN = 32, /* of them at either end only there for the others */
};

/* A take on its way through a filler. */
struct fill_run {
  struct filler filler;
  struct net_config config;
  const struct note_list *played; /* sorted by onset */
  const struct fill_options *options;
  nanos frame;    /* duration */
  int frames;     /* T */
  uint8_t *cells; /* (T, V, D) */
  struct match_index index;
  bool votes;     /* the matches' votes stand in for the network: the baseline of eval_restore.c */
  bool search;    /* for single dropped notes */
  struct rng rng; /* of variants */
  float *p;       /* (FILLER_PART_MAX, V, D) */
  float *onsets;  /* (FILLER_PART_MAX, D) those of the gaps in a part */
  float least;    /* probability of a note in them */
  struct fill_result *result;
};

/* One candidate: the network's word that `pitch` (0..87) is struck near frame t. */
struct fill_candidate {
  int t, pitch;
  int lasting;            /* frames that it is believed to sound */
  float probability;      /* of an onset at t or a frame beside it */
  double centre;          /* where in that the onset is expected, frames from t */
  nanos earliest, latest; /* it is struck within */
  enum fill_reason reason;
  const struct match *best; /* (K) the matches of frame t */
};

/* fill.c: open a take with its gaps hidden; run one part. */
enum status fill_run_init(struct fill_run *run, const struct model *model, const struct note_list *played,
                          const struct fill_gaps *gaps, struct error *error) EMEND_CHECK;
void fill_run_free(struct fill_run *run);
/* The same for run->played alone, whose config, frame and filler are set; the filler stays the caller's. */
enum status fill_run_open(struct fill_run *run, const struct fill_gaps *gaps) EMEND_CHECK;
void fill_run_close(struct fill_run *run);

/* Fill an opened take; the notes come sorted. On failure the result is empty. */
enum status fill_run_take(struct fill_run *run, const struct fill_options *options, struct fill_result *result,
                          struct error *error) EMEND_CHECK;

/* Frames up to `frame` are done. False: stop. */
bool fill_go_on(const struct fill_run *run, const struct fill_watch *watch, int frame);
/* STATUS_INTERRUPTED or STATUS_NO_MEMORY, in words. */
enum status fill_failed(enum status status, struct error *error);

/* p of the frames begin .. begin + length - 1 (FILLER_PART_MAX at most), and the matches that it came from: the
 * caller frees the part. */
enum status fill_run_part(struct fill_run *run, int begin, int length, bool draw,
                          struct filler_part *part) EMEND_CHECK;

/* The probability that a note is struck about frame t of a part that was run, or 0 where frame t is not the
 * likeliest of its neighbours; *centre: where, in frames from t. */
float fill_onset_at(const struct fill_run *run, const struct filler_part *part, int t, int pitch,
                    double *centre);
/* In a known frame: nothing of that pitch is struck near by, nor sounds on. */
bool fill_is_free(const struct fill_run *run, int t, int pitch);

/* fill_loss.c: whether the take lost notes at all, so that it pays to look for single ones. */
enum status fill_doubt_take(struct fill_run *run, bool *lost) EMEND_CHECK;

/* fill_place.c: give a candidate its time, length and velocity and add it, unless its place is taken. */
enum status fill_place(struct fill_run *run, const struct fill_candidate *candidate) EMEND_CHECK;

/* The first played note at or after `time`. */
size_t fill_first_from(const struct note_list *played, nanos time);

#endif
