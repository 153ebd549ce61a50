/* SPDX-License-Identifier: MIT */
#include "session.h"

#include "cleaner.h"

nanos session_look_ahead(const struct session *session)
{
  return (nanos)(session->preset.look_ahead * (double)NANOS_PER_MILLISECOND);
}

enum status session_open(struct session *session, const struct preset *preset, bool real_time, uint32_t capture,
                         struct error *error)
{
  *session = (struct session){.preset = *preset};
  const struct live_config config = {
    .keep_warm = real_time,
    .mode = (enum live_mode)preset->mode,
    .strength = (float)preset->strength,
    .look_ahead = session_look_ahead(session),
    .bpm = preset->bpm,
    .capture_capacity = capture,
  };

  enum status status = model_load(&session->model, preset->model_path, error);
  if (status == STATUS_OK) {
    status = model_need_kind(session->model, NET_VOSP, preset->model_path,
                             real_time ? "emend live" : "emend denoise", error);
  }
  if (status == STATUS_OK) {
    status = model_cleaner_new(session->model, &session->cleaner, error);
  }
  if (status == STATUS_OK) {
    status = live_new(&session->live, &config, session->cleaner, stream_emit, &session->stream, error);
  }
  if (status == STATUS_OK) {
    stream_init(&session->stream, session->live);
  }
  return status;
}

void session_close(struct session *session)
{
  if (session->live != NULL) {
    live_free(session->live);
  }
  if (session->cleaner != NULL) {
    model_cleaner_free(session->cleaner);
  }
  if (session->model != NULL) {
    model_free(session->model);
  }
  session->live = NULL;
  session->cleaner = NULL;
  session->model = NULL;
}
