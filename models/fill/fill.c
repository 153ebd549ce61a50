/* SPDX-License-Identifier: MIT */
#include "fill.h"

#include <stdlib.h>

#include "dataset.h"
#include "fill_run.h"

enum status fill_gaps_add(struct fill_gaps *gaps, struct fill_gap gap)
{
  if (gaps->count == gaps->capacity) {
    const size_t more = gaps->capacity == 0 ? 8 : 2 * gaps->capacity;
    struct fill_gap *grown = realloc(gaps->gaps, more * sizeof *grown);
    if (grown == NULL) {
      return STATUS_NO_MEMORY;
    }
    gaps->gaps = grown;
    gaps->capacity = more;
  }
  gaps->gaps[gaps->count++] = gap;
  return STATUS_OK;
}

void fill_gaps_free(struct fill_gaps *gaps)
{
  free(gaps->gaps);
  *gaps = (struct fill_gaps){0};
}

void fill_result_free(struct fill_result *result)
{
  free(result->notes);
  *result = (struct fill_result){0};
}

/* --- A take opened --- */

/* Notes end a little early: one that ends where a frame begins does not sound in that frame. */
static enum status make_cells(struct fill_run *run)
{
  struct sequence sequence = {0};
  enum status status = STATUS_OK;
  for (size_t i = 0; i < run->played->count && status == STATUS_OK; i++) {
    struct note note = run->played->notes[i];
    note.channel = 0;
    note.off -= note.off > note.on + NANOS_PER_MILLISECOND ? NANOS_PER_MILLISECOND : 0;
    status = note_list_add(&sequence.notes, note);
  }
  if (status == STATUS_OK) {
    status = sequence_frames(&sequence, &run->config.frame);
  }
  run->cells = sequence.cells;
  run->frames = sequence.frames;
  note_list_free(&sequence.notes);
  return status;
}

static int frame_at(const struct fill_run *run, nanos time)
{
  const nanos frame = time / run->frame;
  return frame < 0 ? 0 : frame > run->frames ? run->frames : (int)frame;
}

static enum status check_gaps(const struct note_list *played, const struct fill_gaps *gaps, struct error *error)
{
  nanos end = 0;
  for (size_t i = 0; i < played->count; i++) {
    end = played->notes[i].off > end ? played->notes[i].off : end;
  }
  for (size_t i = 0; gaps != NULL && i < gaps->count; i++) {
    const struct fill_gap *gap = &gaps->gaps[i];
    if (gap->begin < 0 || gap->end <= gap->begin || gap->end > end) {
      return error_set(error, STATUS_USAGE,
                       "the gap from %.3f to %.3f s is not within the take, which ends at %.3f s",
                       (double)gap->begin / (double)NANOS_PER_SECOND,
                       (double)gap->end / (double)NANOS_PER_SECOND, (double)end / (double)NANOS_PER_SECOND);
    }
  }
  return STATUS_OK;
}

enum status fill_run_open(struct fill_run *run, const struct fill_gaps *gaps)
{
  enum status status = make_cells(run);
  run->p = malloc((size_t)FILLER_PART_MAX * (size_t)run->config.frame.values * PITCHES * sizeof *run->p);
  run->onsets = malloc((size_t)FILLER_PART_MAX * PITCHES * sizeof *run->onsets);
  if (status != STATUS_OK || run->p == NULL || run->onsets == NULL) {
    return STATUS_NO_MEMORY;
  }
  status = match_index_init(&run->index, run->cells, run->frames, run->config.frame.values);
  for (size_t i = 0; status == STATUS_OK && gaps != NULL && i < gaps->count; i++) {
    const nanos end = gaps->gaps[i].end + run->frame - 1;
    match_index_hide(&run->index, frame_at(run, gaps->gaps[i].begin), frame_at(run, end));
  }
  return status;
}

enum status fill_run_init(struct fill_run *run, const struct model *model, const struct note_list *played,
                          const struct fill_gaps *gaps, struct error *error)
{
  *run = (struct fill_run){.config = model->config, .played = played};
  run->frame = frame_duration(&run->config.frame, TAKE_BPM);
  enum status status = check_gaps(played, gaps, error);
  if (status == STATUS_OK) {
    status = filler_init(&run->filler, &run->config, &model->params, error);
  }
  if (status == STATUS_OK && (status = fill_run_open(run, gaps)) != STATUS_OK) {
    error_set(error, status, "out of memory for a take of %d frames", run->frames);
  }
  if (status != STATUS_OK) {
    fill_run_free(run);
  }
  return status;
}

void fill_run_close(struct fill_run *run)
{
  match_index_free(&run->index);
  free(run->cells);
  free(run->p);
  free(run->onsets);
  run->cells = NULL;
  run->p = NULL;
  run->onsets = NULL;
}

void fill_run_free(struct fill_run *run)
{
  filler_free(&run->filler);
  fill_run_close(run);
}

enum status fill_run_part(struct fill_run *run, int begin, int length, bool draw, struct filler_part *part)
{
  const enum status status = filler_part_init(part, &run->config, &run->index, run->cells, begin, length);
  if (status == STATUS_OK && run->votes) {
    filler_vote(part, run->p);
  } else if (status == STATUS_OK) {
    filler_run(&run->filler, part, draw ? &run->rng : NULL, run->p);
  }
  return status;
}

bool fill_go_on(const struct fill_run *run, const struct fill_watch *watch, int frame)
{
  return watch == NULL || watch->tell == NULL || watch->tell(watch->user, (double)frame / run->frames);
}

enum status fill_failed(enum status status, struct error *error)
{
  return status == STATUS_INTERRUPTED ? error_set(error, status, "stopped; nothing was written")
                                      : error_set(error, status, "out of memory: cannot fill the take");
}

/* --- Candidates --- */

static float p_at(const struct fill_run *run, const struct filler_part *part, int t, int value, int pitch)
{
  const int frame = t - part->begin;
  const int V = run->config.frame.values;
  return frame < 0 || frame >= part->length ? 0 : run->p[(frame * V + value) * PITCHES + pitch];
}

static bool was_played(const struct fill_run *run, int t, int value, int pitch)
{
  const int V = run->config.frame.values;
  return t >= 0 && t < run->frames &&
         run->cells[((size_t)t * (size_t)V + (size_t)value) * PITCHES + (size_t)pitch];
}

/* With onsets in the frames it is theirs, over three frames; without, a cell's that was off before.
 */
float fill_onset_at(const struct fill_run *run, const struct filler_part *part, int t, int pitch,
                    double *centre)
{
  *centre = 0;
  if (run->config.frame.values == 1) {
    const bool sounds_on = p_at(run, part, t - 1, 0, pitch) >= 0.5F || was_played(run, t - 1, 0, pitch);
    return sounds_on && match_index_known(&run->index, t - 1) == match_index_known(&run->index, t)
             ? 0
             : p_at(run, part, t, 0, pitch);
  }
  const float before = p_at(run, part, t - 1, 1, pitch);
  const float now = p_at(run, part, t, 1, pitch);
  const float after = p_at(run, part, t + 1, 1, pitch);
  const float mass = before + now + after;
  if (now < before || now <= after) {
    return 0;
  }
  *centre = (after - before) / mass;
  return mass < 0.999F ? mass : 0.999F;
}

bool fill_is_free(const struct fill_run *run, int t, int pitch)
{
  const int onset = run->config.frame.values - 1;
  for (int near = t - 1; near <= t + 1; near++) {
    if (was_played(run, near, onset, pitch)) {
      return false;
    }
  }
  return !was_played(run, t, 0, pitch);
}

static int lasting(const struct fill_run *run, const struct filler_part *part, int t, int pitch)
{
  int end = t + 1;
  while (end < part->begin + part->length && p_at(run, part, end, 0, pitch) >= 0.5F) {
    end++;
  }
  return end - t;
}

/* The gap that frame t is hidden by; NULL: a known frame. */
static const struct fill_gap *gap_of(const struct fill_run *run, int t)
{
  const struct fill_gaps *gaps = run->options->gaps;
  for (size_t i = 0; gaps != NULL && i < gaps->count && !match_index_known(&run->index, t); i++) {
    if ((t + 1) * run->frame > gaps->gaps[i].begin && t * run->frame < gaps->gaps[i].end) {
      return &gaps->gaps[i];
    }
  }
  return NULL;
}

static bool is_wanted(struct fill_run *run, const struct fill_gap *gap, float probability)
{
  const float least = gap != NULL ? run->least : 1 - (float)run->options->strength;
  if (run->options->variant != 0) { /* where there is no gap, what is not even half believed is not drawn */
    return (gap != NULL || probability >= least / 2) && rng_uniform(&run->rng) < (double)probability;
  }
  return probability > 0 && probability >= least;
}

static enum status take_frame(struct fill_run *run, const struct filler_part *part, int t)
{
  const struct fill_gap *gap = gap_of(run, t);
  enum status status = STATUS_OK;
  for (int pitch = 0; pitch < PITCHES && status == STATUS_OK; pitch++) {
    double centre;
    const float probability = fill_onset_at(run, part, t, pitch, &centre);
    if ((gap == NULL && !fill_is_free(run, t, pitch)) || !is_wanted(run, gap, probability)) {
      continue;
    }
    const struct fill_candidate candidate = {
      .t = t,
      .pitch = pitch,
      .lasting = lasting(run, part, t, pitch),
      .probability = probability,
      .centre = centre,
      .earliest = gap != NULL ? gap->begin : 0,
      .latest = gap != NULL ? gap->end - 1 : INT64_MAX,
      .reason = gap != NULL ? gap->reason : FILL_DROPPED,
      .best = part->best + (t - part->begin) * run->config.matches,
    };
    status = fill_place(run, &candidate);
  }
  return status;
}

/* From which probability on notes of the gaps in frames first .. last - 1 are taken. */
static void set_least(struct fill_run *run, const struct filler_part *part, int first, int last)
{
  size_t count = 0;
  for (int t = first; t < last; t++) {
    for (int pitch = 0; pitch < PITCHES && !match_index_known(&run->index, t); pitch++) {
      double centre;
      run->onsets[count++] = fill_onset_at(run, part, t, pitch, &centre);
    }
  }
  run->least = filler_threshold(run->onsets, count, run->options->strength);
}

/* --- The whole take --- */

/* Frames from .. to - 1, in overlapping parts; known frames count only where single notes are looked for. */
static enum status fill_stretch(struct fill_run *run, int from, int to)
{
  for (int begin = from; begin < to; begin += FILL_PART - 2 * FILL_MARGIN) {
    const int length = to - begin < FILL_PART ? to - begin : FILL_PART;
    const int first = begin == from ? begin : begin + FILL_MARGIN;
    const int last = begin + length == to ? to : begin + length - FILL_MARGIN;
    struct filler_part part;
    enum status status = fill_run_part(run, begin, length, run->options->variant != 0, &part);
    if (status == STATUS_OK) {
      set_least(run, &part, first, last);
    }
    for (int t = first; t < last && status == STATUS_OK; t++) {
      if (run->search || !match_index_known(&run->index, t)) {
        status = take_frame(run, &part, t);
      }
    }
    filler_part_free(&part);
    if (status != STATUS_OK || last == to) {
      return status;
    }
    if (!fill_go_on(run, &run->options->watch, last)) {
      return STATUS_INTERRUPTED;
    }
  }
  return STATUS_OK;
}

/* Gaps whose surroundings meet are one stretch. */
static enum status fill_around_gaps(struct fill_run *run)
{
  const struct fill_gaps *gaps = run->options->gaps;
  const nanos around = FILLER_SURROUNDINGS * run->frame;
  enum status status = STATUS_OK;
  for (size_t i = 0; gaps != NULL && i < gaps->count && status == STATUS_OK; i++) {
    const int from = frame_at(run, gaps->gaps[i].begin - around);
    while (i + 1 < gaps->count && gaps->gaps[i + 1].begin - gaps->gaps[i].end < 2 * around) {
      i++;
    }
    status = fill_stretch(run, from, frame_at(run, gaps->gaps[i].end + around));
  }
  return status;
}

static int compare_notes(const void *a, const void *b)
{
  const struct note *x = &((const struct fill_note *)a)->note;
  const struct note *y = &((const struct fill_note *)b)->note;
  return x->on != y->on ? (x->on > y->on) - (x->on < y->on) : x->pitch - y->pitch;
}

enum status fill_run_take(struct fill_run *run, const struct fill_options *options, struct fill_result *result,
                          struct error *error)
{
  *result = (struct fill_result){0};
  run->options = options;
  run->result = result;
  rng_seed(&run->rng, options->variant);
  run->search = options->dropped;
  enum status status = STATUS_OK;
  if (options->dropped && !run->votes) {
    status = fill_doubt_take(run, &run->search);
  }
  if (status == STATUS_OK) {
    status = run->search ? fill_stretch(run, 0, run->frames) : fill_around_gaps(run);
  }
  if (status == STATUS_OK && result->count > 0) {
    qsort(result->notes, result->count, sizeof *result->notes, compare_notes);
  }
  if (status == STATUS_OK) {
    return STATUS_OK;
  }
  fill_result_free(result);
  return fill_failed(status, error);
}

enum status fill_take(const struct model *model, const struct note_list *played,
                      const struct fill_options *options, struct fill_result *result, struct error *error)
{
  struct fill_run run;
  *result = (struct fill_result){0};
  enum status status = fill_run_init(&run, model, played, options->gaps, error);
  if (status == STATUS_OK) {
    status = fill_run_take(&run, options, result, error);
    fill_run_free(&run);
  }
  return status;
}
