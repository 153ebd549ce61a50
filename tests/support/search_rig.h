/* SPDX-License-Identifier: MIT */
/* A space of settings in a folder, for the tests of random search. */
#ifndef EMEND_TEST_SEARCH_RIG_H
#define EMEND_TEST_SEARCH_RIG_H

#include "folder.h"
#include "search_space.h"

struct search_rig {
  struct folder folder;
  struct search_space space;
  struct error error;
};

enum status search_rig_read(struct search_rig *f, const char *text, struct search_space *space);

int search_rig_set_up(void **state);

int search_rig_tear_down(void **state);

#endif
