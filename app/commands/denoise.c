/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>

#include "commands.h"
#include "file.h"
#include "file_faults.h"
#include "live_report.h"
#include "outfile.h"
#include "progress.h"
#include "replay.h"
#include "rt_thread.h"
#include "settings.h"
#include "smf_file.h"
#include "stop.h"
#include "stream_port.h"

enum { CAPTURE_BYTES = 4 << 20 };

struct denoise_flags {
  struct settings settings;
  const char *in, *out, *report;
  bool strict;
};

static enum status set_drums(const struct option_spec *spec, const char *text, struct error *error)
{
  return spare_drums(spec->value, text, error);
}

static int read_flags(struct denoise_flags *flags, int argc, char **argv)
{
  struct option_spec all[SETTINGS_COUNT];

  *flags = (struct denoise_flags){.in = NULL};
  settings_init(&flags->settings, all);
  const struct option_spec specs[] = {
    all[SETTINGS_PRESET],
    all[SETTINGS_STRENGTH],
    all[SETTINGS_LOOK_AHEAD],
    all[SETTINGS_GEAR],
    all[SETTINGS_KEEP],
    {.name = "drums",
     .kind = OPTION_CUSTOM,
     .value = &flags->settings.spare,
     .argument = "CH",
     .help = "channels that play drums, beside 10 and those the file says",
     .set = set_drums},
    file_faults_option(&flags->strict),
    {.name = "report",
     .kind = OPTION_TEXT,
     .value = &flags->report,
     .argument = "FILE",
     .help = "write what was done as JSON, '-' for standard output"},
  };
  struct option_set set = {.specs = specs,
                           .count = sizeof specs / sizeof specs[0],
                           .operand_min = 2,
                           .operand_max = 2,
                           .operand_names = "IN.mid and OUT.mid are"};
  const int done = settings_parse(&flags->settings, all, &command_denoise, &set, argc, argv);
  if (done == COMMAND_GO_ON) {
    flags->in = set.operands[0];
    flags->out = set.operands[1];
    flags->settings.mode = LIVE_CLEAN;
    flags->settings.mode_given = true;
  }
  return done;
}

/* The whole file through the engine, as fast as it goes. */
static enum status run_through(struct replay *replay, struct session *session, struct watch *watch,
                               struct error *error)
{
  const struct port_stream stream = stream_port(&session->stream);
  struct progress progress;

  stop_catch();
  progress_begin(&progress, "denoise");
  stream_connect(&session->stream, replay_send, replay);
  while (!stop_requested() && replay_go_on(replay, &stream)) {
    watch_drain(watch, live_capture(session->live));
    progress_show(&progress, replay_share(replay), -1, "");
  }
  progress_end(&progress);
  return stop_requested() ? error_set(error, STATUS_INTERRUPTED, "stopped; nothing written") : STATUS_OK;
}

static enum status finish(const struct denoise_flags *flags, const struct smf_file *file, struct replay *replay,
                          struct report *report, struct error *error)
{
  struct replay_result result = {.data = NULL};

  if (!stop_let_go()) {
    return error_set(error, STATUS_INTERRUPTED, "stopped; nothing written");
  }
  enum status status = replay_finish(replay, file->data, file->size, &result, error);
  if (status == STATUS_OK && result.removed != report_suppressed(report->session->live)) {
    status =
      error_set(error, STATUS_FULL, "%.300s: %zu notes did not come back, %" PRIu64 " were to be removed",
                flags->in, result.removed, report_suppressed(report->session->live));
  }
  stop_catch();
  if (status == STATUS_OK) {
    status = file_write(flags->out, result.data, result.size, error);
  }
  if (status == STATUS_OK) {
    report->smf = &file->smf;
    report->handed = result.handed;
    report->handed_count = result.handed_count;
    report_print(report, outfile_stream(flags->out, flags->report));
    status = flags->report != NULL ? report_write(report, flags->report, error) : STATUS_OK;
  }
  replay_result_free(&result);
  return status;
}

static enum status denoise(const struct denoise_flags *flags, struct session *session, struct watch *watch,
                           struct error *error)
{
  const struct replay_options how = {
    .look_ahead = session_look_ahead(session), .apart = true, .spare = &flags->settings.spare};
  struct smf_file file;
  struct replay *replay = NULL;
  nanos start = realtime_now();

  enum status status = smf_file_open(&file, flags->in, error);
  if (status == STATUS_OK) {
    status = file_faults_tell(&file.smf, flags->in, flags->strict, command_denoise.name, error);
  }
  if (status == STATUS_OK) {
    status = replay_new(&replay, &file.smf, &how, flags->in, error);
  }
  if (status == STATUS_OK) {
    status = run_through(replay, session, watch, error);
  }
  if (status == STATUS_OK) {
    double seconds = (double)(realtime_now() - start) / (double)NANOS_PER_SECOND;
    struct report report = {.session = session, .watch = watch, .driver = "file", .seconds = seconds};
    status = finish(flags, &file, replay, &report, error);
  }
  replay_free(replay);
  smf_file_close(&file);
  return status;
}

static int run_denoise(int argc, char **argv)
{
  struct denoise_flags flags;
  struct error error = {STATUS_OK, ""};
  struct session session = {.model = NULL};
  struct preset preset;

  int done = read_flags(&flags, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  struct watch *watch = malloc(sizeof *watch);
  enum status status = watch != NULL ? outfile_check_with_report(flags.in, flags.out, flags.report, &error)
                                     : error_set(&error, STATUS_NO_MEMORY, "out of memory");
  if (status == STATUS_OK) {
    status = settings_preset(&flags.settings, &preset, &error);
  }
  if (status == STATUS_OK) {
    struct instrument instrument;
    instrument_init(&instrument, (enum gear)flags.settings.gear);
    status = session_open(&session, &preset, false, CAPTURE_BYTES, &instrument, &error);
  }
  if (status == STATUS_OK) {
    watch_init(watch);
    status = denoise(&flags, &session, watch, &error);
  }
  session_close(&session);
  settings_free(&flags.settings);
  free(watch);
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_denoise, &error);
}

const struct command command_denoise = {
  .name = "denoise",
  .usage = "IN.mid OUT.mid [options]",
  .summary = "clean a MIDI file, as live would have cleaned the playing",
  .notes =
    "'-' stands for standard input or output. Only the removed notes go; everything else stays as it was,\n"
    "byte for byte. A kept note that a removed one carried on takes its end.",
  .run = run_denoise,
};
