#include "preset.h"

#include <dirent.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "options_file.h"

const char *const preset_modes[] = {"bypass", "monitor", "clean", NULL};

static bool ends_with(const char *text, const char *end)
{
  size_t size = strlen(text), tail = strlen(end);
  return size >= tail && strcmp(text + size - tail, end) == 0;
}

/* Add the presets of one data folder to the comma-separated `names`. */
static void list_folder(const char *root, char *names, size_t size)
{
  char folder[DATAFILE_PATH_MAX + 16];

  snprintf(folder, sizeof folder, "%.*s/presets", DATAFILE_PATH_MAX - 1, root);
  DIR *stream = opendir(folder);
  if (stream == NULL) {
    return;
  }
  for (struct dirent *entry; (entry = readdir(stream)) != NULL;) {
    char config[DATAFILE_PATH_MAX + 300];
    size_t used = strlen(names);

    snprintf(config, sizeof config, "%s/%s/preset.cfg", folder, entry->d_name);
    if (entry->d_name[0] != '.' && access(config, R_OK) == 0 && strstr(names, entry->d_name) == NULL) {
      snprintf(names + used, size - used, "%s%.60s", used > 0 ? ", " : "", entry->d_name);
    }
  }
  closedir(stream);
}

static enum status unknown_name(const char *name, struct error *error)
{
  char roots[DATAFILE_ROOTS_MAX][DATAFILE_PATH_MAX];
  int count = datafile_roots(roots);
  char names[256] = "";

  for (int i = 0; i < count; i++) {
    list_folder(roots[i], names, sizeof names);
  }
  return error_set(error, STATUS_NOT_FOUND, "no preset '%s'; there %s: %s", name,
                   names[0] != '\0' ? "are" : "are none", names);
}

static enum status find_config(const char *name, char path[DATAFILE_PATH_MAX], struct error *error)
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
  if (name[0] == '\0' || strlen(name) > 63 ||
      snprintf(relative, sizeof relative, "presets/%s/preset.cfg", name) < 0 ||
      datafile_find(relative, path, NULL) != STATUS_OK) {
    return unknown_name(name, error);
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
  char path[DATAFILE_PATH_MAX];

  *preset = (struct preset){.strength = 0.5, .fill_strength = 0.5, .bpm = 120, .mode = LIVE_CLEAN};
  if (ends_with(name, ".safetensors")) {
    set_name(preset, name);
    return set_models(preset, "", name, name, error);
  }
  enum status status = find_config(name, path, error);
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
