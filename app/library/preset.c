/* SPDX-License-Identifier: MIT */
#include "preset.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config_file.h"

const char *const preset_modes[] = {"bypass", "monitor", "clean", NULL};

static bool ends_with(const char *text, const char *end)
{
  size_t size = strlen(text), tail = strlen(end);
  return size >= tail && strcmp(text + size - tail, end) == 0;
}

static bool is_listed(char (*names)[PRESET_NAME_MAX], size_t count, const char *name)
{
  for (size_t i = 0; i < count; i++) {
    if (strcmp(names[i], name) == 0) {
      return true;
    }
  }
  return false;
}

/* Add the presets of one data folder; returns how many there are now. */
static size_t list_folder(const char *root, char (*names)[PRESET_NAME_MAX], size_t count)
{
  char folder[DATAFILE_PATH_MAX + 16];

  snprintf(folder, sizeof folder, "%.*s/presets", DATAFILE_PATH_MAX - 1, root);
  DIR *stream = opendir(folder);
  if (stream == NULL) {
    return count;
  }
  for (struct dirent *entry; count < PRESETS_MAX && (entry = readdir(stream)) != NULL;) {
    char config[DATAFILE_PATH_MAX + 300];

    snprintf(config, sizeof config, "%s/%s/preset.cfg", folder, entry->d_name);
    if (entry->d_name[0] != '.' && strlen(entry->d_name) < PRESET_NAME_MAX && access(config, R_OK) == 0 &&
        !is_listed(names, count, entry->d_name)) {
      snprintf(names[count++], PRESET_NAME_MAX, "%s", entry->d_name);
    }
  }
  closedir(stream);
  return count;
}

static int by_name(const void *left, const void *right)
{
  return strcmp(left, right);
}

size_t preset_list_from(const char *data_dir, char names[PRESETS_MAX][PRESET_NAME_MAX])
{
  char roots[DATAFILE_ROOTS_MAX][DATAFILE_PATH_MAX];
  int root_count = datafile_roots(data_dir, roots);
  size_t count = 0;

  for (int i = 0; i < root_count; i++) {
    count = list_folder(roots[i], names, count);
  }
  qsort(names, count, PRESET_NAME_MAX, by_name);
  return count;
}

size_t preset_list(char names[PRESETS_MAX][PRESET_NAME_MAX])
{
  return preset_list_from(NULL, names);
}

static enum status unknown_name(const char *name, const char *data_dir, struct error *error)
{
  char list[PRESETS_MAX][PRESET_NAME_MAX], names[256] = "";
  size_t count = preset_list_from(data_dir, list);

  for (size_t i = 0, used = 0; i < count && used < sizeof names; i++) {
    used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i > 0 ? ", " : "", list[i]);
  }
  return error_set(error, STATUS_NOT_FOUND, "no preset '%s'; there %s: %s", name,
                   names[0] != '\0' ? "are" : "are none", names);
}

static enum status find_config(const char *name, const char *data_dir, char path[DATAFILE_PATH_MAX],
                               struct error *error)
{
  char relative[128];
  struct stat about;

  if (strchr(name, '/') != NULL || ends_with(name, ".cfg")) {
    bool folder = stat(name, &about) == 0 && S_ISDIR(about.st_mode);
    int n = snprintf(path, DATAFILE_PATH_MAX, "%s%s", name, folder ? "/preset.cfg" : "");
    if (n <= 0 || n >= DATAFILE_PATH_MAX || access(path, R_OK) != 0) {
      return error_set(error, STATUS_NOT_FOUND, "%.400s: no preset to read there", name);
    }
    return STATUS_OK;
  }
  if (name[0] == '\0' || name[0] == '.' || strlen(name) >= PRESET_NAME_MAX ||
      snprintf(relative, sizeof relative, "presets/%s/preset.cfg", name) < 0 ||
      datafile_find_in(data_dir, relative, path, NULL) != STATUS_OK) {
    return unknown_name(name, data_dir, error);
  }
  return STATUS_OK;
}

static void set_name(struct preset *preset, const char *path)
{
  char copy[DATAFILE_PATH_MAX];

  snprintf(copy, sizeof copy, "%s", path);
  char *slash = strrchr(copy, '/');
  if (slash != NULL && strcmp(slash, "/preset.cfg") == 0) {
    *slash = '\0';
    slash = strrchr(copy, '/');
  }
  snprintf(preset->name, sizeof preset->name, "%.63s", slash != NULL ? slash + 1 : copy);
}

/* A model's path is counted from the preset's own folder. */
static enum status set_model(char path[DATAFILE_PATH_MAX], const char *config, const char *model,
                             struct error *error)
{
  const char *slash = strrchr(config, '/');
  int folder = slash != NULL && model[0] != '/' ? (int)(slash - config + 1) : 0;
  int n = snprintf(path, DATAFILE_PATH_MAX, "%.*s%s", folder, config, model);

  if (n <= 0 || n >= DATAFILE_PATH_MAX) {
    return error_set(error, STATUS_FORMAT, "%.300s: the model's path is too long", config);
  }
  return STATUS_OK;
}

static enum status set_models(struct preset *preset, const char *config, const char *model, const char *filler,
                              struct error *error)
{
  enum status status = set_model(preset->model_path, config, model, error);
  return status == STATUS_OK ? set_model(preset->filler_path, config, filler, error) : status;
}

static enum status read_config(struct preset *preset, const char *path, struct error *error)
{
  const char *description = "", *model = "vosp.safetensors", *filler = "vrae.safetensors";
  const struct option_spec specs[] = {
    {.name = "description", .kind = OPTION_TEXT, .value = &description},
    {.name = "model", .kind = OPTION_TEXT, .value = &model},
    {.name = "filler", .kind = OPTION_TEXT, .value = &filler},
    {.name = "strength", .kind = OPTION_NUMBER, .value = &preset->strength, .low = 0, .high = 1},
    {.name = "fill-strength", .kind = OPTION_NUMBER, .value = &preset->fill_strength, .low = 0, .high = 1},
    {.name = "look-ahead",
     .kind = OPTION_NUMBER,
     .value = &preset->look_ahead,
     .low = 0,
     .high = PRESET_LOOK_AHEAD_MAX},
    {.name = "mode", .kind = OPTION_CHOICE, .value = &preset->mode, .choices = preset_modes},
    {.name = "bpm", .kind = OPTION_NUMBER, .value = &preset->bpm, .low = 10, .high = 400},
  };
  const struct option_set set = {.specs = specs, .count = sizeof specs / sizeof specs[0]};
  struct options_file storage;

  enum status status = options_read_file(&set, path, &storage, error);
  if (status != STATUS_OK) {
    return status;
  }
  snprintf(preset->description, sizeof preset->description, "%s", description);
  status = set_models(preset, path, model, filler, error);
  options_file_free(&storage);
  return status;
}

enum status preset_load(struct preset *preset, const char *name, struct error *error)
{
  return preset_load_from(preset, name, NULL, error);
}

enum status preset_load_from(struct preset *preset, const char *name, const char *data_dir, struct error *error)
{
  char path[DATAFILE_PATH_MAX];

  *preset = (struct preset){.strength = 0.5, .fill_strength = 0.5, .bpm = 120, .mode = LIVE_CLEAN};
  if (ends_with(name, ".safetensors")) {
    set_name(preset, name);
    return set_models(preset, "", name, name, error);
  }
  enum status status = find_config(name, data_dir, path, error);
  if (status != STATUS_OK) {
    return status;
  }
  set_name(preset, path);
  status = read_config(preset, path, error);
  if (status == STATUS_OK && access(preset->model_path, R_OK) != 0) {
    status =
      error_set(error, STATUS_NOT_FOUND,
                "%.300s: the model of preset '%s' cannot be read; install it again or choose another preset",
                preset->model_path, preset->name);
  }
  return status;
}
