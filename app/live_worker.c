#include "live_worker.h"

#include <stdio.h>

#include "live_capture.h"
#include "live_warn.h"
#include "personal.h"

enum { NEW_MINUTES = 5 };

void live_personal_choose(struct preset *preset, bool none, struct live_personal *personal,
                          char line[LIVE_PERSONAL_LINE])
{
  char path[DATAFILE_PATH_MAX];
  struct model *base = NULL;

  line[0] = '\0';
  personal->number = 0;
  snprintf(personal->base, sizeof personal->base, "%s", preset->model_path);
  if (none || personal_current(preset->name) == 0 || model_load(&base, preset->model_path, NULL) != STATUS_OK) {
    return; /* a preset that cannot be read is told when the session opens */
  }
  struct model *model = personal_load(preset->name, base, &personal->number, path, line);
  if (model != NULL) {
    snprintf(preset->model_path, sizeof preset->model_path, "%s", path);
    line[0] = '\0';
  } else {
    personal->number = 0;
  }
  model_free(model);
  model_free(base);
}

/* NULL, or why nothing can be learnt. */
static const char *no_learning(const struct capture *capture, const struct session *session,
                               struct error *error)
{
  if (capture == NULL) {
    return "nothing is captured";
  }
  if (!model_has_gate(session->model)) {
    return "this model has no gate";
  }
  return personal_check(session->preset.name, error) == STATUS_OK ? NULL : error->text;
}

static struct worker_options choose(const struct settings *settings, struct capture *capture,
                                    const struct live_personal *personal, const struct session *session,
                                    char takes[DATAFILE_PATH_MAX])
{
  struct error inner = {STATUS_OK, ""};
  bool learn = settings->learn;

  if (learn) {
    const char *why = no_learning(capture, session, &inner);
    if (why == NULL && live_capture_folder(settings, takes, &inner) != STATUS_OK) {
      why = inner.text;
    }
    if (why != NULL) {
      live_warn("nothing is learnt: %s", why);
    }
    learn = why == NULL;
  }
  return (struct worker_options){
    .capture = capture,
    .learn = learn,
    .learn_share = settings->learn_share,
    .minutes = NEW_MINUTES,
    .gives_way = true,
    .takes = learn ? takes : NULL,
    .model = personal->base,
  };
}

enum status live_worker_start(struct worker **worker, const struct settings *settings, struct capture *capture,
                              const struct live_personal *personal, struct session *session,
                              struct error *error)
{
  char takes[DATAFILE_PATH_MAX] = "";
  const struct worker_options options = choose(settings, capture, personal, session, takes);

  enum status status = worker_new(worker, &options, session, error);
  if (status == STATUS_OK) {
    status = worker_start(*worker, error);
  }
  if (status != STATUS_OK) {
    worker_free(*worker);
    *worker = NULL;
  }
  return status;
}

enum status live_worker_change(struct worker *worker, const struct settings *settings, struct capture *capture,
                               const struct live_personal *personal, struct session *session,
                               struct error *error)
{
  char takes[DATAFILE_PATH_MAX] = "";

  worker_stop(worker);
  if (capture != NULL) {
    capture_model(capture, session->preset.name, session->fingerprint); /* nobody else drains now */
  }
  const struct worker_options options = choose(settings, capture, personal, session, takes);
  worker_aim(worker, &options);
  return worker_start(worker, error);
}
