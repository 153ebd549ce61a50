/* SPDX-License-Identifier: MIT */
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "console.h"
#include "known.h"
#include "live_loop.h"
#include "live_page.h"
#include "live_report.h"
#include "live_setup.h"
#include "outfile.h"
#include "port_file.h"
#include "rt_thread.h"
#include "stop.h"

enum { CAPTURE_BYTES = 1 << 20, FLAGS = 5 };

struct live_flags {
  struct settings settings;
  bool demo, no_personal;
  double seconds;
  const char *report;
};

static void init_flags(struct live_flags *flags, struct option_spec specs[SETTINGS_COUNT + FLAGS])
{
  *flags = (struct live_flags){.demo = false};
  settings_init(&flags->settings, specs);
  specs[SETTINGS_COUNT] = (struct option_spec){.name = "demo",
                                               .kind = OPTION_FLAG,
                                               .value = &flags->demo,
                                               .help = "play a noisy take that comes with emend"};
  specs[SETTINGS_COUNT + 1] = (struct option_spec){.name = "seconds",
                                                   .kind = OPTION_NUMBER,
                                                   .value = &flags->seconds,
                                                   .argument = "N",
                                                   .help = "end by itself after so long",
                                                   .low = 0,
                                                   .high = 1e9};
  specs[SETTINGS_COUNT + 2] =
    (struct option_spec){.name = "report",
                         .kind = OPTION_TEXT,
                         .value = &flags->report,
                         .argument = "FILE",
                         .help = "write what was done as JSON, '-' for standard output"};
  specs[SETTINGS_COUNT + 3] = (struct option_spec){
    .name = "no-capture", .kind = OPTION_FLAG, .value = &flags->settings.no_capture, .help = "capture nothing"};
  specs[SETTINGS_COUNT + 4] = (struct option_spec){.name = "no-personal",
                                                   .kind = OPTION_FLAG,
                                                   .value = &flags->no_personal,
                                                   .help = "the preset itself, not the player's own model"};
}

/* Flags, over emend.conf, over defaults. Returns COMMAND_GO_ON or an exit status. */
static int read_flags(struct live_flags *flags, int argc, char **argv)
{
  struct option_spec specs[SETTINGS_COUNT + FLAGS];
  struct option_set set = {.specs = specs, .count = SETTINGS_COUNT + FLAGS};
  struct error error = {STATUS_OK, ""};

  init_flags(flags, specs);
  int done = command_parse(&command_live, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  if (settings_read_file(&flags->settings, specs, &error) != STATUS_OK) {
    return command_fail(&command_live, &error);
  }
  if (flags->demo) {
    flags->settings.out = NULL; /* emend.conf means a port; here a file is asked for */
  }
  return command_parse(&command_live, &set, argc, argv);
}

struct arguments {
  int count;
  char **list;
};

/* The same once more, for struct reload; the flags were right the first time. */
static enum status read_again(void *user, struct settings *settings, struct error *error)
{
  const struct arguments *arguments = user;
  struct option_spec specs[SETTINGS_COUNT + FLAGS];
  struct option_set set = {.specs = specs, .count = SETTINGS_COUNT + FLAGS};
  struct live_flags flags;

  init_flags(&flags, specs);
  enum status status = settings_read_file(&flags.settings, specs, error);
  if (status == STATUS_OK) {
    status = options_parse(&set, arguments->count, arguments->list, error);
  }
  if (status != STATUS_OK) {
    settings_free(&flags.settings);
  }
  *settings = flags.settings;
  return status;
}

/* Counters outlive the port in a copy. */
static void copy_counters(const struct port_counters *from, struct port_counters *to)
{
  atomic_init(&to->received, atomic_load(&from->received));
  atomic_init(&to->sent, atomic_load(&from->sent));
  atomic_init(&to->send_failed, atomic_load(&from->send_failed));
  atomic_init(&to->overflowed, atomic_load(&from->overflowed));
  atomic_init(&to->disconnects, atomic_load(&from->disconnects));
  atomic_init(&to->xruns, atomic_load(&from->xruns));
}

static void announce(const struct live_port *live_port, const struct session *session, int personal, FILE *out)
{
  char line[256] = "", model[48] = "";

  live_port->driver->describe(live_port->port, line, sizeof line);
  if (personal > 0) {
    snprintf(model, sizeof model, ", personal model %d", personal);
  }
  live_tell(out, "emend live: driver %s, preset %s%s. %s", live_port->driver->name, session->preset.name, model,
            line);
  if (!model_has_decision(session->model)) {
    live_warn(
      "this model has no decision about played music, so nothing will be removed; train one on played takes");
  }
}

struct playing {
  const struct live_flags *flags;
  struct session *session;
  struct watch *watch;
  struct live_personal personal;
  FILE *out;
  struct live_port live_port;
  struct capture *capture;
  struct worker *worker;
  struct arguments arguments;
  struct reload reload;
  struct broken_takes broken;
  struct page *page;
  double seconds;
  struct known known;
};

/* A program that dies cannot end its notes: this one does. */
static void look_for_broken_takes(struct playing *playing)
{
  char folder[DATAFILE_PATH_MAX];

  if (playing->capture == NULL || live_capture_folder(&playing->flags->settings, folder, NULL) != STATUS_OK) {
    return;
  }
  broken_takes_find(&playing->broken, folder);
  const int left = playing->broken.left.count;
  const size_t takes = playing->broken.takes.count;
  if (left > 0) {
    live_warn("%zu take%s broke off with %d note%s on; what still sounds is ended once emend is connected",
              takes, takes == 1 ? "" : "s", left, left == 1 ? "" : "s");
  }
}

/* Play with the offline thread beside it, until the end. */
static enum status run_loop(struct playing *playing, struct error *error)
{
  const struct live_port *live_port = &playing->live_port;
  const struct settings *settings = &playing->flags->settings;

  playing->capture = live_capture_start(settings, playing->session, live_port->save == NULL, playing->out);
  look_for_broken_takes(playing); /* before the worker's first take is the last one */
  enum status status = live_worker_start(&playing->worker, settings, playing->capture, &playing->personal,
                                         playing->session, error);
  playing->reload = (struct reload){.read = read_again,
                                    .user = &playing->arguments,
                                    .no_personal = playing->flags->no_personal,
                                    .started = settings,
                                    .session = playing->session,
                                    .capture = playing->capture,
                                    .live_port = live_port,
                                    .personal = &playing->personal};
  if (status == STATUS_OK) {
    struct live_loop loop = {.session = playing->session,
                             .watch = playing->watch,
                             .capture = playing->capture,
                             .worker = playing->worker,
                             .driver = live_port->driver,
                             .port = live_port->port,
                             .reload = &playing->reload,
                             .broken = &playing->broken,
                             .known = &playing->known,
                             .page = playing->page,
                             .seconds = playing->flags->seconds,
                             .out = playing->out};
    playing->seconds = live_loop_run(&loop);
  }
  if (status == STATUS_OK && live_port->save != NULL) {
    status = port_file_save(live_port->port, live_port->save, error);
  }
  return status;
}

/* The port first, so that nothing comes any more; then what is left goes to disk. */
static void close_all(struct playing *playing, struct port_counters *counters)
{
  const struct live_port *live_port = &playing->live_port;
  char line[KNOWN_LINE];

  copy_counters(live_port->driver->counters(live_port->port), counters);
  live_port->driver->close(live_port->port);
  if (playing->worker != NULL) {
    worker_stop(playing->worker);
    watch_drain(playing->watch, worker_records(playing->worker));
  }
  broken_takes_free(&playing->broken);
  worker_free(playing->worker);
  live_capture_stop(playing->capture, playing->out);
  page_close(playing->page);
  known_close(&playing->known, playing->session->live, line);
  if (line[0] != '\0') {
    live_warn("%s", line);
  }
}

/* Play until the end, then save, close and tell. */
static enum status play(struct playing *playing, struct error *error)
{
  const struct live_flags *flags = playing->flags;
  struct live_port *live_port = &playing->live_port;
  struct port_counters counters;
  char memory[REALTIME_LINE];

  enum status status = live_port_open(live_port, &flags->settings, flags->demo, playing->session, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (live_port->save != NULL) {
    playing->known.saves = false; /* the demo in a keyboard's stead teaches nothing about the keyboard */
  } else if (!realtime_lock_memory(memory)) {
    live_warn("%s", memory);
  }
  announce(live_port, playing->session, playing->personal.number, playing->out);
  playing->page = live_page_start(&flags->settings, playing->out);
  status = run_loop(playing, error);
  close_all(playing, &counters);
  const struct report report = {.session = playing->session,
                                .watch = playing->watch,
                                .driver = live_port->driver->name,
                                .counters = &counters,
                                .seconds = playing->seconds};
  if (live_is_read(playing->out)) {
    report_print(&report, playing->out);
    (void)fflush(playing->out);
  }
  if (status == STATUS_OK && live_port->save != NULL && strcmp(live_port->save, "-") != 0) {
    live_tell(playing->out, "The cleaned take is in %s.", live_port->save);
  }
  if (status == STATUS_OK && flags->report != NULL) {
    status = report_write(&report, flags->report, error);
  }
  return status;
}

static int run_live(int argc, char **argv)
{
  struct live_flags flags;
  struct error error = {STATUS_OK, ""};
  struct session session = {.model = NULL};
  struct preset preset;
  char line[LIVE_PERSONAL_LINE], known_line[KNOWN_LINE];

  int done = read_flags(&flags, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  stop_catch();
  stop_catch_reload();
  const bool file = flags.demo || strcmp(flags.settings.driver, "file") == 0;
  const char *in = file && !flags.demo ? flags.settings.in : NULL, *save = file ? flags.settings.out : NULL;
  FILE *out = outfile_stream(save, flags.report);
  struct watch *watch = malloc(sizeof *watch);
  struct playing playing = {
    .flags = &flags, .session = &session, .watch = watch, .out = out, .arguments = {argc, argv}};
  enum status status = watch != NULL ? outfile_check_with_report(in, save, flags.report, &error)
                                     : error_set(&error, STATUS_NO_MEMORY, "out of memory");
  if (status == STATUS_OK) {
    status = outfile_check_apart(save, in, "IN.mid", &error);
  }
  if (status == STATUS_OK) {
    status = live_port_check(&flags.settings, flags.demo, &error);
  }
  if (status == STATUS_OK) {
    status = known_check(&flags.settings, &error);
  }
  if (status == STATUS_OK) {
    status = settings_preset(&flags.settings, &preset, &error);
  }
  if (status == STATUS_OK) {
    live_personal_choose(&preset, flags.no_personal, &playing.personal, line);
    if (line[0] != '\0') {
      live_warn("%s", line);
    }
    known_open(&playing.known, &flags.settings, !file, known_line);
    if (known_line[0] != '\0') {
      live_warn("%s", known_line);
    }
    status = session_open(&session, &preset, true, CAPTURE_BYTES, &playing.known.profile.instrument, &error);
  }
  if (status == STATUS_OK) {
    session.fingerprint = live_capture_fingerprint(preset.model_path);
    watch_init(watch);
    status = play(&playing, &error);
  }
  session_close(&session);
  settings_free(&flags.settings);
  free(watch);
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_live, &error);
}

const struct command command_live = {
  .name = "live",
  .usage = "[options]",
  .summary = "clean playing between a keyboard and a DAW",
  .notes =
    "Where no MIDI system works it plays the demo. --demo writes the cleaned take to demo-clean.mid or --out.\n"
    "With --driver file, --in and --out are files. Settings are also read from ~/.config/emend/emend.conf\n"
    "(strength = 0.6; and so on). Connect the DAW to emend's port only: with the keyboard's own port\n"
    "connected as well every note sounds twice. What is played is captured in takes (emend takes), unless\n"
    "--no-capture or emend.conf's capture = false say not to. With --learn the preset is tuned to the player "
    "from\n"
    "the takes while you play, at low priority; what is no worse on takes held back is used at once and from "
    "then\n"
    "on (emend models). SIGHUP has emend.conf and the model read again, and preset, mode, strength and "
    "look-ahead "
    "taken\n"
    "up while you play; errors are reported and the old settings stay in force. SIGTERM and SIGINT end all "
    "that "
    "sounds, "
    "save\n"
    "the take and leave.",
  .run = run_live,
};
