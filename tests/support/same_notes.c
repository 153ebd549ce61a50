/* SPDX-License-Identifier: MIT */
#include "same_notes.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* An event, a note or a chunk, as numbers that can be compared. */
struct item {
  uint64_t track, key, on, velocity; /* of an event: track, what kind, tick, 0 */
  uint64_t off, off_bytes;           /* of an event: size and sum of its bytes */
};

struct list {
  struct item *items;
  size_t count, capacity;
};

struct music {
  struct list notes, others;
  size_t chunks; /* that are no tracks, and a sum of them */
  uint64_t chunk_sum;
};

static const uint64_t NEVER = UINT64_MAX;
static const uint64_t PREFIX = 0xB058; /* the kind of a controller 88 */

static void add(struct list *list, struct item item)
{
  if (list->count == list->capacity) {
    list->capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
    list->items = realloc(list->items, list->capacity * sizeof *list->items);
    if (list->items == NULL) {
      abort();
    }
  }
  list->items[list->count++] = item;
}

static uint64_t sum(const uint8_t *bytes, size_t size)
{
  uint64_t value = 14695981039346656037u;
  for (size_t i = 0; i < size; i++) {
    value = (value ^ bytes[i]) * 1099511628211u;
  }
  return value;
}

/* --- Reading --- */

struct place {
  const uint8_t *data;
  size_t at, end;
  bool ended;
};

static unsigned next(struct place *place)
{
  if (place->at >= place->end) {
    place->ended = true;
    return 0;
  }
  return place->data[place->at++];
}

static uint64_t read_number(struct place *place)
{
  uint64_t value = 0;
  unsigned byte;
  do {
    byte = next(place);
    value = value << 7 | (byte & 0x7F);
  } while (byte >= 0x80);
  return value;
}

static size_t data_size(unsigned status)
{
  if (status < 0xF0) {
    return (status & 0xE0) == 0xC0 ? 1 : 2;
  }
  return status == 0xF2 ? 2 : status == 0xF1 || status == 0xF3 ? 1 : 0;
}

static void take_note(struct music *music, uint64_t track, uint64_t tick, const uint8_t *bytes, bool on)
{
  const uint64_t key = (bytes[0] & 0x0Fu) * 128u + bytes[1];
  if (on) {
    add(&music->notes, (struct item){track, key, tick, bytes[2], NEVER, 0});
    return;
  }
  const uint64_t off = (uint64_t)(bytes[0] & 0xF0u) << 8 | bytes[2];
  for (size_t i = 0; i < music->notes.count; i++) {
    struct item *note = &music->notes.items[i];
    if (note->track == track && note->key == key && note->off == NEVER && note->on != NEVER) {
      note->off = tick;
      note->off_bytes = off;
      return;
    }
  }
  add(&music->notes, (struct item){track, key, NEVER, 0, tick, off}); /* a note-off that ends nothing */
}

static void take(struct music *music, uint64_t track, uint64_t tick, unsigned status, const uint8_t *data,
                 size_t size)
{
  const unsigned type = status & 0xF0;
  if (type == 0x90 || type == 0x80) {
    const uint8_t bytes[] = {(uint8_t)status, data[0], data[1]};
    take_note(music, track, tick, bytes, type == 0x90 && data[1] > 0);
    return;
  }
  const uint64_t kind = type == 0xB0 && data[0] == 88 ? PREFIX : status;
  add(&music->others, (struct item){track, kind, tick, 0, size, sum(data, size)});
}

static void read_track(struct music *music, uint64_t track, struct place place)
{
  uint64_t tick = 0;
  unsigned running = 0;
  while (place.at < place.end && !place.ended) {
    tick += read_number(&place);
    unsigned status = next(&place);
    if (status < 0x80) {
      status = running;
      place.at--;
    }
    running = status < 0xF0 ? status : running;
    unsigned type = 0;
    size_t size = data_size(status);
    if (status == 0xFF) {
      type = next(&place);
      size = (size_t)read_number(&place);
    } else if (status == 0xF0 || status == 0xF7) {
      size = (size_t)read_number(&place);
    }
    if (place.ended || size > place.end - place.at) {
      return;
    }
    take(music, track, tick, status == 0xFF ? 0xFF00 + type : status, place.data + place.at, size);
    place.at += size;
    place.ended = status == 0xFF && type == 0x2F;
  }
}

static size_t find_header(const uint8_t *data, size_t size)
{
  for (size_t at = 0; at + 14 <= size; at++) {
    if (memcmp(data + at, "MThd", 4) == 0) {
      return at;
    }
  }
  return size;
}

static size_t big(const uint8_t *bytes)
{
  return (size_t)bytes[0] << 24 | (size_t)bytes[1] << 16 | (size_t)bytes[2] << 8 | bytes[3];
}

static void read_music(struct music *music, const uint8_t *data, size_t size)
{
  uint64_t track = 0;
  *music = (struct music){.chunks = 0};
  for (size_t at = find_header(data, size); at + 8 <= size && data[at] != 0;) { /* else it is padding */
    const size_t body = at + 8;
    const size_t length = big(data + at + 4) < size - body ? big(data + at + 4) : size - body;
    if (memcmp(data + at, "MTrk", 4) == 0) {
      read_track(music, track++, (struct place){data, body, body + length, false});
    } else {
      music->chunks++;
      music->chunk_sum += sum(data + at, 8 + length);
    }
    at = body + length;
  }
}

static void free_music(struct music *music)
{
  free(music->notes.items);
  free(music->others.items);
}

/* --- Comparing --- */

static int compare(const void *left, const void *right)
{
  return memcmp(left, right, sizeof(struct item));
}

static void sort(struct list *list)
{
  if (list->count > 1) {
    qsort(list->items, list->count, sizeof *list->items, compare);
  }
}

/* What is in `a` and not in `b`, both sorted. */
static struct list without(const struct list *a, const struct list *b)
{
  struct list rest = {.count = 0};
  size_t at = 0;
  for (size_t i = 0; i < a->count; i++) {
    while (at < b->count && compare(&b->items[at], &a->items[i]) < 0) {
      at++;
    }
    if (at < b->count && compare(&b->items[at], &a->items[i]) == 0) {
      at++;
    } else {
      add(&rest, a->items[i]);
    }
  }
  return rest;
}

/* Is the new note a lost one with the end of another lost one? Both then are accounted for, the second as
 * removed. */
static bool is_bridged(const struct item *new, struct list *lost)
{
  struct item *kept = NULL;
  bool ended = false;
  for (size_t i = 0; i < lost->count; i++) {
    struct item *old = &lost->items[i];
    if (old->track == new->track && old->key == new->key && old->on == new->on &&
        old->velocity == new->velocity && old->off < new->off) {
      kept = old;
    } else if (old->track == new->track && old->key == new->key && old->off == new->off &&
               old->off_bytes == new->off_bytes) {
      ended = true;
    }
  }
  if (kept != NULL && ended) {
    *kept = (struct item){NEVER, NEVER, NEVER, NEVER, NEVER, NEVER};
    return true;
  }
  return false;
}

static const char *compare_notes(const struct music *in, const struct music *out, struct same_notes *tally)
{
  struct list lost = without(&in->notes, &out->notes);
  struct list new = without(&out->notes, &in->notes);
  const char *fault = NULL;
  for (size_t i = 0; i < new.count &&fault == NULL; i++) {
    fault = is_bridged(&new.items[i], &lost) ? NULL : "a note came out that did not come in";
    tally->bridged++;
  }
  for (size_t i = 0; i < lost.count; i++) {
    tally->removed += lost.items[i].track != NEVER && lost.items[i].on != NEVER;
  }
  tally->notes = 0;
  for (size_t i = 0; i < in->notes.count; i++) {
    tally->notes += in->notes.items[i].on != NEVER;
  }
  free(lost.items);
  free(new.items);
  return fault;
}

static const char *compare_others(const struct music *in, const struct music *out, struct same_notes *tally)
{
  struct list lost = without(&in->others, &out->others);
  struct list new = without(&out->others, &in->others);
  const char *fault = new.count > 0 ? "an event came out that did not come in" : NULL;
  for (size_t i = 0; i < lost.count; i++) {
    if (lost.items[i].key != PREFIX) {
      fault = "an event that is no note did not come out";
    }
  }
  tally->prefixes = lost.count;
  free(lost.items);
  free(new.items);
  return fault;
}

const char *same_notes(const uint8_t *in, size_t in_size, const uint8_t *out, size_t out_size,
                       struct same_notes *tally)
{
  struct music before, after;
  *tally = (struct same_notes){.notes = 0};
  read_music(&before, in, in_size);
  read_music(&after, out, out_size);
  sort(&before.notes);
  sort(&before.others);
  sort(&after.notes);
  sort(&after.others);
  const char *fault = compare_notes(&before, &after, tally);
  if (fault == NULL) {
    fault = compare_others(&before, &after, tally);
  }
  if (fault == NULL && (before.chunks != after.chunks || before.chunk_sum != after.chunk_sum)) {
    fault = "a chunk that is no track changed";
  }
  free_music(&before);
  free_music(&after);
  return fault;
}
