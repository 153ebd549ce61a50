/* SPDX-License-Identifier: MIT */
/* `emend live`'s side of the page: its start, and what it is told. Control thread. */
#ifndef EMEND_LIVE_PAGE_H
#define EMEND_LIVE_PAGE_H

#include <stdio.h>

#include "live_view.h"
#include "page.h"
#include "settings.h"

/* Open the page if the settings ask for one, tell its address on `out`, and keep that for `emend page`. NULL
 * where there is none: not wanted, or not possible, which a warning says. */
struct page *live_page_start(const struct settings *settings, FILE *out);
void live_page_stop(struct page *page);
/* Tell the page what the view shows. */
void live_page_show(struct page *page, const struct live_view *view);

/* Where a running `emend live` keeps the address of its page; "" without a home. */
void live_page_place(char path[DATAFILE_PATH_MAX]);

#endif
