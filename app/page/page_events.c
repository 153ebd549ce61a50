/* SPDX-License-Identifier: MIT */
/* The stream of events: what each reader has not seen yet, in chunks of bounded size. */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "page_private.h"

enum { BATCH = 128, EVENT_ROOM = BATCH * PAGE_NOTE_TEXT + 256 };

#define STILL_HERE (10 * NANOS_PER_SECOND) /* between signs of life */

static void put(struct page_client *client, const char *format, ...) EMEND_PRINTF(2, 3);

static void put(struct page_client *client, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  const int length =
    vsnprintf(client->text + client->used, sizeof client->text - client->used, format, arguments);
  va_end(arguments);
  if (length > 0 && (size_t)length < sizeof client->text - client->used) {
    client->used += (size_t)length;
  }
}

static size_t room(const struct page_client *client)
{
  return sizeof client->text - client->used;
}

/* One of a list of notes, after what comes before it. */
static bool put_note(struct page_client *client, uint64_t number, const char *before)
{
  const struct page_note *note = page_notes_get(client->page->notes, number);
  char text[PAGE_NOTE_TEXT];

  if (note == NULL) {
    return false; /* too old, and gone by now */
  }
  page_note_print(note, number, text);
  put(client, "%s%s", before, text);
  return true;
}

/* Where a reader that comes back goes on, if this server sent it what it saw last. */
static bool resume(struct page_client *client, const char *last)
{
  uint64_t epoch, change;
  const struct page_notes *notes = client->page->notes;

  if (last == NULL || sscanf(last, "%" SCNx64 "-%" SCNu64, &epoch, &change) != 2 || /* NOLINT(cert-err34-c) */
      epoch != client->page->epoch || change > page_notes_changes(notes) ||
      change < page_notes_changes_first(notes)) {
    return false;
  }
  client->change = change;
  client->note = client->notes_to;
  return true;
}

static void put_hello(struct page_client *client)
{
  put(client, "retry: 1000\nevent: hello\ndata: {\"version\":\"%s\",\"resumed\":%s,\"notes\":%" PRIu64 "}\n\n",
      EMEND_VERSION, client->resumed ? "true" : "false", client->notes_to - client->note);
  client->greeted = true;
}

/* Those that were there before it came, oldest first. */
static void put_old(struct page_client *client)
{
  const uint64_t first = page_notes_first(client->page->notes);

  while (client->note < client->notes_to && room(client) > EVENT_ROOM) {
    client->note = client->note < first ? first : client->note;
    const char *before = "";
    put(client, "event: notes\ndata: [");
    for (int i = 0; i < BATCH && client->note < client->notes_to; i++) {
      before = put_note(client, client->note++, before) ? "," : before;
    }
    put(client, "]\n\n");
  }
}

static void put_changes(struct page_client *client)
{
  const struct page_notes *notes = client->page->notes;

  if (client->change < page_notes_changes_first(notes)) { /* too far behind: all of it anew */
    client->note = page_notes_first(notes);
    client->notes_to = page_notes_count(notes);
    client->change = page_notes_changes(notes);
    return;
  }
  while (client->change < page_notes_changes(notes) && room(client) > EVENT_ROOM) {
    const char *before = "";
    put(client, "event: notes\ndata: [");
    for (int i = 0; i < BATCH && client->change < page_notes_changes(notes); client->change++) {
      const uint64_t number = page_notes_changed(notes, client->change);
      if (client->change + 1 < page_notes_changes(notes) &&
          page_notes_changed(notes, client->change + 1) == number) {
        continue; /* the next change sends the same note */
      }
      before = put_note(client, number, before) ? "," : before;
      i++;
    }
    put(client, "]\nid: %" PRIx64 "-%" PRIu64 "\n\n", client->page->epoch, client->change);
  }
}

static void put_state(struct page_client *client)
{
  struct page *page = client->page;

  if (client->state == page->state_number || room(client) < PAGE_CHUNK / 2) {
    return;
  }
  char *text = page_state_print(&page->state);
  if (text != NULL) {
    put(client, "event: state\ndata: {\"now\":%.1f,\"state\":%s}\n\n",
        (double)page_notes_now(page->notes) / (double)NANOS_PER_MILLISECOND, text);
  }
  free(text);
  client->state = page->state_number;
}

static void put_lines(struct page_client *client)
{
  struct page *page = client->page;
  const uint64_t first = page->said_count > PAGE_SAID_MAX ? page->said_count - PAGE_SAID_MAX : 0;
  const uint64_t missed = atomic_load(&page->missed);

  client->said = client->said < first ? first : client->said;
  while (client->said < page->said_count && room(client) > EVENT_ROOM) {
    put(client, "event: line\ndata: %s\n\n", page->said[client->said++ % PAGE_SAID_MAX].text);
  }
  if (client->missed != missed && room(client) > EVENT_ROOM) {
    put(client, "event: missed\ndata: %" PRIu64 "\n\n", missed);
    client->missed = missed;
  }
}

static void compose(struct page_client *client)
{
  client->at = client->used = 0;
  if (!client->greeted) {
    put_hello(client);
  }
  put_state(client);
  put_lines(client);
  if (client->note < client->notes_to) {
    put_old(client);
  } else {
    put_changes(client);
  }
}

static ssize_t read_events(void *user, uint64_t position, char *buffer, size_t size)
{
  struct page_client *client = user;

  (void)position;
  if (client->at == client->used) {
    compose(client);
  }
  if (client->at == client->used && realtime_now() - client->heard_at > STILL_HERE) {
    put(client, ":\n\n");
  }
  const size_t left = client->used - client->at, take = left < size ? left : size;
  if (take == 0 && client->page->ending) {
    return MHD_CONTENT_READER_END_OF_STREAM;
  }
  if (take == 0) {
    client->suspended = true;
    MHD_suspend_connection(client->connection);
    return 0;
  }
  memcpy(buffer, client->text + client->at, take);
  client->at += take;
  client->heard_at = realtime_now();
  return (ssize_t)take;
}

static void forget(void *user)
{
  struct page_client *client = user, **at = &client->page->clients;

  while (*at != client) {
    at = &(*at)->next;
  }
  *at = client->next;
  client->page->client_count--;
  free(client);
}

struct MHD_Response *page_events_open(struct page *page, struct MHD_Connection *connection, const char *last)
{
  struct page_client *client = page->client_count < PAGE_CLIENTS_MAX ? calloc(1, sizeof *client) : NULL;

  if (client == NULL) {
    return NULL;
  }
  client->page = page;
  client->connection = connection;
  client->note = page_notes_first(page->notes);
  client->notes_to = page_notes_count(page->notes);
  client->change = page_notes_changes(page->notes);
  client->said = page->said_count;
  client->missed = atomic_load(&page->missed);
  client->resumed = resume(client, last);
  struct MHD_Response *response =
    MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, PAGE_CHUNK, read_events, client, forget);
  if (response == NULL) {
    free(client);
    return NULL;
  }
  client->next = page->clients;
  page->clients = client;
  page->client_count++;
  return response;
}

static bool has_news(const struct page_client *client)
{
  const struct page *page = client->page;

  return !client->greeted || client->note < client->notes_to ||
         client->change < page_notes_changes(page->notes) || client->state != page->state_number ||
         client->said < page->said_count || client->missed != atomic_load(&page->missed);
}

void page_events_wake(struct page *page, nanos now)
{
  for (struct page_client *client = page->clients; client != NULL; client = client->next) {
    if (client->suspended && (has_news(client) || page->ending || now - client->heard_at > STILL_HERE)) {
      client->suspended = false;
      MHD_resume_connection(client->connection);
    }
  }
}
