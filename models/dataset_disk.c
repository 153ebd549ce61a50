#include "dataset_disk.h"

#include <stdlib.h>
#include <string.h>

#include "dataset_read.h"

double sequence_hours(const struct sequence *sequence)
{
  return (double)sequence->lasts / (double)NANOS_PER_SECOND / 3600;
}

double dataset_hours(const struct dataset *dataset)
{
  double hours = 0;
  for (size_t i = 0; i < dataset->count; i++) {
    hours += sequence_hours(&dataset->sequences[i]);
  }
  return hours;
}

void dataset_lighten(struct dataset *data)
{
  if (data->rolls || (!data->on_disk && (data->hours <= 0 || dataset_hours(data) <= data->hours))) {
    return;
  }
  /* Those before the last file's have gone before. */
  for (size_t i = data->count; i > 0; i--) {
    struct sequence *sequence = &data->sequences[i - 1];
    if (data->on_disk && sequence->notes.notes == NULL) {
      break;
    }
    note_list_free(&sequence->notes);
    sequence->notes = (struct note_list){0};
  }
  data->on_disk = true;
}

/* The take of that name moves from `from` to `to`; false where there is none. */
static bool move_named(struct dataset *to, struct dataset *from, const char *name)
{
  for (size_t i = 0; i < from->count; i++) {
    struct sequence *sequence = &from->sequences[i];
    if (strcmp(sequence->name, name) == 0) {
      to->sequences[to->count++] = *sequence;
      *sequence = from->sequences[--from->count];
      return true;
    }
  }
  return false;
}

/* Move the takes wanted next that stand in the same file; returns how many were wanted. */
static size_t fetch_file(struct dataset *part, const struct dataset *data, const uint32_t *chosen, size_t count,
                         enum status *status)
{
  const char *file = data->sequences[chosen[0]].file;
  struct dataset whole = {0};
  struct error unread;
  size_t wanted = 1;
  while (wanted < count && strcmp(data->sequences[chosen[wanted]].file, file) == 0) {
    wanted++;
  }
  *status = dataset_read_midi(&whole, file, dataset_file_name(file), &unread);
  for (size_t i = 0; i < wanted; i++) {
    part->skipped += !move_named(part, &whole, data->sequences[chosen[i]].name);
  }
  dataset_free(&whole);
  *status = *status == STATUS_NO_MEMORY ? *status : STATUS_OK;
  return wanted;
}

enum status dataset_fetch(struct dataset *part, const struct dataset *data, const uint32_t *chosen,
                          size_t count, struct error *error)
{
  *part = (struct dataset){.sequences = calloc(count + 1, sizeof *part->sequences), .values = data->values};
  enum status status = part->sequences != NULL ? STATUS_OK : STATUS_NO_MEMORY;
  for (size_t i = 0; i < count && status == STATUS_OK;) {
    i += fetch_file(part, data, chosen + i, count - i, &status);
  }
  if (status != STATUS_OK) {
    dataset_free(part);
    return error_set(error, status, "not enough memory for the takes of a part of the data");
  }
  return STATUS_OK;
}

enum status dataset_sample(struct dataset *part, const struct dataset *data, double hours, struct error *error)
{
  uint32_t *chosen = malloc((data->count + 1) * sizeof *chosen);
  if (chosen == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "not enough memory to choose takes");
  }
  const double all = dataset_hours(data);
  const double share = hours < all ? hours / all : 1;
  size_t count = 0;
  for (size_t i = 0; i < data->count; i++) {
    if ((size_t)((double)(i + 1) * share) > (size_t)((double)i * share)) {
      chosen[count++] = (uint32_t)i;
    }
  }
  if (count == 0 && data->count > 0) {
    chosen[count++] = (uint32_t)(data->count / 2);
  }
  enum status status = dataset_fetch(part, data, chosen, count, error);
  free(chosen);
  if (status == STATUS_OK && part->count == 0) {
    dataset_free(part);
    status = error_set(error, STATUS_IO, "the takes of the data have gone or changed; start again");
  }
  return status;
}
