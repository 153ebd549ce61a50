#include <stdlib.h>

#include "roll_plot.h"

#define TOLERANCE (50 * NANOS_PER_MILLISECOND)

/* The unmatched note of that pitch whose onset is nearest to `note`'s and near enough; `count` if none. `*from`
 * follows the window along. */
static size_t find_match(const struct note_list *list, const bool *matched, const struct note *note,
                         size_t *from)
{
  size_t best = list->count;
  nanos nearest = TOLERANCE + 1;

  while (*from < list->count && list->notes[*from].on < note->on - TOLERANCE) {
    (*from)++;
  }
  for (size_t i = *from; i < list->count && list->notes[i].on <= note->on + TOLERANCE; i++) {
    nanos distance = llabs(list->notes[i].on - note->on);
    if (!matched[i] && list->notes[i].pitch == note->pitch && distance < nearest) {
      nearest = distance;
      best = i;
    }
  }
  return best;
}

enum status roll_compare(const struct note_list *before, const struct note_list *after, struct roll *roll,
                         struct error *error)
{
  size_t most = before->count + (after != NULL ? after->count : 0);
  bool *matched = calloc(before->count + 1, sizeof *matched);
  size_t from = 0;

  *roll = (struct roll){.notes = calloc(most + 1, sizeof *roll->notes), .compares = after != NULL};
  if (matched == NULL || roll->notes == NULL) {
    free(matched);
    free(roll->notes);
    roll->notes = NULL;
    return error_set(error, STATUS_NO_MEMORY, "no memory to compare %zu notes", most);
  }
  for (size_t i = 0; after != NULL && i < after->count; i++) {
    size_t match = find_match(before, matched, &after->notes[i], &from);
    if (match < before->count) {
      matched[match] = true;
    }
    roll->notes[roll->count++] =
      (struct roll_note){after->notes[i], match < before->count ? ROLL_KEPT : ROLL_ADDED};
  }
  for (size_t i = 0; i < before->count; i++) {
    if (!matched[i]) {
      roll->notes[roll->count++] =
        (struct roll_note){before->notes[i], after != NULL ? ROLL_REMOVED : ROLL_KEPT};
    }
  }
  free(matched);
  return STATUS_OK;
}
