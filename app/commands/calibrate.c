/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "commands.h"
#include "file.h"
#include "file_faults.h"
#include "findings.h"
#include "guide.h"
#include "journal.h"
#include "json_out.h"
#include "pitch.h"
#include "profile.h"
#include "settings.h"
#include "smf.h"
#include "stop.h"

enum { RECORDING_BYTES_MAX = 1 << 28 };

struct calibrate_flags {
  struct settings settings;
  const char *recording; /* NULL: the instrument itself */
  int gear;
  bool gear_given, show, forget, json;
};

static const char *name_of(const char *port)
{
  return port != NULL ? port : "the instrument";
}

/* --- What is heard. --- */

static enum status read_recording(const char *path, struct note_list *notes, struct error *error)
{
  uint8_t *data;
  size_t size;
  struct smf smf;
  enum status status = file_read(path, RECORDING_BYTES_MAX, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (journal_is(data, size)) {
    status = journal_notes(data, size, path, JOURNAL_RAW, notes, error);
  } else {
    status = smf_read(&smf, data, size, path, error);
    if (status == STATUS_OK) {
      status = file_faults_tell(&smf, path, false, command_calibrate.name, error);
      status = status == STATUS_OK ? smf_notes(&smf, notes, error) : status;
      smf_free(&smf);
    }
  }
  free(data);
  return status;
}

static enum status hear(const struct settings *settings, struct findings *findings, struct error *error)
{
  struct listener *listener;
  enum status status = listener_open(&listener, settings->driver, settings->in, settings->out, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = guide_run(listener, error);
  if (status == STATUS_OK && findings_make(findings, listener_notes(listener)) != STATUS_OK) {
    status = error_set(error, STATUS_NO_MEMORY, "out of memory");
  }
  findings->asked = true;
  listener_close(listener);
  return status;
}

static enum status find(const struct calibrate_flags *flags, struct findings *findings, struct error *error)
{
  struct note_list notes = {.notes = NULL};
  if (flags->recording == NULL) {
    return hear(&flags->settings, findings, error);
  }
  enum status status = read_recording(flags->recording, &notes, error);
  if (status == STATUS_OK && findings_make(findings, &notes) != STATUS_OK) {
    status = error_set(error, STATUS_NO_MEMORY, "out of memory");
  }
  note_list_free(&notes);
  return status;
}

/* --- What is kept. --- */

static void fill_counts(const struct findings *findings, struct instrument *instrument)
{
  for (int pitch = 0; pitch < KEYS; pitch++) {
    const struct key_findings *found = &findings->key[pitch];
    struct instrument_key *key = &instrument->key[pitch];
    if (found->strokes == 0) {
      continue; /* what was known of it stays */
    }
    const float strokes = (float)found->strokes;
    const float scale = strokes > INSTRUMENT_MEMORY ? INSTRUMENT_MEMORY / strokes : 1;
    key->strokes = fminf(strokes, INSTRUMENT_MEMORY);
    key->faults[DAMAGE_BOUNCE] =
      findings_press(found) ? fminf((float)found->press.count * scale, key->strokes) : 0;
    key->faults[DAMAGE_RELEASE] =
      findings_release(found) ? fminf((float)found->release.count * scale, key->strokes) : 0;
  }
}

static void stamp(char text[PROFILE_TEXT])
{
  const time_t now = time(NULL);
  struct tm local;
  text[0] = '\0';
  if (localtime_r(&now, &local) != NULL) {
    (void)strftime(text, PROFILE_TEXT, "%Y-%m-%d %H:%M", &local);
  }
}

/* The counts of contacts are new; what the player has taught and the keys to be left alone stay. */
static enum status keep(const struct calibrate_flags *flags, const struct findings *findings,
                        struct error *error)
{
  struct profile profile;
  struct error inner = {STATUS_OK, ""};
  profile_init(&profile, flags->settings.in, (enum gear)flags->gear);
  const enum status loaded = profile_load(&profile, flags->settings.in, &inner);
  if (loaded != STATUS_OK && loaded != STATUS_NOT_FOUND) {
    return error_set(error, loaded, "%.400s; --forget deletes it",
                     inner.text); /* what is there is not written over */
  }
  if (flags->gear_given) {
    profile.instrument.gear = flags->gear;
  }
  fill_counts(findings, &profile.instrument);
  stamp(profile.calibrated);
  return profile_save(&profile, error);
}

/* --- What is told. --- */

static json_t *seconds_json(const struct second_strokes *seconds)
{
  return json_pack("{s:i, s:f, s:f}", "count", seconds->count, "median_ms", (double)seconds->median, "p95_ms",
                   (double)seconds->late);
}

static json_t *key_json(const struct findings *findings, int pitch)
{
  const struct key_findings *key = &findings->key[pitch];
  char name[PITCH_NAME_MAX];
  return json_pack(
    "{s:i, s:s, s:i, s:o, s:o, s:b, s:b, s:b, s:b, s:i}", "pitch", pitch, "name", pitch_name(pitch, name),
    "strokes", key->strokes, "press", seconds_json(&key->press), "release", seconds_json(&key->release),
    "strikes_twice", findings_press(key) || findings_release(key), "stuck_at_127",
    findings_stuck(findings, pitch, 127), "stuck_at_1", findings_stuck(findings, pitch, 1), "not_heard",
    findings_missing(findings, pitch), "echo_of", findings_echo(key) ? key->echoed : -1);
}

static enum status print_findings(const struct calibrate_flags *flags, const struct findings *findings,
                                  struct error *error)
{
  if (!flags->json) {
    findings_print(findings, stdout);
    return STATUS_OK;
  }
  json_t *keys = json_array();
  for (int pitch = findings->lowest; pitch <= findings->highest; pitch++) {
    json_array_append_new(keys, key_json(findings, pitch));
  }
  return json_out(
    json_pack("{s:i, s:i, s:o}", "strokes", findings->strokes, "keys_heard", findings->keys, "keys", keys), "-",
    error);
}

static enum status calibrate(const struct calibrate_flags *flags, struct error *error)
{
  struct findings findings;
  enum status status = find(flags, &findings, error);
  if (status == STATUS_OK) {
    status = findings_check(&findings,
                            flags->recording != NULL ? flags->recording : name_of(flags->settings.in), error);
  }
  if (status == STATUS_OK) {
    status = print_findings(flags, &findings, error);
  }
  if (status == STATUS_OK) {
    status = keep(flags, &findings, error);
  }
  if (status == STATUS_OK && !flags->json) {
    printf("Kept as the profile of %s; emend live%s%s takes it up.\n", name_of(flags->settings.in),
           flags->settings.in != NULL ? " --in " : "", flags->settings.in != NULL ? flags->settings.in : "");
  }
  return status;
}

static void show_key(const struct instrument *instrument, int pitch)
{
  static const enum damage contacts[] = {DAMAGE_BOUNCE, DAMAGE_RELEASE};
  static const char *const words[] = {"strikes twice at press", "strikes again when released"};
  const struct instrument_key *key = &instrument->key[pitch];
  char name[PITCH_NAME_MAX];
  for (size_t i = 0; i < sizeof contacts / sizeof *contacts; i++) {
    if (instrument_shows(instrument, pitch, contacts[i])) {
      printf("  %-4s %s: %.0f of %.0f strokes\n", pitch_name(pitch, name), words[i],
             (double)key->faults[contacts[i]], (double)key->strokes);
    }
  }
  for (int kind = DAMAGE_NONE + 1; kind < DAMAGE_COUNT; kind++) {
    if (key->taught[kind] != 0) {
      printf("  %-4s %s: you said that such strokes are %s\n", pitch_name(pitch, name),
             damage_name((enum damage)kind), key->taught[kind] < 0 ? "meant" : "not meant");
    }
  }
}

static enum status show_profile(const char *port, struct error *error)
{
  struct profile profile;
  const enum status status = profile_load(&profile, port, error);
  if (status != STATUS_OK) {
    return status;
  }
  printf("%s: %s, %s%s\n", profile.port, gear_names[profile.instrument.gear],
         profile.calibrated[0] != '\0' ? "calibrated " : "not calibrated", profile.calibrated);
  for (int pitch = 0; pitch < KEYS; pitch++) {
    show_key(&profile.instrument, pitch);
  }
  return STATUS_OK;
}

static enum status show(const char *port, struct error *error)
{
  static char names[PROFILES_MAX][PROFILE_NAME_MAX];
  const int count = port == NULL ? profile_list(names) : 0;
  enum status status = port != NULL ? show_profile(port, error) : STATUS_OK;
  for (int i = 0; i < count && status == STATUS_OK; i++) {
    status = show_profile(names[i], error);
  }
  if (port == NULL && count == 0) {
    printf("No instrument is known yet; emend calibrate --in PORT makes a profile.\n");
  }
  return status;
}

/* --- The command. --- */

static enum status run_flags(const struct calibrate_flags *flags, struct error *error)
{
  if (flags->show && flags->forget) {
    return error_set(error, STATUS_USAGE, "--show and --forget cannot be combined");
  }
  if (flags->show) {
    return show(flags->settings.in, error);
  }
  return flags->forget ? profile_forget(flags->settings.in, error) : calibrate(flags, error);
}

static int run_calibrate(int argc, char **argv)
{
  static struct calibrate_flags flags;
  struct option_spec all[SETTINGS_COUNT];
  struct error error = {STATUS_OK, ""};
  flags = (struct calibrate_flags){.gear = GEAR_KEYBOARD};
  settings_init(&flags.settings, all);
  const struct option_spec specs[] = {
    all[SETTINGS_DRIVER],
    all[SETTINGS_IN],
    all[SETTINGS_OUT],
    {.name = "gear",
     .kind = OPTION_CHOICE,
     .value = &flags.gear,
     .help = "what is played",
     .choices = gear_names,
     .given = &flags.gear_given},
    {.name = "show",
     .kind = OPTION_FLAG,
     .value = &flags.show,
     .help = "show what is known of the instrument (--in), or of all"},
    {.name = "forget",
     .kind = OPTION_FLAG,
     .value = &flags.forget,
     .help = "delete what is known of the instrument (--in)"},
    {.name = "json", .kind = OPTION_FLAG, .value = &flags.json, .help = "print what was found as JSON"},
  };
  struct option_set set = {
    .specs = specs, .count = sizeof specs / sizeof *specs, .operand_max = 1, .operand_names = "RECORDING"};
  const int done = settings_parse(&flags.settings, all, &command_calibrate, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  flags.recording = set.operand_count > 0 ? set.operands[0] : NULL;
  stop_catch();
  const enum status status = run_flags(&flags, &error);
  settings_free(&flags.settings);
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_calibrate, &error);
}

const struct command command_calibrate = {
  .name = "calibrate",
  .usage = "[RECORDING] [--in PORT] [options]",
  .summary = "find keys that strike twice, stick or are dead",
  .notes =
    "Without a recording it guides you through some three minutes at the instrument: every key soft, medium\n"
    "and hard, held keys, repeats, chords, then free playing; any part may be skipped. RECORDING is a MIDI\n"
    "file or a captured take. Prints a repair sheet and keeps the instrument's profile by the name given\n"
    "with --in; emend live --in with that name takes it up.",
  .run = run_calibrate,
};
