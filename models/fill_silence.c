/* Silences that the model does not believe: what stands there in its matches and goes on around them sounds. */
#include "fill_parts.h"

enum {
  SILENCE_MIN = 8, /* frames; shorter ones are rests and phrasing */
  SILENCE_MAX = FILLER_PART_MAX - 2 * FILLER_SURROUNDINGS,
};

/* A silence is doubted where the model expects enough of what is usually played in so many frames: times the
 * match's agreement at least EXPECTED, and by notes that it can name (of at least the probability SURE) NAMED.
 * At rests it may expect as much, but spread thin, or after a stretch that is not much alike. Chosen on
 * POP909's validation takes: rests of whole takes against holes cut into them. */
static const double EXPECTED = 0.65, NAMED = 0.3, SURE = 0.3;

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
               expected(run, from, begin, end, SURE) >= NAMED * played;
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
