/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "commands.h"
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

#define SLICE (50 * NANOS_PER_MILLISECOND)

struct denoise_flags {
  struct settings settings;
  const char *in, *out, *report;
};

static int read_flags(struct denoise_flags *flags, int argc, char **argv)
{
  struct option_spec all[SETTINGS_COUNT];

  *flags = (struct denoise_flags){.in = NULL};
  settings_init(&flags->settings, all);
  const struct option_spec specs[] = {
    all[SETTINGS_PRESET],
    all[SETTINGS_STRENGTH],
    all[SETTINGS_LOOK_AHEAD],
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
  const nanos end = replay_end(replay);
  struct progress progress;

  stop_catch();
  progress_begin(&progress, "denoise");
  stream_connect(&session->stream, replay_send, replay);
  stream.begin(stream.user, 0);
  while (replay_position(replay) < end && !stop_requested()) {
    nanos next = replay_position(replay) + SLICE;
    replay_step(replay, &stream, next < end ? next : end);
    watch_drain(watch, live_capture(session->live));
    progress_show(&progress, (double)replay_position(replay) / (double)end, -1, "");
  }
  stream.silence(stream.user, replay_position(replay));
  watch_drain(watch, live_capture(session->live));
  progress_end(&progress);
  return stop_requested() ? error_set(error, STATUS_INTERRUPTED, "stopped; nothing written") : STATUS_OK;
}

static enum status finish(const struct denoise_flags *flags, struct replay *replay, const struct report *report,
                          struct error *error)
{
  struct smf out;

  enum status status = replay_result(replay, &out, error);
  if (status == STATUS_OK) {
    status = smf_file_write(&out, flags->out, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  report_print(report, outfile_stream(flags->out, flags->report));
  return flags->report != NULL ? report_write(report, flags->report, error) : STATUS_OK;
}

static enum status denoise(const struct denoise_flags *flags, struct session *session, struct watch *watch,
                           struct error *error)
{
  struct smf smf;
  struct replay *replay = NULL;
  nanos start = realtime_now();

  enum status status = smf_file_read(&smf, flags->in, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = replay_new(&replay, &smf, session_look_ahead(session), flags->in, error);
  if (status == STATUS_OK) {
    status = run_through(replay, session, watch, error);
  }
  if (status == STATUS_OK) {
    double seconds = (double)(realtime_now() - start) / (double)NANOS_PER_SECOND;
    status = finish(flags, replay, &(struct report){session, watch, "file", NULL, seconds}, error);
  }
  replay_free(replay);
  smf_free(&smf);
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
                                     : error_set(&error, STATUS_NO_MEMORY, "no memory");
  if (status == STATUS_OK) {
    status = settings_preset(&flags.settings, &preset, &error);
  }
  if (status == STATUS_OK) {
    status = session_open(&session, &preset, false, CAPTURE_BYTES, &error);
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
  .notes = "'-' stands for standard input or output. All but the removed notes stays as it was.",
  .run = run_denoise,
};
