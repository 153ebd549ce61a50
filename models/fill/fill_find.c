/* SPDX-License-Identifier: MIT */
/* Whether a take lost notes. A filler doubts some places of every take; those of a whole take are all false. So
 * the doubts are weighed against what the filler finds of notes that are taken away from this take on purpose:
 * with D sure doubts among N notes, and the share R of those taken away found as surely, about D / (D + R N) of
 * the take's notes are missing. D is taken two deviations low and R two deviations high. False doubts come from
 * what cannot be known of the music, so the less that is, 1 - R, the fewer doubts weigh. */
#include <math.h>

#include "fill_run.h"

enum {
  WINDOWS_MAX = 16, /* evenly spread over the take */
  TAKEN = 8,        /* one note in so many is taken away */
};

static const float LOSS_SURE = 0.8F;

struct tally {
  double doubts, notes, taken, found;
};

static bool is_sure(const struct fill_run *run, const struct filler_part *part, int t, int pitch)
{
  double centre;
  return fill_onset_at(run, part, t, pitch, &centre) >= LOSS_SURE;
}

/* Frames that are run at once, and those of them that count. */
struct window {
  int begin, length, first, last;
};

static enum status count_doubts(struct fill_run *run, const struct window *window, struct tally *tally)
{
  struct filler_part part;
  const enum status status = fill_run_part(run, window->begin, window->length, false, &part);
  if (status != STATUS_OK) {
    return status;
  }
  for (int t = window->first; t < window->last; t++) {
    for (int pitch = 0; pitch < PITCHES && match_index_known(&run->index, t); pitch++) {
      tally->doubts += fill_is_free(run, t, pitch) && is_sure(run, &part, t, pitch);
    }
  }
  filler_part_free(&part);
  return STATUS_OK;
}

static bool is_found(const struct fill_run *thin, const struct filler_part *part, const struct note *note)
{
  const int t = (int)(note->on / thin->frame);
  const int pitch = note->pitch - PITCH_LOW;
  for (int near = t - 1; near <= t + 1 && pitch >= 0 && pitch < PITCHES; near++) {
    if (is_sure(thin, part, near, pitch)) {
      return true;
    }
  }
  return false;
}

/* `thin` is the take without some of its notes, `played` all of them. */
static enum status count_found(struct fill_run *thin, const struct note_list *played,
                               const struct window *window, struct tally *tally)
{
  struct filler_part part;
  const enum status status = fill_run_part(thin, window->begin, window->length, false, &part);
  if (status != STATUS_OK) {
    return status;
  }
  const nanos end = window->last * thin->frame;
  size_t left = fill_first_from(thin->played, window->first * thin->frame);
  for (size_t i = fill_first_from(played, window->first * thin->frame);
       i < played->count && played->notes[i].on < end; i++) {
    const struct note *note = &played->notes[i];
    tally->notes++;
    if (left < thin->played->count && thin->played->notes[left].on == note->on &&
        thin->played->notes[left].pitch == note->pitch) {
      left++;
      continue;
    }
    tally->taken++;
    tally->found += is_found(thin, &part, note);
  }
  filler_part_free(&part);
  return STATUS_OK;
}

static enum status tally_take(struct fill_run *run, struct fill_run *thin, struct tally *tally)
{
  const int frames = thin->frames < run->frames ? thin->frames : run->frames;
  const int inner = FILL_PART - 2 * FILL_MARGIN;
  const int all = (frames + inner - 1) / inner;
  const int count = all < WINDOWS_MAX ? all : WINDOWS_MAX;
  enum status status = STATUS_OK;
  for (int i = 0; i < count && status == STATUS_OK; i++) {
    struct window window = {.first = (int)((long)i * all / count) * inner};
    window.last = window.first + inner < frames ? window.first + inner : frames;
    window.begin = window.first < FILL_MARGIN ? 0 : window.first - FILL_MARGIN;
    window.length = (window.last + FILL_MARGIN < frames ? window.last + FILL_MARGIN : frames) - window.begin;
    status = count_doubts(run, &window, tally);
    if (status == STATUS_OK) {
      status = count_found(thin, run->played, &window, tally);
    }
    if (status == STATUS_OK && !fill_go_on(run, &run->options->watch, 0)) {
      status = STATUS_INTERRUPTED;
    }
  }
  return status;
}

/* Borrows the filler of `run`. */
static enum status open_thin(struct fill_run *thin, const struct fill_run *run, struct note_list *left)
{
  struct rng rng;
  rng_seed(&rng, run->played->count);
  enum status status = STATUS_OK;
  for (size_t i = 0; i < run->played->count && status == STATUS_OK; i++) {
    if (rng_below(&rng, TAKEN) != 0) {
      status = note_list_add(left, run->played->notes[i]);
    }
  }
  *thin = (struct fill_run){.filler = run->filler, .config = run->config, .played = left, .frame = run->frame};
  return status == STATUS_OK ? fill_run_open(thin, run->options->gaps) : status;
}

static bool lost_notes(const struct tally *tally, double strength)
{
  const double known = (tally->found + 0.5) / (tally->taken + 1);
  const double known_at_most = fmin(1, (tally->found + 2 * sqrt(tally->found + 1)) / (tally->taken + 1));
  const double doubts = tally->doubts - 2 * sqrt(tally->doubts * (1 - known));
  const double share = doubts / (doubts + known_at_most * tally->notes);
  return doubts > 0 && share >= FILL_LOST * (1 - strength) * (1 - known);
}

enum status fill_doubt_take(struct fill_run *run, bool *lost)
{
  struct note_list left = {0};
  struct fill_run thin;
  struct tally tally = {0};
  enum status status = open_thin(&thin, run, &left);
  if (status == STATUS_OK) {
    status = tally_take(run, &thin, &tally);
  }
  fill_run_close(&thin);
  note_list_free(&left);
  *lost = lost_notes(&tally, run->options->strength);
  return status;
}

/* Silences that the model does not believe: what stands there in its matches and goes on around them sounds. */

enum {
  SILENCE_MIN = 8, /* frames; shorter ones are rests and phrasing */
  SILENCE_MAX = FILLER_PART_MAX - 2 * FILLER_SURROUNDINGS,
};

/* A silence is doubted where the model expects a large enough share of the notes usual in so many frames: times
 * the match's agreement at least EXPECTED, and by notes that it can name (of at least the probability
 * SILENCE_SURE) NAMED. At rests it may expect as much, but spread thin, or after a stretch that is not much
 * alike. Chosen on POP909's validation takes: rests of whole takes against holes cut into them. */
static const double EXPECTED = 0.65, NAMED = 0.3, SILENCE_SURE = 0.3;

static int count_cells(const struct fill_run *run, int t)
{
  const int V = run->config.frame.values;
  const uint8_t *cells = run->cells + ((size_t)t * (size_t)V + (size_t)(V - 1)) * PITCHES;
  int count = 0;
  for (int i = 0; i < PITCHES; i++) {
    count += cells[i];
  }
  return count;
}

static bool is_silent(const struct fill_run *run, int t)
{
  const uint8_t *cells = run->cells + (size_t)t * (size_t)run->config.frame.values * PITCHES;
  for (int i = 0; i < PITCHES; i++) {
    if (cells[i]) {
      return false;
    }
  }
  return true;
}

/* Cells a frame (onsets, where there are any) that are played around the silence. */
static double usual(const struct fill_run *run, int from, int begin, int end, int to)
{
  double count = 0;
  for (int t = from; t < to; t++) {
    count += t < begin || t >= end ? count_cells(run, t) : 0;
  }
  return count / (to - from - (end - begin));
}

/* Cells a frame that the model expects with at least the probability `least`. */
static double expected(const struct fill_run *run, int from, int begin, int end, double least)
{
  const int V = run->config.frame.values;
  double sum = 0;
  for (int t = begin - from; t < end - from; t++) {
    for (int i = 0; i < PITCHES; i++) {
      const double p = (double)run->p[(t * V + V - 1) * PITCHES + i];
      sum += p >= least ? p : 0;
    }
  }
  return sum / (end - begin);
}

/* Hide the silence, ask the model, show it again. */
static enum status doubt(struct fill_run *run, int begin, int end, bool *doubted)
{
  const int from = begin > FILLER_SURROUNDINGS ? begin - FILLER_SURROUNDINGS : 0;
  const int to = end + FILLER_SURROUNDINGS < run->frames ? end + FILLER_SURROUNDINGS : run->frames;
  struct filler_part part;
  match_index_hide(&run->index, begin, end);
  const enum status status = fill_run_part(run, from, to - from, false, &part);
  match_index_show(&run->index, run->cells, begin, end);
  if (status == STATUS_OK) {
    const double played = usual(run, from, begin, end, to);
    const double alike = (double)part.best[(begin - from) * run->config.matches].score;
    *doubted = alike * expected(run, from, begin, end, 0) >= EXPECTED * played &&
               expected(run, from, begin, end, SILENCE_SURE) >= NAMED * played;
    filler_part_free(&part);
  }
  return status;
}

enum status fill_find_silences(const struct model *model, const struct note_list *played,
                               const struct fill_watch *watch, struct fill_gaps *gaps, struct error *error)
{
  struct fill_run run;
  enum status status = fill_run_init(&run, model, played, NULL, error);
  if (status != STATUS_OK) {
    return status;
  }
  int begin = 0;
  while (begin < run.frames && is_silent(&run, begin)) {
    begin++; /* before the first note nothing is missing */
  }
  while (begin < run.frames && status == STATUS_OK) {
    int end = begin;
    while (end < run.frames && is_silent(&run, end)) {
      end++;
    }
    bool doubted = false;
    if (end - begin >= SILENCE_MIN && end - begin <= SILENCE_MAX && end < run.frames) {
      status = fill_go_on(&run, watch, begin) ? doubt(&run, begin, end, &doubted) : STATUS_INTERRUPTED;
    }
    if (doubted) {
      status = fill_gaps_add(gaps, (struct fill_gap){begin * run.frame, end * run.frame, FILL_SILENCE});
    }
    begin = end > begin ? end : begin + 1;
  }
  fill_run_free(&run);
  return status == STATUS_OK ? status : fill_failed(status, error);
}
