/* SPDX-License-Identifier: MIT */
/* In place of the server, in a build without libmicrohttpd. */
#include "page.h"

enum status page_open(struct page **result, const struct page_options *options, struct error *error)
{
  (void)options;
  *result = NULL;
  return error_set(
    error, STATUS_UNSUPPORTED,
    "no page: this emend was built without libmicrohttpd; install libmicrohttpd-dev and build again");
}

void page_close(struct page *page)
{
  (void)page;
}

const char *page_url(const struct page *page)
{
  (void)page;
  return "";
}

void page_tell_record(struct page *page, const struct ring_header *header, const union live_record *record)
{
  (void)page;
  (void)header;
  (void)record;
}

void page_tell_state(struct page *page, const struct page_state *state)
{
  (void)page;
  (void)state;
}

void page_tell_line(struct page *page, const char *line)
{
  (void)page;
  (void)line;
}

void page_tell_answer(struct page *page, const struct page_answer *answer)
{
  (void)page;
  (void)answer;
}

void page_wake(struct page *page)
{
  (void)page;
}

bool page_take_order(struct page *page, struct page_order *order)
{
  (void)page;
  (void)order;
  return false;
}
