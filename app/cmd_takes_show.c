#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "cmd_takes.h"
#include "pitch.h"
#include "report.h"

enum { LINE = 256 };

static double seconds_of(nanos time)
{
  return (double)time / (double)NANOS_PER_SECOND;
}

/* An infinite log-odds, as at strength 0, has no place in JSON. */
static json_t *number(float value)
{
  return isfinite(value) ? json_real((double)value) : json_null();
}

static json_t *decision_json(const struct journal_record *record)
{
  const struct journal_decision *decision = &record->decision;

  return json_pack("{s:f, s:i, s:i, s:i, s:b, s:s, s:s, s:o, s:o}", "time", seconds_of(record->time), "channel",
                   decision->channel, "pitch", decision->pitch, "velocity", decision->velocity, "passed",
                   decision->passed, "damage", damage_name((enum damage)decision->damage), "mode",
                   preset_modes[decision->mode], "log_odds", number(decision->log_odds), "threshold",
                   number(decision->threshold));
}

static json_t *undone_json(const struct journal_record *record)
{
  return json_pack("{s:f, s:i, s:i, s:i}", "time", seconds_of(record->undo.time), "channel",
                   record->undo.channel, "pitch", record->undo.pitch, "velocity", record->undo.velocity);
}

static enum status print_json(const struct journal_summary *summary, const uint8_t *data, size_t size,
                              const char *path, struct error *error)
{
  struct journal_reader reader;
  struct journal_record record;
  json_t *decisions = json_array(), *undone = json_array();
  char loss[LINE];

  enum status status = journal_begin(&reader, data, size, path, error);
  while (status == STATUS_OK && journal_next(&reader, &record)) {
    if (record.type == JOURNAL_DECISION) {
      json_array_append_new(decisions, decision_json(&record));
    } else if (record.type == JOURNAL_UNDO) {
      json_array_append_new(undone, undone_json(&record));
    }
  }
  json_t *object = takes_json(summary, path, size);
  takes_loss_text(summary, loss, sizeof loss);
  json_object_set_new(object, "loss", json_string(loss));
  json_object_set_new(object, "decisions", decisions);
  json_object_set_new(object, "undone_strokes", undone);
  return status == STATUS_OK ? report_json(object, "-", error) : status;
}

static void print_head(const struct journal_summary *summary, const char *path, size_t bytes)
{
  const struct journal_settings *settings = &summary->start.settings;
  char name[JOURNAL_NAME_MAX], start[TAKES_TEXT], length[TAKES_TEXT], size[TAKES_TEXT], loss[LINE];

  takes_name(path, name);
  takes_start_text(&summary->start, start);
  takes_length_text(summary->length, length);
  takes_size_text(bytes, size);
  takes_loss_text(summary, loss, sizeof loss);
  printf("%s\n  started   %s%s\n", name, start, summary->start.continues ? ", continuing the take before" : "");
  printf("  length    %s; end: %s\n  size      %s\n", length, takes_end_text(summary, path), size);
  printf("  settings  preset %s, model %08" PRIx32 ", %s, strength %.2f, look-ahead %g ms\n", settings->preset,
         settings->model, preset_modes[settings->mode], (double)settings->strength,
         (double)settings->look_ahead / (double)NANOS_PER_MILLISECOND);
  printf("  messages  %" PRIu64 " in, %" PRIu64 " out\n", summary->received, summary->sent);
  printf("  notes     %" PRIu64 " in, %" PRIu64 " out\n", summary->notes_in, summary->notes_out);
  printf("  labels    %s, %" PRIu64 " removal%s undone\n",
         summary->keep || summary->good > 0 ? "good" : "none as good", summary->undone,
         summary->undone == 1 ? "" : "s");
  if (summary->disconnects > 0) {
    printf("  ports     lost %" PRIu64 " times\n", summary->disconnects);
  }
  if (loss[0] != '\0') {
    printf("  %s\n", loss);
  }
}

static void print_removed(const struct journal_summary *summary, const uint8_t *data, size_t size,
                          const char *path)
{
  struct journal_reader reader;
  struct journal_record record;
  struct error error;

  printf("  removed   %" PRIu64 "\n", summary->removed_total);
  if (summary->removed_total == 0 || journal_begin(&reader, data, size, path, &error) != STATUS_OK) {
    return;
  }
  printf("\n%10s  %-6s %7s %8s  %-10s %8s %9s\n", "seconds", "note", "channel", "velocity", "looked like",
         "log-odds", "threshold");
  while (journal_next(&reader, &record)) {
    const struct journal_decision *decision = &record.decision;
    char name[PITCH_NAME_MAX];
    if (record.type == JOURNAL_DECISION && !decision->passed) {
      printf("%10.3f  %-6s %7d %8d  %-10s %8.2f %9.2f\n", seconds_of(record.time),
             pitch_name(decision->pitch, name), decision->channel + 1, decision->velocity,
             damage_name((enum damage)decision->damage), (double)decision->log_odds,
             (double)decision->threshold);
    } else if (record.type == JOURNAL_UNDO) {
      printf("%10.3f  %-6s undone by the player\n", seconds_of(record.undo.time),
             pitch_name(record.undo.pitch, name));
    }
  }
}

static int run_show(int argc, char **argv)
{
  struct takes_args args;
  struct error error = {STATUS_OK, ""};
  struct journal_summary summary;
  char path[DATAFILE_PATH_MAX];
  uint8_t *data = NULL;
  size_t size = 0;
  bool json = false;
  const struct option_spec flags[] = {
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "as one JSON object, with every decision"}};
  struct option_set set = {.operand_min = 1, .operand_max = 1, .operand_names = "TAKE is"};

  int done = takes_open(&args, &command_takes_show, flags, 1, &set, argc, argv);
  if (done == COMMAND_GO_ON) {
    enum status status = takes_load(&args, args.operands[0], path, &data, &size, &summary, &error);
    if (status == STATUS_OK && json) {
      status = print_json(&summary, data, size, path, &error);
    } else if (status == STATUS_OK) {
      print_head(&summary, path, size);
      print_removed(&summary, data, size, path);
    }
    done = status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_takes_show, &error);
  }
  free(data);
  takes_close(&args);
  return done;
}

const struct command command_takes_show = {
  .name = "takes show",
  .usage = "TAKE [options]",
  .summary = "show one take, and the strokes that were removed of it",
  .notes = "TAKE is the take's name or as much of it as no other has, 'last', or the path of a .take file.",
  .run = run_show,
};
