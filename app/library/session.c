/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "cleaner.h"

nanos session_look_ahead(const struct session *session)
{
  return (nanos)(session->preset.look_ahead * (double)NANOS_PER_MILLISECOND);
}

enum status session_model_load(struct session_model *loaded, const char *path, const char *who,
                               struct error *error)
{
  *loaded = (struct session_model){.model = NULL};
  enum status status = model_load(&loaded->model, path, error);
  if (status == STATUS_OK) {
    status = model_need_kind(loaded->model, NET_VOSP, path, who, error);
  }
  if (status == STATUS_OK) {
    status = model_cleaner_new(loaded->model, &loaded->cleaner, error);
  }
  if (status != STATUS_OK) {
    session_model_free(loaded);
  }
  return status;
}

void session_model_free(struct session_model *loaded)
{
  model_cleaner_free(loaded->cleaner);
  model_free(loaded->model);
  *loaded = (struct session_model){.model = NULL};
}

enum status session_open_with(struct session *session, const struct preset *preset,
                              struct session_model *loaded, bool real_time, uint32_t capture,
                              const struct instrument *instrument, struct error *error)
{
  *session = (struct session){
    .preset = *preset, .model = loaded->model, .cleaner = loaded->cleaner, .fingerprint = loaded->fingerprint};
  *loaded = (struct session_model){.model = NULL};
  const struct live_config config = {
    .keep_warm = real_time,
    .mode = (enum live_mode)preset->mode,
    .strength = (float)preset->strength,
    .look_ahead = session_look_ahead(session),
    .bpm = preset->bpm,
    .capture_capacity = capture,
    .instrument = instrument,
  };
  enum status status =
    live_new(&session->live, &config, session->cleaner, stream_emit, &session->stream, error);
  if (status == STATUS_OK) {
    stream_init(&session->stream, session->live);
  }
  return status;
}

enum status session_open(struct session *session, const struct preset *preset, bool real_time, uint32_t capture,
                         const struct instrument *instrument, struct error *error)
{
  struct session_model loaded;

  *session = (struct session){.preset = *preset};
  enum status status =
    session_model_load(&loaded, preset->model_path, real_time ? "emend live" : "emend denoise", error);
  return status == STATUS_OK
           ? session_open_with(session, preset, &loaded, real_time, capture, instrument, error)
           : status;
}

void session_close(struct session *session)
{
  struct session_model current = {.model = session->model, .cleaner = session->cleaner};

  live_free(session->live);
  session_model_free(&current);
  session_model_free(&session->incoming);
  session->live = NULL;
  session->cleaner = NULL;
  session->model = NULL;
  session->handed_over = false;
}

bool session_swaps(const struct session *session)
{
  return session->incoming.cleaner != NULL;
}

bool session_swap_begin(struct session *session, struct session_model *incoming)
{
  if (session_swaps(session)) {
    return false;
  }
  session->incoming = *incoming;
  *incoming = (struct session_model){.model = NULL};
  session->handed_over = live_swap(session->live, session->incoming.cleaner);
  return true;
}

bool session_swap_poll(struct session *session)
{
  if (!session_swaps(session)) {
    return false;
  }
  session->handed_over = session->handed_over || live_swap(session->live, session->incoming.cleaner);
  if (!session->handed_over || live_retired(session->live) == NULL) {
    return false;
  }
  struct session_model old = {.model = session->model, .cleaner = session->cleaner};
  session->model = session->incoming.model;
  session->cleaner = session->incoming.cleaner;
  session->fingerprint = session->incoming.fingerprint;
  session->incoming = (struct session_model){.model = NULL};
  session->handed_over = false;
  session_model_free(&old);
  return true;
}
