/* The take captured so far, filled and put beside it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "fill_job.h"
#include "realtime_thread.h"
#include "take_folder.h"
#include "worker_parts.h"

#define ANSWER_WAIT (10 * NANOS_PER_MILLISECOND)

void worker_fill(struct worker *worker, char line[WORKER_LINE])
{
  if (worker->capture == NULL) {
    snprintf(line, WORKER_LINE, "nothing is captured, so nothing can be filled");
  } else if (!worker->fills) {
    snprintf(line, WORKER_LINE, "preset '%s' has no filler; choose another preset", worker->preset);
  } else if (atomic_exchange(&worker->filling, true)) {
    snprintf(line, WORKER_LINE, "busy: a take is being filled already");
  } else if (!ring_write(&worker->orders, ORDER_FILL, "", 0)) {
    atomic_store(&worker->filling, false);
    snprintf(line, WORKER_LINE, "busy; press the key again");
  } else {
    snprintf(line, WORKER_LINE, "%s",
             atomic_load(&worker->learning) ? "the take is filled after learning" : "filling the take");
  }
}

/* Have the recorder flush the take and name it. False when it is to end. */
static bool ask_take(struct worker *worker)
{
  atomic_store(&worker->take_asked, true);
  while (atomic_load(&worker->take_asked)) {
    if (!worker->threaded) {
      worker_drain(worker, realtime_now());
    } else if (atomic_load(&worker->stop)) {
      return false;
    } else {
      realtime_sleep(ANSWER_WAIT);
    }
  }
  return true;
}

static enum status make_midi(const char *take, uint8_t **data, size_t *size, struct error *error)
{
  uint8_t *journal = NULL;
  size_t journal_size = 0;
  struct smf smf = {0};

  enum status status = take_load(take, &journal, &journal_size, error);
  if (status == STATUS_OK) {
    status = journal_smf(journal, journal_size, take, false, true, &smf, error);
  }
  if (status == STATUS_OK) {
    status = smf_write(&smf, data, size, error);
  }
  smf_free(&smf);
  free(journal);
  return status;
}

/* Fill the source into a new file; without notes to add there is none. */
static enum status fill_into(struct worker *worker, const struct model *model, const struct fill_source *source,
                             const char *path, size_t *added, struct error *error)
{
  const struct fill_order order = {
    .search = true, .strength = worker->fill_strength, .tell = worker_goes_on, .user = worker};
  struct fill_outcome *outcome = malloc(sizeof *outcome);

  if (outcome == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "no memory for the filled take");
  }
  enum status status = fill_job(model, source, &order, outcome, error);
  if (status == STATUS_OK) {
    const struct filling *filling = &outcome->fillings[0];
    *added = filling->notes.count;
    status = *added > 0 ? file_write_private(path, filling->data, filling->size, error) : STATUS_OK;
  }
  fill_outcome_free(outcome);
  free(outcome);
  return status;
}

static enum status fill(struct worker *worker, const char *path, size_t *added, struct error *error)
{
  struct fill_source source = {.data = NULL};
  struct model *model = NULL;
  uint8_t *data = NULL;
  size_t size = 0;

  enum status status = fill_load(&model, worker->filler, error);
  if (status == STATUS_OK) {
    status = make_midi(worker->take, &data, &size, error);
  }
  if (status == STATUS_OK) {
    status = fill_source_take(&source, data, size, worker->take, model->config.frame.unit, error);
  }
  if (status == STATUS_OK) {
    status = fill_into(worker, model, &source, path, added, error);
  }
  fill_source_close(&source);
  model_free(model);
  return status;
}

void worker_fill_take(struct worker *worker)
{
  struct error error = {STATUS_OK, ""};
  char path[DATAFILE_PATH_MAX];
  size_t added = 0;

  if (!ask_take(worker)) {
    return;
  }
  if (!take_filled_path(worker->take, path)) {
    worker_say(worker, "no take to fill yet; play first");
    return;
  }
  const enum status status = fill(worker, path, &added, &error);
  const char *name = strrchr(path, '/') + 1;
  if (status == STATUS_OK && added > 0) {
    worker_say(worker, "filled: %zu note%s added, %.180s", added, added == 1 ? "" : "s", name);
  } else if (status == STATUS_OK) {
    worker_say(worker, "nothing to fill in this take");
  } else if (status != STATUS_INTERRUPTED) {
    worker_say(worker, "cannot fill: %.220s", error.text);
  }
}
