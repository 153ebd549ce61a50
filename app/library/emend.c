/* SPDX-License-Identifier: MIT */
/* An instance's main thread. */
#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "emend_private.h"

/* As many decisions as fit are kept between two calls of emend_idle; the engine records events and frames too.
 */
enum { CAPTURE_BYTES = 1 << 16, OUT_MAX = 4096, OUT_STORE = 256 * 1024, RATE_MAX = 100 * 1000 * 1000 };

static_assert((int)EMEND_REASONS == (int)DAMAGE_COUNT && (int)EMEND_CLEAN == (int)LIVE_CLEAN,
              "emend.h names the engine's reasons and modes");

static emend_status public_status(enum status status)
{
  switch (status) {
  case STATUS_OK: return EMEND_OK;
  case STATUS_NO_MEMORY: return EMEND_NO_MEMORY;
  case STATUS_IO: return EMEND_IO;
  case STATUS_FORMAT:
  case STATUS_NOT_FINITE: return EMEND_FORMAT;
  case STATUS_UNSUPPORTED: return EMEND_UNSUPPORTED;
  case STATUS_NOT_FOUND: return EMEND_NOT_FOUND;
  case STATUS_FULL: return EMEND_BUSY;
  case STATUS_USAGE:
  case STATUS_INTERRUPTED: break;
  }
  return EMEND_USAGE;
}

static emend_status tell(emend_error *error, emend_status status, const char *text)
{
  if (error != NULL) {
    error->status = status;
    snprintf(error->text, sizeof error->text, "%s", text);
  }
  return status;
}

static bool enter(struct emend *instance)
{
  return !atomic_flag_test_and_set_explicit(&instance->main_inside, memory_order_acquire);
}

static void leave(struct emend *instance)
{
  atomic_flag_clear_explicit(&instance->main_inside, memory_order_release);
}

static const char *data_dir(const struct emend *instance)
{
  return instance->data_dir[0] != '\0' ? instance->data_dir : NULL;
}

/* A preset and the model that it names. */
static enum status load(const char *name, const char *folder, struct preset *preset,
                        struct session_model *loaded, struct error *error)
{
  enum status status = preset_load_from(preset, name, folder, error);
  return status == STATUS_OK ? session_model_load(loaded, preset->model_path, "libemend", error) : status;
}

static void close_session(struct session *session)
{
  if (session != NULL) {
    session_close(session);
    free(session);
  }
}

/* A session with a loaded model in place of the one that there is, if any. Nothing runs yet. */
static enum status put_session(struct emend *instance, const struct preset *preset,
                               struct session_model *loaded, struct error *error)
{
  struct session *session = calloc(1, sizeof *session);
  if (session == NULL) {
    session_model_free(loaded);
    return error_set(error, STATUS_NO_MEMORY, "out of memory");
  }
  enum status status = session_open_with(session, preset, loaded, false, CAPTURE_BYTES, NULL, error);
  if (status != STATUS_OK) {
    close_session(session);
    return status;
  }
  close_session(instance->session);
  instance->session = session;
  stream_connect(&session->stream, emend_collect, instance);
  instance->mode_now = preset->mode;
  instance->strength_now = (float)preset->strength;
  instance->look_ahead_now = UINT32_MAX; /* of a preset it is in milliseconds: told once more, in frames */
  return STATUS_OK;
}

/* Begin with a preset's model and settings. */
static enum status open_session(struct emend *instance, const char *name, struct error *error)
{
  struct preset preset;
  struct session_model loaded;

  enum status status = load(name, data_dir(instance), &preset, &loaded, error);
  if (status == STATUS_OK) {
    status = put_session(instance, &preset, &loaded, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  const double frames = preset.look_ahead * instance->clock.rate / 1000;
  atomic_init(&instance->mode, instance->mode_now);
  atomic_init(&instance->strength, instance->strength_now);
  atomic_init(&instance->look_ahead, (uint32_t)frames);
  return STATUS_OK;
}

/* What is wrong with the arguments, or NULL. */
static const char *check(const char *preset, const char *folder, double sample_rate)
{
  if (preset == NULL || preset[0] == '\0') {
    return "no preset is named; name one, or the folder of one";
  }
  if (folder != NULL && strlen(folder) >= DATAFILE_PATH_MAX) {
    return "the path of the data folder is too long";
  }
  if (!(sample_rate >= 1 && sample_rate <= RATE_MAX)) {
    return "the sample rate must lie between 1 and 1e8 frames per second";
  }
  return NULL;
}

emend_status emend_new(emend **out, const char *preset, const char *folder, double sample_rate,
                       emend_error *error)
{
  struct error inner = {STATUS_OK, ""};

  if (out == NULL) {
    return tell(error, EMEND_USAGE, "no place for the new instance");
  }
  *out = NULL;
  const char *wrong = check(preset, folder, sample_rate);
  if (wrong != NULL) {
    return tell(error, EMEND_USAGE, wrong);
  }
  struct emend *made = calloc(1, sizeof *made);
  if (made == NULL) {
    return tell(error, EMEND_NO_MEMORY, "out of memory");
  }
  atomic_flag_clear(&made->audio_inside);
  atomic_flag_clear(&made->main_inside);
  snprintf(made->data_dir, sizeof made->data_dir, "%s", folder != NULL ? folder : "");
  frame_clock_start(&made->clock, 0, (uint32_t)lround(sample_rate), 0);
  made->look_ahead_max =
    (uint32_t)((uint64_t)made->clock.rate * (uint64_t)LIVE_LOOK_AHEAD_MAX / NANOS_PER_SECOND);
  enum status status = live_queue_init(&made->out, OUT_MAX, OUT_STORE);
  if (status != STATUS_OK) {
    (void)error_set(&inner, status, "out of memory");
  } else {
    status = open_session(made, preset, &inner);
  }
  if (status != STATUS_OK) {
    emend_free(made);
    return tell(error, public_status(status), inner.text);
  }
  *out = made;
  return EMEND_OK;
}

void emend_free(emend *instance)
{
  if (instance != NULL) {
    close_session(instance->session);
    live_queue_free(&instance->out);
    free(instance);
  }
}

static void keep_decision(struct emend *instance, const struct live_decision_record *record)
{
  const uint64_t number = ++instance->decisions;
  const nanos since = record->time - instance->clock.base;
  const struct frame_clock origin = {.rate = instance->clock.rate};

  instance->history[number % HISTORY] = (struct emend_decision){
    .number = number,
    .frame = (uint64_t)frame_clock_offset(&origin, since),
    .channel = record->channel,
    .key = record->pitch,
    .velocity = record->velocity,
    .removed = record->passed == 0 || (record->mode == LIVE_MONITOR && record->log_odds < record->threshold),
    .reason = (emend_reason)record->damage,
    .log_odds = record->log_odds,
    .threshold = record->threshold,
  };
}

static void collect_decisions(struct emend *instance)
{
  union live_record record;
  struct ring_header header;

  while (ring_read(live_capture(instance->session->live), &header, &record, sizeof record)) {
    if (header.type == LIVE_RECORD_DECISION && header.size == sizeof record.decision) {
      keep_decision(instance, &record.decision);
    }
  }
}

bool emend_idle(emend *instance)
{
  if (instance == NULL || !enter(instance)) {
    return false;
  }
  collect_decisions(instance);
  (void)session_swap_poll(instance->session);
  const bool waits = session_swaps(instance->session);
  leave(instance);
  return waits;
}

/* Nothing runs yet: begin anew with the other model, keeping the settings. Never with the audio thread inside.
 */
static enum status replace_session(struct emend *instance, struct preset *preset, struct session_model *loaded,
                                   struct error *error)
{
  if (atomic_flag_test_and_set_explicit(&instance->audio_inside, memory_order_acquire)) {
    session_model_free(loaded);
    return error_set(error, STATUS_FULL, "the audio thread is beginning; try again");
  }
  preset->mode = atomic_load(&instance->mode);
  preset->strength = (double)atomic_load(&instance->strength);
  const enum status status = put_session(instance, preset, loaded, error);
  atomic_flag_clear_explicit(&instance->audio_inside, memory_order_release);
  return status;
}

static enum status swap(struct emend *instance, const char *name, struct error *error)
{
  struct preset preset;
  struct session_model loaded;

  (void)session_swap_poll(instance->session);
  if (session_swaps(instance->session)) {
    return error_set(error, STATUS_FULL, "an earlier preset is still being taken up; try again");
  }
  enum status status = load(name, data_dir(instance), &preset, &loaded, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (!atomic_load(&instance->started)) {
    return replace_session(instance, &preset, &loaded, error);
  }
  instance->session->preset = preset;
  return session_swap_begin(instance->session, &loaded) ? STATUS_OK : STATUS_FULL;
}

emend_status emend_swap_preset(emend *instance, const char *preset, emend_error *error)
{
  struct error inner = {STATUS_OK, ""};

  if (instance == NULL || preset == NULL) {
    return tell(error, EMEND_USAGE, "no instance or no preset is named");
  }
  if (!enter(instance)) {
    return tell(error, EMEND_BUSY, emend_status_text(EMEND_BUSY));
  }
  const enum status status = swap(instance, preset, &inner);
  leave(instance);
  return status == STATUS_OK ? EMEND_OK : tell(error, public_status(status), inner.text);
}

size_t emend_decisions(emend *instance, uint64_t after, emend_decision *out, size_t capacity)
{
  size_t count = 0;

  if (instance == NULL || out == NULL || !enter(instance)) {
    return 0;
  }
  collect_decisions(instance);
  const uint64_t oldest = instance->decisions > HISTORY ? instance->decisions - HISTORY + 1 : 1;
  for (uint64_t n = after < oldest ? oldest : after + 1; n <= instance->decisions && count < capacity; n++) {
    out[count++] = instance->history[n % HISTORY];
  }
  leave(instance);
  return count;
}

emend_status emend_take_back(emend *instance, uint64_t number)
{
  if (instance == NULL) {
    return EMEND_USAGE;
  }
  if (!enter(instance)) {
    return EMEND_BUSY;
  }
  collect_decisions(instance);
  emend_decision *decision = &instance->history[number % HISTORY];
  const bool found = number > 0 && decision->number == number && decision->removed;
  if (found && !decision->taken_back) {
    decision->taken_back = true;
    atomic_fetch_add(&instance->taken_back, 1);
  }
  leave(instance);
  return found ? EMEND_OK : EMEND_NOT_FOUND;
}

emend_status emend_preset_name(const char *folder, size_t index, char name[64])
{
  char names[PRESETS_MAX][PRESET_NAME_MAX];

  if (name == NULL) {
    return EMEND_USAGE;
  }
  name[0] = '\0';
  if (index >= preset_list_from(folder, names)) {
    return EMEND_NOT_FOUND;
  }
  snprintf(name, PRESET_NAME_MAX, "%s", names[index]);
  return EMEND_OK;
}

static uint64_t count_of(const _Atomic uint64_t *counter)
{
  return atomic_load_explicit(counter, memory_order_relaxed);
}

void emend_stats(const emend *instance, emend_counters *counters)
{
  if (instance == NULL || counters == NULL) {
    return;
  }
  const struct live_counters *from = live_counters(instance->session->live);
  const struct histogram *decisions = &instance->session->stream.decisions;
  *counters = (emend_counters){
    .events_in = count_of(&from->events_in),
    .events_out = count_of(&from->events_out),
    .notes_in = count_of(&from->notes_in),
    .notes_out = count_of(&from->notes_out),
    .taken_back = count_of(&instance->taken_back),
    .refused = count_of(&instance->refused),
    .dropped = count_of(&from->dropped),
    .sounding = count_of(&from->sounding),
    .decision_us_p50 = histogram_percentile(decisions, 0.5) / 1e3,
    .decision_us_p99 = histogram_percentile(decisions, 0.99) / 1e3,
  };
  for (int i = 0; i < EMEND_REASONS; i++) {
    counters->removed[i] = count_of(&from->suppressed[i]);
  }
}

const char *emend_status_text(emend_status status)
{
  switch (status) {
  case EMEND_OK: return "done";
  case EMEND_USAGE: return "NULL, or a value that makes no sense";
  case EMEND_NO_MEMORY: return "out of memory";
  case EMEND_IO: return "a file could not be read";
  case EMEND_FORMAT: return "a preset or model file is not what it claims to be";
  case EMEND_UNSUPPORTED: return "a model of this kind cannot run live";
  case EMEND_NOT_FOUND: return "not found";
  case EMEND_BUSY: return "another thread is inside, or an earlier preset waits; try again";
  case EMEND_ORDER: return "an event came before the one before it, and was handled at that one's frame";
  case EMEND_MESSAGE: return "not one complete MIDI message; it was not handled";
  case EMEND_STOPPED: return "call emend_start first";
  }
  return "unknown status";
}

const char *emend_reason_text(emend_reason reason)
{
  return (int)reason >= 0 && reason < EMEND_REASONS ? damage_name((enum damage)reason) : "unknown";
}
