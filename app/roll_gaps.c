#include "roll_gaps.h"

#include <jansson.h>
#include <stdlib.h>

#include "file.h"
#include "journal.h"
#include "marks.h"

enum { REPORT_LIMIT = 64 << 20 };

static enum status add_gap(struct roll *roll, nanos begin, nanos end, struct error *error)
{
  struct roll_span *grown = realloc(roll->gaps, (roll->gap_count + 1) * sizeof *grown);

  if (grown == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for %zu gaps", roll->gap_count + 1);
  }
  roll->gaps = grown;
  roll->gaps[roll->gap_count++] = (struct roll_span){begin, end};
  return STATUS_OK;
}

static enum status add_marked(struct roll *roll, const struct smf *smf, const char *opens, const char *closes,
                              struct error *error)
{
  struct mark_span span;
  size_t at = 0;
  enum status status = STATUS_OK;

  while (status == STATUS_OK && marks_next(smf, opens, closes, &at, &span)) {
    status = add_gap(roll, smf_tick_time(smf, span.begin), smf_tick_time(smf, span.end), error);
  }
  return status;
}

enum status roll_gaps_from_markers(struct roll *roll, const struct smf *smf, struct error *error)
{
  size_t before = roll->gap_count;

  enum status status = add_marked(roll, smf, MARK_GAP, MARK_GAP_END, error);
  if (status == STATUS_OK &&
      roll->gap_count == before) { /* a filled one has its disconnections among its gaps */
    status = add_marked(roll, smf, JOURNAL_MARK_DISCONNECTED, JOURNAL_MARK_CONNECTED, error);
  }
  return status;
}

static enum status add_reported(struct roll *roll, const json_t *root, const char *path, struct error *error)
{
  const json_t *gaps = json_object_get(root, "gaps");
  enum status status = STATUS_OK;

  if (!json_is_array(gaps)) {
    return error_set(error, STATUS_FORMAT, "%.300s: this is not a report of emend fill (it lists no gaps)",
                     path);
  }
  for (size_t i = 0; i < json_array_size(gaps) && status == STATUS_OK; i++) {
    const json_t *gap = json_array_get(gaps, i);
    double begin = json_number_value(json_object_get(gap, "begin"));
    double end = json_number_value(json_object_get(gap, "end"));
    double limit = (double)SMF_TIME_MAX / (double)NANOS_PER_SECOND;

    if (!(begin >= 0 && begin <= end && end <= limit)) {
      return error_set(error, STATUS_FORMAT, "%.300s: gap %zu is from %g to %g seconds, which cannot be", path,
                       i + 1, begin, end);
    }
    status =
      add_gap(roll, (nanos)(begin * (double)NANOS_PER_SECOND), (nanos)(end * (double)NANOS_PER_SECOND), error);
  }
  return status;
}

enum status roll_gaps_from_report(struct roll *roll, const char *path, struct error *error)
{
  uint8_t *data;
  size_t size;
  json_error_t fault;

  enum status status = file_read(path, REPORT_LIMIT, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  json_t *root = json_loadb((const char *)data, size, 0, &fault);
  free(data);
  if (root == NULL) {
    return error_set(error, STATUS_FORMAT, "%.300s:%d: this is not JSON: %.100s", path, fault.line, fault.text);
  }
  status = add_reported(roll, root, path, error);
  json_decref(root);
  return status;
}
