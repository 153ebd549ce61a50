/* SPDX-License-Identifier: MIT */
/* The page of `emend live --page`: what the live engine does, shown in a browser, and the player's answers.
 *
 * One thread of low priority serves it. The live thread knows nothing of it: the control thread hands on what
 * it reads anyway, through a ring, and takes orders from another. Where a ring is full, the page misses
 * something and says so; nobody waits. */
#ifndef EMEND_PAGE_H
#define EMEND_PAGE_H

#include "page_order.h"
#include "page_state.h"

struct page; /* opaque */

enum { PAGE_URL_MAX = 320 };

struct page_options {
  const char *address; /* to listen on, a number; copied */
  int port;            /* 0: any that is free */
  const char
    *before; /* the address of an earlier start, whose token is used again where it holds one; or NULL */
};

/* --- Set-up thread. --- */

/* Listen and start the thread; *result is the page. STATUS_IO where the port is in use, STATUS_USAGE for what
 * is no address, STATUS_UNSUPPORTED in a build without libmicrohttpd. Allocates. */
enum status page_open(struct page **result, const struct page_options *options,
                      struct error *error) EMEND_CHECK;
/* End the thread; readers are cut off. NULL is allowed. */
void page_close(struct page *page);
/* The address with its token, valid as long as the page. */
const char *page_url(const struct page *page);

/* --- The control thread. Never wait; NULL is allowed. --- */

void page_tell_record(struct page *page, const struct ring_header *header, const union live_record *record);
void page_tell_state(struct page *page, const struct page_state *state);
/* A line for the player: an error, or what came of an order. */
void page_tell_line(struct page *page, const char *line);
/* The player's answer about a stroke is in the take. */
void page_tell_answer(struct page *page, const struct page_answer *answer);
/* What was told since the last call can be shown now. */
void page_wake(struct page *page);
/* The oldest order that was not taken yet. False: there is none. */
bool page_take_order(struct page *page, struct page_order *order);

#endif
