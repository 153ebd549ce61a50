/* SPDX-License-Identifier: MIT */
/* The parts of struct page. For the files page_*.c and nobody else. */
#ifndef EMEND_PAGE_PRIVATE_H
#define EMEND_PAGE_PRIVATE_H

#include <microhttpd.h>
#include <pthread.h>

#include "page.h"
#include "page_guard.h"
#include "rt_thread.h"

enum {
  PAGE_CLIENTS_MAX = 56,     /* that read events */
  PAGE_CONNECTIONS_MAX = 72, /* of any kind */
  PAGE_SAID_MAX = 32,        /* lines that a late reader may still get */
  PAGE_CHUNK = 1 << 15,      /* bytes that a reader has waiting at most */
  PAGE_NEWS_BYTES = 1 << 19,
  PAGE_ORDERS_BYTES = 1 << 13,
};

enum page_news { PAGE_NEWS_RECORD = 16, PAGE_NEWS_STATE = 1, PAGE_NEWS_LINE, PAGE_NEWS_ANSWER };

struct page_said {
  char text[PAGE_LINE_MAX];
};

/* Who reads events. The server's thread alone. */
struct page_client {
  struct page *page;
  struct page_client *next;
  struct MHD_Connection *connection;
  bool greeted, suspended, resumed;
  uint64_t note, notes_to; /* of the notes that were there when it came */
  uint64_t change;         /* the next one for it */
  uint64_t state, said, missed;
  nanos heard_at; /* when something was last sent */
  size_t at, used;
  char text[PAGE_CHUNK];
};

struct page {
  /* Set once. */
  struct MHD_Daemon *daemon;
  struct page_guard guard;
  char url[PAGE_URL_MAX];
  uint64_t epoch; /* numbers of notes are this server's */
  pthread_t thread;
  bool running;
  struct realtime_bell bell;

  bool told; /* something since the last wake; the control thread's */

  /* Between threads. */
  struct ring news;        /* control -> server */
  struct ring orders;      /* server -> control */
  _Atomic uint64_t missed; /* messages that found `news` full */
  _Atomic bool stop;

  /* The server's thread alone. */
  bool ending; /* readers get the rest, and their end */
  struct page_notes *notes;
  struct page_state state;
  uint64_t state_number; /* 0: none yet */
  struct page_said said[PAGE_SAID_MAX];
  uint64_t said_count;
  struct page_client *clients;
  int client_count;
};

/* page_events.c: the answer to GET events, or NULL where there is no room. `last` is what the reader saw last,
 * or NULL. */
struct MHD_Response *page_events_open(struct page *page, struct MHD_Connection *connection, const char *last);
/* Wake the readers for whom there is something. */
void page_events_wake(struct page *page, nanos now);

/* page_answer.c: one request, for MHD_start_daemon. */
enum MHD_Result page_answer_request(void *user, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *upload, size_t *size,
                                    void **state);
void page_answer_done(void *user, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why);

#endif
