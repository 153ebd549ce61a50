/* What came of one trial of a search: result.json in its folder. */
#ifndef EMEND_SEARCH_RESULT_H
#define EMEND_SEARCH_RESULT_H

#include <jansson.h>

#include "search_space.h"

/* What the number of a trial is. They compare within a kind; the exact likelihood and the bound with each
 * other. */
enum search_number {
  SEARCH_EXACT,     /* the exact negative log likelihood */
  SEARCH_BOUND,     /* the bound on it */
  SEARCH_DENOISING, /* the bound of the clean frames given damaged ones */
  SEARCH_SURROGATE, /* the arithmetic of 2014; no bound */
  SEARCH_LOSS,      /* a loss of its own weights; no bound */
};

struct search_result {
  int trial;
  bool failed; /* then there is a reason and no number */
  char reason[256];
  enum search_number number;
  double nats;  /* a frame of the validation split */
  double bound; /* the exact bound of the same weights, nats a frame */
  int epochs, threads;
  double seconds;
  size_t frames; /* of the validation split */
};

const char *search_number_name(enum search_number number);    /* "bound" */
const char *search_number_meaning(enum search_number number); /* for a person */

/* NULL without memory. */
json_t *search_result_json(const struct search_space *space, const struct search_settings *settings,
                           const struct search_result *result);
/* Written whole or not at all. */
enum status search_result_write(const struct search_space *space, const struct search_settings *settings,
                                const struct search_result *result, const char *path,
                                struct error *error) EMEND_CHECK;
/* STATUS_NOT_FOUND where there is none; STATUS_FORMAT for one that is damaged or of another trial or space. */
enum status search_result_read(const struct search_space *space, int trial, const char *path,
                               struct search_result *result, struct error *error) EMEND_CHECK;

/* "rate=0.01 hidden=200": what the trial drew. */
void search_settings_text(const struct search_settings *settings, char *text, size_t size);

#endif
