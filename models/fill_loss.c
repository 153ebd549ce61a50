/* Whether a take lost notes. A filler doubts some places of every take; those of a whole take are all false. So
 * the doubts are weighed against what the filler finds of notes that are taken away from this take on purpose:
 * with D sure doubts among N notes, and the share R of those taken away found as surely, about D / (D + R N) of
 * the take's notes are missing. D is taken two deviations low and R two deviations high. False doubts come from
 * what cannot be known of the music, so the less that is, 1 - R, the fewer doubts weigh. */
#include <math.h>

#include "fill_parts.h"

enum {
  WINDOWS_MAX = 16, /* evenly spread over the take */
  TAKEN = 8,        /* one note in so many is taken away */
};

static const float SURE = 0.8F;

struct tally {
  double doubts, notes, taken, found;
};

static bool is_sure(const struct fill_run *run, const struct filler_part *part, int t, int pitch)
{
  double centre;
  return fill_onset_at(run, part, t, pitch, &centre) >= SURE;
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
