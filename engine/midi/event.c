/* SPDX-License-Identifier: MIT */
#include "event.h"

#include <stdlib.h>

const char *damage_name(enum damage damage)
{
  switch (damage) {
  case DAMAGE_NONE: return "none";
  case DAMAGE_BOUNCE: return "bounce";
  case DAMAGE_BRUSH: return "brush";
  case DAMAGE_HARMONIC: return "harmonic";
  case DAMAGE_GHOST: return "ghost";
  case DAMAGE_CROSSTALK: return "crosstalk";
  case DAMAGE_STRAY: return "stray";
  case DAMAGE_RELEASE: return "release";
  case DAMAGE_DUPLICATE: return "duplicate";
  case DAMAGE_COUNT: break;
  }
  return "unknown";
}

enum status note_list_add(struct note_list *list, struct note note)
{
  if (list->count == list->capacity) {
    const size_t capacity = list->capacity == 0 ? 64 : 2 * list->capacity;
    struct note *notes =
      capacity > SIZE_MAX / sizeof *notes ? NULL : realloc(list->notes, capacity * sizeof *notes);
    if (notes == NULL) {
      return STATUS_NO_MEMORY;
    }
    list->notes = notes;
    list->capacity = capacity;
  }
  list->notes[list->count++] = note;
  return STATUS_OK;
}

void note_list_free(struct note_list *list)
{
  free(list->notes);
  *list = (struct note_list){0};
}

static bool plays_before(const struct note *a, const struct note *b)
{
  if (a->on != b->on) {
    return a->on < b->on;
  }
  if (a->channel != b->channel) {
    return a->channel < b->channel;
  }
  return a->pitch < b->pitch;
}

static void reverse(struct note *notes, size_t count)
{
  for (size_t i = 0; i < count / 2; i++) {
    const struct note swap = notes[i];
    notes[i] = notes[count - 1 - i];
    notes[count - 1 - i] = swap;
  }
}

/* Exchange the blocks [0, left) and [left, count). */
static void rotate(struct note *notes, size_t left, size_t count)
{
  reverse(notes, left);
  reverse(notes + left, count - left);
  reverse(notes, count);
}

/* How many of the sorted `notes` stand before `pivot`; equals too where `through` is set. */
static size_t rank(const struct note *notes, size_t count, const struct note *pivot, bool through)
{
  size_t low = 0;
  size_t high = count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    const bool before = through ? !plays_before(pivot, &notes[middle]) : plays_before(&notes[middle], pivot);
    if (before) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

/* Merge in place, so that sorting cannot fail for want of memory. */
static void merge(struct note *notes, size_t left, size_t count)
{
  if (left == 0 || left == count || !plays_before(&notes[left], &notes[left - 1])) {
    return;
  }
  if (count == 2) {
    rotate(notes, 1, 2);
    return;
  }
  size_t cut_left, cut_right;
  if (left > count - left) {
    cut_left = left / 2;
    cut_right = rank(notes + left, count - left, &notes[cut_left], false);
  } else {
    cut_right = (count - left) / 2;
    cut_left = rank(notes, left, &notes[left + cut_right], true);
  }
  const size_t middle = cut_left + cut_right;
  rotate(notes + cut_left, left - cut_left, left - cut_left + cut_right);
  merge(notes, cut_left, middle);
  merge(notes + middle, left - cut_left, count - middle);
}

static void sort(struct note *notes, size_t count)
{
  if (count < 2) {
    return;
  }
  sort(notes, count / 2);
  sort(notes + count / 2, count - count / 2);
  merge(notes, count / 2, count);
}

void note_list_sort(struct note_list *list)
{
  sort(list->notes, list->count);
}
