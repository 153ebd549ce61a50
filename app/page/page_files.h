/* SPDX-License-Identifier: MIT */
/* The static files of the page (app/page/web), compiled in. */
#ifndef EMEND_PAGE_FILES_H
#define EMEND_PAGE_FILES_H

#include <stddef.h>

struct page_file {
  const char *name; /* "" is the page itself */
  const char *type; /* for Content-Type */
  const unsigned char *data;
  size_t size;
};

extern const struct page_file page_files[];
extern const size_t page_files_count;

#endif
