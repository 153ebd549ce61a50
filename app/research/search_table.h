/* SPDX-License-Identifier: MIT */
/* The ranking of a search's trials. */
#ifndef EMEND_SEARCH_TABLE_H
#define EMEND_SEARCH_TABLE_H

#include "search_folder.h"

struct search_row {
  enum search_state state;
  struct search_result result; /* where it is finished; else only its trial */
  char why[256];               /* of a broken one */
};

struct search_table {
  const char *folder;
  struct search_space space;
  struct search_row *rows; /* (count) finished ones first: by kind of number, then the best; then by trial */
  size_t count;
};

/* Allocates; release with search_table_free, also after a failure. */
enum status search_table_read(struct search_table *table, const char *folder, struct error *error) EMEND_CHECK;
void search_table_free(struct search_table *table);

void search_table_print(const struct search_table *table);
json_t *search_table_json(const struct search_table *table); /* NULL if out of memory */

#endif
