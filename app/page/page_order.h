/* SPDX-License-Identifier: MIT */
/* What a page may ask for: a JSON object, checked, as a message of fixed size. */
#ifndef EMEND_PAGE_ORDER_H
#define EMEND_PAGE_ORDER_H

#include "page_notes.h"
#include "preset.h"

enum { PAGE_BODY_MAX = 2048 }; /* bytes of a request's body */

enum page_do {
  PAGE_DO_MODE,       /* value: enum live_mode */
  PAGE_DO_STRENGTH,   /* value: [0, 1] */
  PAGE_DO_LOOK_AHEAD, /* value: ms in [0, 200] */
  PAGE_DO_PRESET,     /* name */
  PAGE_DO_PANIC,
  PAGE_DO_GOOD,
  PAGE_DO_UNDO,   /* the last removal */
  PAGE_DO_ANSWER, /* note, meant */
  PAGE_DO_FILL,
  PAGE_DO_LEARN, /* pause, or go on */
  PAGE_DOES
};

struct page_order {
  enum page_do what;
  double value;
  char name[PRESET_NAME_MAX]; /* UTF-8 without control characters or '/' */
  uint64_t note;              /* its number */
  struct page_answer answer;  /* the server's: the stroke of that number */
};

/* Read {"do": "strength", "value": 0.5}. STATUS_FORMAT with one line for a person; *order is then undefined.
 * Hostile input. Any thread; allocates for a while. */
enum status page_order_read(const char *body, size_t size, struct page_order *order,
                            struct error *error) EMEND_CHECK;

#endif
