/* SPDX-License-Identifier: MIT */
#include "reload.h"

#include <stdio.h>
#include <string.h>

#include "live_setup.h"
#include "port_file.h"
#include "stop.h"

bool reload_swaps(const struct reload *reload)
{
  return reload->swapping;
}

bool reload_preset(struct reload *reload, const char *name)
{
  if (reload_swaps(reload) || reload->wanted[0] != '\0') {
    return false;
  }
  snprintf(reload->wanted, sizeof reload->wanted, "%s", name);
  return true;
}

static enum reload_result say(const struct reload *reload, char line[RELOAD_LINE])
{
  const struct preset *preset = &reload->session->preset;
  char model[48] = "", later[96] = "";

  if (reload->personal->number > 0) {
    snprintf(model, sizeof model, ", personal model %d", reload->personal->number);
  }
  if (reload->look_ahead < preset->look_ahead || reload->look_ahead > preset->look_ahead) {
    snprintf(later, sizeof later, " (a file keeps what it began with; %g ms at the next start)",
             reload->look_ahead);
  }
  snprintf(line, RELOAD_LINE, "reloaded: preset %s%s, %s, strength %.2f, look-ahead %g ms%s%s", preset->name,
           model, preset_modes[preset->mode], preset->strength, preset->look_ahead, later,
           reload->waits ? "; changes of ports, takes and learning wait for the next start" : "");
  return RELOAD_DONE;
}

static enum reload_result refuse(char line[RELOAD_LINE], const struct error *error)
{
  snprintf(line, RELOAD_LINE, "not reloaded, all stays as it was: %s", error->text);
  return RELOAD_FAILED;
}

/* A file's player has laid out its notes for the look-ahead that it began with. */
static void keep_what_stays(struct reload *reload, struct preset *preset)
{
  reload->look_ahead = preset->look_ahead;
  if (reload->live_port->driver == &port_driver_file) {
    preset->look_ahead = reload->session->preset.look_ahead;
  }
}

static bool same_text(const char *a, const char *b)
{
  return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* Do settings differ that are taken up at a start only? */
static bool must_wait(const struct reload *reload, const struct settings *new)
{
  const struct settings *old = reload->started;
  const bool file = reload->live_port->driver == &port_driver_file; /* whose ports are the command's files */
  const bool ports =
    same_text(new->driver, old->driver) && same_text(new->in, old->in) && same_text(new->out, old->out);
  const bool takes = same_text(new->takes, old->takes) &&
                     new->capture == old->capture &&new->capture_limit_mb == old->capture_limit_mb &&
                     !(new->take_pause < old->take_pause) && !(new->take_pause > old->take_pause);
  const bool learning = new->learn == old->learn && !(new->learn_share < old->learn_share) &&
                        !(new->learn_share > old->learn_share);
  return !((ports || file) && takes && learning);
}

/* The preset that the settings now ask for, with the model that goes with it. */
static enum status find_preset(struct reload *reload, struct error *error)
{
  struct settings settings;
  char line[LIVE_PERSONAL_LINE] = "";
  char wanted[PRESET_NAME_MAX];

  snprintf(wanted, sizeof wanted, "%s", reload->wanted);
  reload->wanted[0] = '\0';
  enum status status = reload->read(reload->user, &settings, error);
  if (status != STATUS_OK) {
    return status;
  }
  reload->waits = must_wait(reload, &settings);
  if (wanted[0] != '\0') {
    settings.preset = wanted;
  }
  status = settings_preset(&settings, &reload->preset, error);
  if (wanted[0] != '\0') {
    reload->preset.mode = (int)live_current_mode(reload->session->live);
  }
  settings_free(&settings);
  if (status == STATUS_OK) {
    live_personal_choose(&reload->preset, reload->no_personal, &reload->chosen, line);
    keep_what_stays(reload, &reload->preset);
  }
  return line[0] == '\0' ? status : error_set(error, STATUS_FORMAT, "%s", line);
}

/* Mode, strength, look-ahead and tempo: false when the live thread takes no orders now. */
static bool order(const struct reload *reload)
{
  const struct preset *old = &reload->session->preset, *new = &reload->preset;
  const struct live_port *live_port = reload->live_port;
  struct live *live = reload->session->live;
  const nanos look_ahead = (nanos)(new->look_ahead *(double)NANOS_PER_MILLISECOND);

  if (!live_set_mode(live, (enum live_mode) new->mode) || !live_set_strength(live, (float)new->strength) ||
      !live_set_look_ahead(live, look_ahead)) {
    return false;
  }
  if (live_port->driver->look_ahead != NULL) {
    live_port->driver->look_ahead(live_port->port, look_ahead);
  }
  return (new->bpm >= old->bpm &&new->bpm <= old->bpm) || live_set_tempo(live, new->bpm);
}

static bool same_model(const struct reload *reload)
{
  const struct session *session = reload->session;

  return reload->fingerprint != 0 && reload->fingerprint == session->fingerprint &&
         strcmp(reload->preset.model_path, session->preset.model_path) == 0 &&
         strcmp(reload->preset.name, session->preset.name) == 0;
}

/* The new preset is the session's. */
static void take_over(struct reload *reload)
{
  reload->session->preset = reload->preset;
  *reload->personal = reload->chosen;
}

static enum reload_result begin(struct reload *reload, char line[RELOAD_LINE])
{
  struct error error = {STATUS_OK, ""};
  struct session_model incoming = {.model = NULL};

  enum status status = find_preset(reload, &error);
  if (status == STATUS_OK) {
    reload->fingerprint = live_capture_fingerprint(reload->preset.model_path);
  }
  const bool same = status == STATUS_OK && same_model(reload);
  if (status == STATUS_OK && !same) {
    status = session_model_load(&incoming, reload->preset.model_path, "emend live", &error);
    incoming.fingerprint = reload->fingerprint;
  }
  if (status == STATUS_OK && !order(reload)) {
    session_model_free(&incoming);
    status = error_set(&error, STATUS_FULL, "the live thread is not running now; reload again once it is");
  }
  if (status != STATUS_OK) {
    return refuse(line, &error);
  }
  if (!same) {
    /* The worker has none on its way: reload_poll asked. */
    reload->swapping = session_swap_begin(reload->session, &incoming);
    return RELOAD_NOTHING; /* told when the model is in use */
  }
  take_over(reload);
  return say(reload, line);
}

static enum reload_result go_on(struct reload *reload, struct worker *worker, char line[RELOAD_LINE])
{
  struct error error = {STATUS_OK, ""};

  if (!session_swap_poll(reload->session)) {
    return RELOAD_NOTHING;
  }
  reload->swapping = false;
  take_over(reload);
  if (live_worker_change(worker, reload->started, reload->capture, reload->personal, reload->session, &error) ==
      STATUS_OK) {
    return say(reload, line);
  }
  snprintf(line, RELOAD_LINE, "reloaded, but nothing is captured any more: %s", error.text);
  return RELOAD_FAILED;
}

enum reload_result reload_poll(struct reload *reload, struct worker *worker, char line[RELOAD_LINE])
{
  line[0] = '\0';
  if (reload_swaps(reload)) {
    return go_on(reload, worker, line);
  }
  return !worker_swaps(worker) && (reload->wanted[0] != '\0' || stop_take_reload()) ? begin(reload, line)
                                                                                    : RELOAD_NOTHING;
}
