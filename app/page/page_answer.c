/* SPDX-License-Identifier: MIT */
/* One request: checked, then answered. Nothing from it reaches the file system. */
#include <stdlib.h>
#include <string.h>

#include "json_out.h"
#include "page_files.h"
#include "page_private.h"

struct request {
  size_t size;
  bool too_long;
  char body[PAGE_BODY_MAX];
};

static void add_headers(struct MHD_Response *response, const char *type)
{
  static const char *const headers[][2] = {
    {MHD_HTTP_HEADER_CACHE_CONTROL, "no-store"},
    {"Content-Security-Policy",
     "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; "
     "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"},
    {"Cross-Origin-Opener-Policy", "same-origin"},
    {"Cross-Origin-Resource-Policy", "same-origin"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Content-Type-Options", "nosniff"},
  };

  for (size_t i = 0; i < sizeof headers / sizeof headers[0]; i++) {
    (void)MHD_add_response_header(response, headers[i][0], headers[i][1]);
  }
  (void)MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, type);
}

/* Takes over the response, which may be NULL for want of memory. */
static enum MHD_Result reply(struct MHD_Connection *connection, unsigned code, const char *type,
                             struct MHD_Response *response)
{
  if (response == NULL) {
    return MHD_NO;
  }
  add_headers(response, type);
  if (code == MHD_HTTP_METHOD_NOT_ALLOWED) {
    (void)MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD, POST");
  }
  const enum MHD_Result result = MHD_queue_response(connection, code, response);
  MHD_destroy_response(response);
  return result;
}

static enum MHD_Result say(struct MHD_Connection *connection, unsigned code, const char *text)
{
  return reply(connection, code, "text/plain; charset=utf-8",
               MHD_create_response_from_buffer(strlen(text), (void *)(uintptr_t)text, MHD_RESPMEM_MUST_COPY));
}

/* Takes over the reference to `json`. */
static enum MHD_Result reply_json(struct MHD_Connection *connection, json_t *json)
{
  char *text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(9));

  json_decref(json);
  return text != NULL ? reply(connection, MHD_HTTP_OK, "application/json",
                              MHD_create_response_from_buffer(strlen(text), text, MHD_RESPMEM_MUST_FREE))
                      : MHD_NO;
}

static const char *header(struct MHD_Connection *connection, const char *name)
{
  return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static enum MHD_Result refuse(struct MHD_Connection *connection, enum page_verdict verdict)
{
  static const char *const texts[] = {
    [PAGE_WRONG_HOST] = "emend answers to its own address alone. `emend page` prints it.\n",
    [PAGE_WRONG_TOKEN] = "This address lacks its token, or it is that of an earlier start. `emend page` prints "
                         "the right one.\n",
    [PAGE_WRONG_ORIGIN] = "Another site's page asked for this; emend does nothing.\n",
  };
  return say(connection, MHD_HTTP_FORBIDDEN, texts[verdict]);
}

static enum MHD_Result give_presets(struct MHD_Connection *connection)
{
  char names[PRESETS_MAX][PRESET_NAME_MAX];
  const size_t count = preset_list(names);
  json_t *list = json_array();

  for (size_t i = 0; i < count; i++) {
    json_array_append_new(list, json_text(names[i]));
  }
  return reply_json(connection, list);
}

static enum MHD_Result get(struct page *page, struct MHD_Connection *connection, const char *name)
{
  if (strcmp(name, "events") == 0) {
    struct MHD_Response *response = page_events_open(page, connection, header(connection, "Last-Event-ID"));
    return response != NULL ? reply(connection, MHD_HTTP_OK, "text/event-stream", response)
                            : say(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "Too many pages are open.\n");
  }
  if (strcmp(name, "presets") == 0) {
    return give_presets(connection);
  }
  for (size_t i = 0; i < page_files_count; i++) {
    const struct page_file *file = &page_files[i];
    if (strcmp(file->name, name) == 0) {
      return reply(
        connection, MHD_HTTP_OK, file->type,
        MHD_create_response_from_buffer(file->size, (void *)(uintptr_t)file->data, MHD_RESPMEM_PERSISTENT));
    }
  }
  return say(connection, MHD_HTTP_NOT_FOUND, "There is no such thing here.\n");
}

/* An answer about a note needs its stroke, which the page knows by its number. */
static bool find_stroke(const struct page *page, struct page_order *order)
{
  const struct page_note *note = page_notes_get(page->notes, order->note);

  if (note == NULL) {
    return false;
  }
  order->answer.time = note->time;
  order->answer.channel = note->channel;
  order->answer.pitch = note->pitch;
  order->answer.velocity = note->velocity;
  order->answer.damage = note->damage;
  return true;
}

static enum MHD_Result post(struct page *page, struct MHD_Connection *connection, const char *name,
                            const struct request *request)
{
  struct page_order order;
  struct error error;
  char text[sizeof error.text + 2];

  if (strcmp(name, "do") != 0) {
    return say(connection, MHD_HTTP_NOT_FOUND, "There is no such thing here.\n");
  }
  if (request->too_long) {
    return say(connection, MHD_HTTP_CONTENT_TOO_LARGE, "The request is too long.\n");
  }
  if (page_order_read(request->body, request->size, &order, &error) != STATUS_OK) {
    snprintf(text, sizeof text, "%s\n", error.text);
    return say(connection, MHD_HTTP_BAD_REQUEST, text);
  }
  if (order.what == PAGE_DO_ANSWER && !find_stroke(page, &order)) {
    return say(connection, MHD_HTTP_NOT_FOUND, "emend does not keep this note any more.\n");
  }
  return ring_write(&page->orders, 1, &order, sizeof order)
           ? say(connection, MHD_HTTP_ACCEPTED, "")
           : say(connection, MHD_HTTP_SERVICE_UNAVAILABLE, "emend is busy; try again.\n");
}

static enum MHD_Result begin(struct page *page, struct MHD_Connection *connection, const char *url,
                             bool changes, void **state)
{
  const struct page_request request = {.url = url,
                                       .host = header(connection, MHD_HTTP_HEADER_HOST),
                                       .origin = header(connection, MHD_HTTP_HEADER_ORIGIN),
                                       .fetch_site = header(connection, "Sec-Fetch-Site"),
                                       .changes = changes};
  const char *rest, *length = header(connection, MHD_HTTP_HEADER_CONTENT_LENGTH);

  const enum page_verdict verdict = page_guard_check(&page->guard, &request, &rest);
  if (verdict != PAGE_ADMITTED) {
    return refuse(connection, verdict);
  }
  if (length != NULL && strtoull(length, NULL, 10) > PAGE_BODY_MAX) {
    return say(connection, MHD_HTTP_CONTENT_TOO_LARGE, "The request is too long.\n");
  }
  *state = calloc(1, sizeof(struct request));
  return *state != NULL ? MHD_YES : MHD_NO;
}

static void take_body(struct request *request, const char *upload, size_t size)
{
  if (size > sizeof request->body - request->size) {
    request->too_long = true;
  } else {
    memcpy(request->body + request->size, upload, size);
    request->size += size;
  }
}

enum MHD_Result page_answer_request(void *user, struct MHD_Connection *connection, const char *url,
                                    const char *method, const char *version, const char *upload, size_t *size,
                                    void **state)
{
  struct page *page = user;
  struct request *request = *state;
  const bool reads = strcmp(method, MHD_HTTP_METHOD_GET) == 0 || strcmp(method, MHD_HTTP_METHOD_HEAD) == 0;

  (void)version;
  if (request == NULL) {
    return begin(page, connection, url, !reads, state);
  }
  if (*size > 0) {
    take_body(request, upload, *size);
    *size = 0;
    return request->too_long ? MHD_NO : MHD_YES; /* whoever sends without end is cut off */
  }
  const char *name = url + PAGE_TOKEN + 2;
  if (reads) {
    return get(page, connection, name);
  }
  return strcmp(method, MHD_HTTP_METHOD_POST) == 0
           ? post(page, connection, name, request)
           : say(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "GET or POST is wanted.\n");
}

void page_answer_done(void *user, struct MHD_Connection *connection, void **state,
                      enum MHD_RequestTerminationCode why)
{
  (void)user;
  (void)connection;
  (void)why;
  free(*state);
  *state = NULL;
}
