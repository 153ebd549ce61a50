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
/* Tell the page what the view shows. */
void live_page_show(struct page *page, const struct live_view *view);

/* The address of the page that `emend live` served last, as it was kept. STATUS_NOT_FOUND where there is none.
 * Any thread. */
enum status live_page_last(char url[PAGE_URL_MAX], struct error *error) EMEND_CHECK;

#endif
