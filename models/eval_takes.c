/* Denoising of takes: simulated damage, through the live engine, scored by notes. */
#include "eval_parts.h"
#include "rules.h"
#include "take.h"

#define TOLERANCE (50 * NANOS_PER_MILLISECOND)
#define ADVANCE (10 * NANOS_PER_MILLISECOND) /* as often as a port would */

/* The engine's port: keeps the onsets, which are all that is scored. */
struct listener {
  struct note_list notes;
  enum status status;
};

static bool listen(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  struct listener *listener = port;
  if (message_is_note_on(bytes, size) && listener->status == STATUS_OK) {
    const struct note note = {.on = time, .off = time, .pitch = bytes[1], .velocity = bytes[2]};
    listener->status = note_list_add(&listener->notes, note);
  }
  return true;
}

static enum status play(struct cleaner *cleaner, float strength, const struct note_list *damaged,
                        struct listener *listener, struct error *error)
{
  const struct live_config config = {.mode = LIVE_CLEAN, .strength = strength, .bpm = TAKE_BPM};
  struct live *live;
  struct take take;
  enum status status = take_from_notes(&take, damaged);
  if (status != STATUS_OK) {
    return error_set(error, status, "not enough memory to play a take");
  }
  status = live_new(&live, &config, cleaner, listen, listener, error);
  if (status == STATUS_OK) {
    live_begin(live, 0);
    nanos now = 0;
    for (size_t i = 0; i < take.count; i++) {
      for (; now < take.messages[i].time; now += ADVANCE) {
        live_advance(live, now);
      }
      live_receive(live, take.messages[i].time, take.messages[i].bytes, take.messages[i].size);
    }
    live_silence(live, take.count > 0 ? take.messages[take.count - 1].time : 0);
    live_free(live);
    status = listener->status;
  }
  take_free(&take);
  return status;
}

static enum status score_all(const struct denoise_run *run, struct eval_denoise *sums,
                             const struct note_list *clean, const struct note_list *damaged,
                             struct note_list *cleaned)
{
  struct note_list ruled = {0};
  note_list_sort(cleaned);
  enum status status = rules_apply(run->rules, damaged, &ruled);
  if (status == STATUS_OK) {
    status = score_notes(clean, damaged, TOLERANCE, &sums->before);
  }
  if (status == STATUS_OK) {
    status = score_notes(clean, cleaned, TOLERANCE, &sums->gate);
  }
  if (status == STATUS_OK) {
    status = score_notes(clean, &ruled, TOLERANCE, &sums->rules);
  }
  note_list_free(&ruled);
  return status;
}

enum status denoise_take(const struct denoise_run *run, struct denoise_worker *worker, size_t index)
{
  const struct sequence *sequence = &run->data->sequences[index];
  struct note_list damaged = {0};
  struct listener listener = {.status = STATUS_OK};
  struct rng rng;
  eval_seed(&rng, run->seed, index);
  enum status status = corrupt_notes(&sequence->notes, run->damage, &rng, &damaged, &worker->error);
  if (status == STATUS_OK) {
    status = play(worker->cleaner, run->strength, &damaged, &listener, &worker->error);
  }
  if (status == STATUS_OK) {
    status = score_all(run, &worker->sums, &sequence->notes, &damaged, &listener.notes);
  }
  note_list_free(&listener.notes);
  note_list_free(&damaged);
  return status;
}
