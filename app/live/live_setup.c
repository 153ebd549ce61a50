/* SPDX-License-Identifier: MIT */
#include "live_setup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "console.h"
#include "file.h"
#include "outfile.h"
#include "personal.h"
#include "port_file.h"
#include "stream_port.h"

enum { MODEL_BYTES_MAX = 64 << 20 };

#define MEGABYTE (UINT64_C(1) << 20)

enum status live_capture_folder(const struct settings *settings, char path[DATAFILE_PATH_MAX],
                                struct error *error)
{
  if (settings->takes != NULL) {
    /* As a shell would have it, which emend.conf does not pass. */
    const bool in_home = settings->takes[0] == '~' && settings->takes[1] == '/';
    const char *home = in_home ? getenv("HOME") : "";
    if (home == NULL || (in_home && home[0] == '\0')) {
      return error_set(error, STATUS_NOT_FOUND, "no home folder for takes in '%.100s'; set HOME",
                       settings->takes);
    }
    int length = snprintf(path, DATAFILE_PATH_MAX, "%s%s", home, settings->takes + in_home);
    return length > 0 && length < DATAFILE_PATH_MAX
             ? STATUS_OK
             : error_set(error, STATUS_USAGE, "'%.100s' cannot be the folder of takes", settings->takes);
  }
  datafile_user_data("takes", path);
  return path[0] != '\0'
           ? STATUS_OK
           : error_set(error, STATUS_NOT_FOUND,
                       "no home folder to keep takes in; set HOME, or name a folder with --takes");
}

uint32_t live_capture_fingerprint(const char *model_path)
{
  uint8_t *data = NULL;
  size_t size = 0;
  struct error error;

  if (file_read(model_path, MODEL_BYTES_MAX, &data, &size, &error) != STATUS_OK) {
    return 0;
  }
  uint32_t fingerprint = journal_crc(0, data, size);
  free(data);
  return fingerprint;
}

struct capture *live_capture_start(const struct settings *settings, const struct session *session,
                                   bool keyboard, FILE *out)
{
  char folder[DATAFILE_PATH_MAX];
  struct capture *capture = NULL;
  struct error error = {STATUS_OK, ""};

  if (settings->no_capture || !settings->capture || !(keyboard || settings->capture_given)) {
    return NULL;
  }
  enum status status = live_capture_folder(settings, folder, &error);
  if (status == STATUS_OK) {
    const struct capture_options options = {
      .folder = folder,
      .make_private = settings->takes == NULL,
      .pause = settings->take_pause,
      .limit = (uint64_t)settings->capture_limit_mb * MEGABYTE,
      .preset = session->preset.name,
      .model = session->fingerprint,
    };
    status = capture_open(&capture, &options, session->live, &error);
  }
  if (status == STATUS_OK) {
    live_tell(out, "Takes are captured in %s.", folder);
  } else {
    live_warn("nothing is captured: %s", error.text);
  }
  return capture;
}

void live_capture_stop(struct capture *capture, FILE *out)
{
  char line[CAPTURE_LINE];
  enum capture_state state = capture_poll(capture, line);

  for (; line[0] != '\0'; state = capture_poll(capture, line)) {
    if (state == CAPTURE_STOPPED) {
      live_warn("%s", line);
    } else {
      live_tell(out, "%s", line);
    }
  }
  capture_close(capture);
}

static const char demo_take[] = "assets/minuet-noisy.mid";
static const char demo_out[] = "demo-clean.mid";

static enum status open_driver(struct live_port *live_port, const struct port_driver *driver, const char *in,
                               const char *out, struct session *session, struct error *error)
{
  const struct port_options options = {
    .client_name = "emend", .in = in, .out = out, .look_ahead = session_look_ahead(session)};
  const struct port_stream stream = stream_port(&session->stream);

  enum status status = driver->open(&live_port->port, &options, &stream, error);
  if (status == STATUS_OK) {
    live_port->driver = driver;
    stream_connect(&session->stream, driver->send, live_port->port);
  }
  return status;
}

static enum status open_demo(struct live_port *live_port, const char *save, struct session *session,
                             struct error *error)
{
  live_port->save = save;
  enum status status = datafile_find(demo_take, live_port->in, error);
  if (status == STATUS_OK) {
    status = outfile_check(live_port->save, error);
  }
  return status == STATUS_OK
           ? open_driver(live_port, &port_driver_file, live_port->in, live_port->save, session, error)
           : status;
}

static enum status open_file(struct live_port *live_port, const struct settings *settings,
                             struct session *session, struct error *error)
{
  live_port->save = settings->out;
  enum status status = outfile_check(live_port->save, error);
  return status == STATUS_OK
           ? open_driver(live_port, &port_driver_file, settings->in, settings->out, session, error)
           : status;
}

/* The first driver that works; the error is that of the first which did not. */
static enum status open_first(struct live_port *live_port, const struct settings *settings,
                              struct session *session, struct error *error)
{
  struct error later;

  for (int i = 0; port_drivers[i] != NULL; i++) {
    if (open_driver(live_port, port_drivers[i], settings->in, settings->out, session,
                    i == 0 ? error : &later) == STATUS_OK) {
      return STATUS_OK;
    }
  }
  return error->status;
}

enum status live_port_check(const struct settings *settings, bool demo, struct error *error)
{
  char names[128] = "auto, file";
  bool file = strcmp(settings->driver, port_driver_file.name) == 0;

  if (file && !demo && (settings->in == NULL || settings->out == NULL)) {
    return error_set(error, STATUS_USAGE, "--driver file wants --in IN.mid and --out OUT.mid");
  }
  if (file || strcmp(settings->driver, "auto") == 0 || port_driver_find(settings->driver) != NULL) {
    return STATUS_OK;
  }
  for (int i = 0; port_drivers[i] != NULL; i++) {
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, ", %s", port_drivers[i]->name);
  }
  return error_set(error, STATUS_USAGE, "--driver is one of %s, not '%.100s'", names, settings->driver);
}

enum status live_port_open(struct live_port *live_port, const struct settings *settings, bool demo,
                           struct session *session, struct error *error)
{
  *live_port = (struct live_port){.driver = NULL};
  if (demo) {
    return open_demo(live_port, settings->out != NULL ? settings->out : demo_out, session, error);
  }
  if (strcmp(settings->driver, port_driver_file.name) == 0) {
    return open_file(live_port, settings, session, error);
  }
  if (strcmp(settings->driver, "auto") != 0) {
    return open_driver(live_port, port_driver_find(settings->driver), settings->in, settings->out, session,
                       error);
  }
  enum status status = open_first(live_port, settings, session, error);
  if (status == STATUS_OK || settings->in != NULL || settings->out != NULL) {
    return status;
  }
  live_warn("no MIDI system works here (%s); this is the demo", error->text);
  return open_demo(live_port, demo_out, session, error);
}

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
  if (!model_has_decision(session->model)) {
    return "this model has no decision about played music";
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
