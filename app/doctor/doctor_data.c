/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "doctor.h"
#include "live_setup.h"
#include "model.h"
#include "personal.h"

#define MEGABYTE (UINT64_C(1) << 20)
enum { ROOM_WANTED_MB = 100 };

static enum status try_model(const char *path, enum net_kind kind, const struct model *base, bool *gate,
                             struct error *error)
{
  struct model *model = NULL;
  enum status status = model_load(&model, path, error);

  if (status == STATUS_OK) {
    status = model_need_kind(model, kind, path, "emend live", error);
  }
  if (status == STATUS_OK && base != NULL && !personal_fits(model, base)) {
    status = error_set(error, STATUS_UNSUPPORTED, "%.300s is not a model of this preset's kind", path);
  }
  *gate = status == STATUS_OK && model_has_decision(model);
  model_free(model);
  return status;
}

static void judge_personal(struct doctor *doctor, const struct preset *preset)
{
  struct personal_list models;
  struct model *base = NULL;
  struct error error = {STATUS_OK, ""};
  const int current = personal_current(preset->name);
  char name[DOCTOR_NAME], path[DATAFILE_PATH_MAX];
  bool gate, found = current == 0;
  size_t good = 0;

  snprintf(name, sizeof name, "personal models of %s", preset->name);
  enum status status = personal_list(preset->name, &models, &error);
  if (status == STATUS_OK && models.count > 0) {
    status = model_load(&base, preset->model_path, &error);
  }
  for (size_t i = 0; status == STATUS_OK && i < models.count; i++) {
    const int number = models.records[i].number;
    found = found || number == current;
    if (personal_path(preset->name, number, path, &error) == STATUS_OK &&
        try_model(path, NET_VOSP, base, &gate, &error) == STATUS_OK) {
      good++;
    } else {
      doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, name, "number %d cannot be used%s: %.400s", number,
                             number == current ? ", so the preset's own model is" : "", error.text),
                  "run `emend models delete %d --preset %s`", number, preset->name);
    }
  }
  if (status != STATUS_OK) {
    doctor_add(doctor, DOCTOR_ADVICE, name, "%.400s", error.text);
  } else if (!found) {
    doctor_todo(current > 0
                  ? doctor_add(doctor, DOCTOR_ADVICE, name, "number %d is chosen but not there", current)
                  : doctor_add(doctor, DOCTOR_ADVICE, name, "which one is chosen cannot be told"),
                "run `emend models use preset --preset %s`", preset->name);
  } else if (good > 0) {
    doctor_add(doctor, DOCTOR_FINE, name, "%zu can be used", good);
  }
  model_free(base);
  free(models.records);
}

static void judge_preset(struct doctor *doctor, const char *wanted, bool used)
{
  struct preset preset;
  struct error error = {STATUS_OK, ""};
  char name[DOCTOR_NAME];
  bool gate = false, ignored;

  enum status status = preset_load(&preset, wanted, &error);
  if (status == STATUS_OK) {
    status = try_model(preset.model_path, NET_VOSP, NULL, &gate, &error);
  }
  snprintf(name, sizeof name, "preset %.60s", status == STATUS_OK ? preset.name : wanted);
  if (status != STATUS_OK) {
    doctor_todo(doctor_add(doctor, used ? DOCTOR_FAULT : DOCTOR_ADVICE, name, "%.400s", error.text),
                "install emend again, or mend or delete a preset of your own");
    return;
  }
  if (access(preset.filler_path, F_OK) == 0 && strcmp(preset.filler_path, preset.model_path) != 0 &&
      try_model(preset.filler_path, NET_VRAE, NULL, &ignored, &error) != STATUS_OK) {
    doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, name, "emend fill cannot use it: %.400s", error.text),
                "install emend again");
  } else if (!gate) {
    doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, name, "its model has no gate, so nothing will be removed"),
                "train one on played takes, or choose another preset");
  } else {
    doctor_add(doctor, DOCTOR_FINE, name, "can be loaded%s", used ? ", and is the one in use" : "");
  }
  judge_personal(doctor, &preset);
}

void doctor_presets(struct doctor *doctor, const char *used)
{
  char names[PRESETS_MAX][PRESET_NAME_MAX];
  const size_t count = preset_list(names);
  bool listed = false;

  for (size_t i = 0; i < count; i++) {
    bool this_one = strcmp(names[i], used) == 0;
    listed = listed || this_one;
    judge_preset(doctor, names[i], this_one);
  }
  if (!listed) {
    judge_preset(doctor, used, true);
  }
}

/* The nearest folder above that is there: `path` is cut to it. */
static void cut_to_existing(char path[DATAFILE_PATH_MAX])
{
  struct stat about;

  while (stat(path, &about) != 0 && strrchr(path, '/') != NULL) {
    char *slash = strrchr(path, '/');
    slash[slash == path] = '\0';
    if (slash == path) {
      return;
    }
  }
  if (stat(path, &about) != 0) {
    snprintf(path, DATAFILE_PATH_MAX, ".");
  }
}

static void judge_room(struct doctor *doctor, const char *folder, const char *place, bool exists)
{
  struct statvfs room;
  struct stat about;

  if (statvfs(place, &room) != 0) {
    doctor_add(doctor, DOCTOR_ADVICE, "takes", "%.200s: its room cannot be told: %s", place, strerror(errno));
    return;
  }
  const uint64_t free_mb = (uint64_t)room.f_bavail * room.f_frsize / MEGABYTE;
  if (free_mb < ROOM_WANTED_MB) {
    doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, "takes", "%.200s: only %llu MB are free", folder,
                           (unsigned long long)free_mb),
                "free some, or name another folder with takes = \"...\" in emend.conf");
  } else if (exists && stat(place, &about) == 0 && (about.st_mode & S_IWOTH) != 0) {
    doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, "takes", "%.200s: everybody may write in it", folder),
                "run `chmod o-w` on it");
  } else {
    doctor_add(doctor, DOCTOR_FINE, "takes", "%.200s: %s, %llu MB are free", folder,
               exists ? "may be written" : "will be made", (unsigned long long)free_mb);
  }
}

void doctor_takes(struct doctor *doctor, const struct settings *settings)
{
  char folder[DATAFILE_PATH_MAX], place[DATAFILE_PATH_MAX];
  struct error error = {STATUS_OK, ""};
  struct stat about;

  if (!settings->capture) {
    doctor_add(doctor, DOCTOR_FINE, "takes", "the settings say to capture none");
    return;
  }
  if (live_capture_folder(settings, folder, &error) != STATUS_OK) {
    doctor_add(doctor, DOCTOR_ADVICE, "takes", "%.400s", error.text);
    return;
  }
  snprintf(place, sizeof place, "%s", folder);
  cut_to_existing(place);
  if (stat(place, &about) != 0 || !S_ISDIR(about.st_mode)) {
    doctor_todo(
      doctor_add(doctor, DOCTOR_ADVICE, "takes", "%.200s is no folder, so nothing is captured", place),
      "move it away, or name another folder with takes = \"...\" in emend.conf");
  } else if (access(place, W_OK | X_OK) != 0) {
    doctor_todo(
      doctor_add(doctor, DOCTOR_ADVICE, "takes", "%.200s may not be written, so nothing is captured", place),
      "run `chmod u+rwx` on it, or name another folder with takes = \"...\" in emend.conf");
  } else {
    judge_room(doctor, folder, place, strcmp(folder, place) == 0);
  }
}
