/* SPDX-License-Identifier: MIT */
#include "page_order.h"

#include <jansson.h>
#include <string.h>

enum takes { TAKES_NOTHING, TAKES_VALUE, TAKES_NAME, TAKES_NOTE };

static const struct {
  const char *name;
  enum takes takes;
  double low, high;
} kinds[PAGE_DOES] = {
  [PAGE_DO_MODE] = {"mode", TAKES_VALUE, LIVE_BYPASS, LIVE_CLEAN},
  [PAGE_DO_STRENGTH] = {"strength", TAKES_VALUE, 0, 1},
  [PAGE_DO_LOOK_AHEAD] = {"look-ahead", TAKES_VALUE, 0, PRESET_LOOK_AHEAD_MAX},
  [PAGE_DO_PRESET] = {"preset", TAKES_NAME, 0, 0},
  [PAGE_DO_PANIC] = {"panic", TAKES_NOTHING, 0, 0},
  [PAGE_DO_GOOD] = {"good", TAKES_NOTHING, 0, 0},
  [PAGE_DO_UNDO] = {"undo", TAKES_NOTHING, 0, 0},
  [PAGE_DO_ANSWER] = {"answer", TAKES_NOTE, 0, 0},
  [PAGE_DO_FILL] = {"fill", TAKES_NOTHING, 0, 0},
  [PAGE_DO_LEARN] = {"learn", TAKES_NOTHING, 0, 0},
};

static enum status refuse(struct error *error, const char *why)
{
  return error_set(error, STATUS_FORMAT, "%s", why);
}

static enum status read_value(const json_t *object, struct page_order *order, struct error *error)
{
  const json_t *value = json_object_get(object, "value");
  const double number = json_number_value(value);

  if (!json_is_number(value) || !(number >= kinds[order->what].low && number <= kinds[order->what].high)) {
    return error_set(error, STATUS_FORMAT, "%s takes a value from %g to %g", kinds[order->what].name,
                     kinds[order->what].low, kinds[order->what].high);
  }
  if (order->what == PAGE_DO_MODE && !json_is_integer(value)) {
    return refuse(error, "mode takes 0, 1 or 2");
  }
  order->value = number;
  return STATUS_OK;
}

/* A path would be a preset too, but none that a page may name. */
static enum status read_name(const json_t *object, struct page_order *order, struct error *error)
{
  const char *name = json_string_value(json_object_get(object, "name"));

  if (name == NULL || name[0] == '\0' || name[0] == '.' || strlen(name) >= sizeof order->name) {
    return refuse(error, "name is missing or too long");
  }
  for (const char *at = name; *at != '\0'; at++) {
    if ((unsigned char)*at < ' ' || *at == 0x7F || strchr("/\\", *at) != NULL) {
      return refuse(error, "this is not the name of a preset");
    }
  }
  snprintf(order->name, sizeof order->name, "%s", name);
  return STATUS_OK;
}

static enum status read_note(const json_t *object, struct page_order *order, struct error *error)
{
  const json_t *note = json_object_get(object, "note"), *meant = json_object_get(object, "meant");

  if (!json_is_integer(note) || json_integer_value(note) < 0 || !json_is_boolean(meant)) {
    return refuse(error, "answer takes the number of a note, and whether it was meant");
  }
  order->note = (uint64_t)json_integer_value(note);
  order->answer.meant = json_is_true(meant);
  return STATUS_OK;
}

static enum status read_object(const json_t *object, struct page_order *order, struct error *error)
{
  const char *name = json_string_value(json_object_get(object, "do"));
  int what = 0;

  while (name != NULL && what < PAGE_DOES && strcmp(name, kinds[what].name) != 0) {
    what++;
  }
  if (name == NULL || what == PAGE_DOES) {
    return refuse(error, "the request asks for nothing that emend does");
  }
  *order = (struct page_order){.what = (enum page_do)what};
  switch (kinds[what].takes) {
  case TAKES_VALUE: return read_value(object, order, error);
  case TAKES_NAME: return read_name(object, order, error);
  case TAKES_NOTE: return read_note(object, order, error);
  case TAKES_NOTHING: break;
  }
  return STATUS_OK;
}

enum status page_order_read(const char *body, size_t size, struct page_order *order, struct error *error)
{
  json_t *object = size <= PAGE_BODY_MAX ? json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL) : NULL;

  enum status status =
    json_is_object(object) ? read_object(object, order, error) : refuse(error, "the request is no JSON object");
  json_decref(object);
  return status;
}
