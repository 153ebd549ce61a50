/* SPDX-License-Identifier: MIT */
/* Who may speak with the page: whoever knows the token, from a page of the same address. Pure functions. */
#ifndef EMEND_PAGE_GUARD_H
#define EMEND_PAGE_GUARD_H

#include <stdbool.h>

enum { PAGE_TOKEN = 32 }; /* letters */

struct page_guard {
  char token[PAGE_TOKEN + 1]; /* hexadecimal, at random */
  unsigned port;              /* that browsers ask for */
};

enum page_verdict {
  PAGE_ADMITTED,
  PAGE_WRONG_HOST,   /* as when another site's name was made to mean this machine */
  PAGE_WRONG_TOKEN,  /* or none */
  PAGE_WRONG_ORIGIN, /* another site's page asks for a change */
};

/* A request's head; what is missing is NULL. `changes`: it is one that may change something. */
struct page_request {
  const char *url, *host, *origin, *fetch_site;
  bool changes;
};

/* Where admitted, *rest is the part of the URL after the token and its '/'. Hostile input. */
enum page_verdict page_guard_check(const struct page_guard *guard, const struct page_request *request,
                                   const char **rest);

#endif
