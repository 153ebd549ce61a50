/* SPDX-License-Identifier: MIT */
/* Records of personal models, as JSON. */
#include "personal.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "json_out.h"

enum { RECORD_BYTES_MAX = 1 << 16 };

static json_t *figures_json(const struct learn_figures *figures)
{
  return json_pack("{s:f, s:f, s:f, s:I, s:I, s:I, s:I}", "nats_per_frame", figures->nats, "nats_per_stroke",
                   figures->gate_nats, "f1", learn_f1(figures), "true_notes", (json_int_t)figures->strokes,
                   "lost", (json_int_t)figures->lost, "damage", (json_int_t)figures->damage, "passed",
                   (json_int_t)figures->passed);
}

json_t *personal_json(const struct learn_result *result)
{
  return json_pack("{s:f, s:f, s:b, s:f, s:o, s:o?}", "minutes", result->minutes, "held_back_minutes",
                   result->held_minutes, "better", (int)result->better, "share", result->share, "before",
                   figures_json(&result->before), "after",
                   result->better ? figures_json(&result->after) : NULL);
}

static void read_figures(const json_t *object, struct learn_figures *figures)
{
  figures->nats = json_number_value(json_object_get(object, "nats_per_frame"));
  figures->gate_nats = json_number_value(json_object_get(object, "nats_per_stroke"));
  figures->strokes = (size_t)json_integer_value(json_object_get(object, "true_notes"));
  figures->lost = (size_t)json_integer_value(json_object_get(object, "lost"));
  figures->damage = (size_t)json_integer_value(json_object_get(object, "damage"));
  figures->passed = (size_t)json_integer_value(json_object_get(object, "passed"));
}

static void read_text(const json_t *object, const char *key, char text[PERSONAL_TEXT])
{
  const char *value = json_string_value(json_object_get(object, key));
  snprintf(text, PERSONAL_TEXT, "%s", value != NULL ? value : "");
}

void personal_record_read(const char *path, struct personal_record *record)
{
  uint8_t *data;
  size_t size;
  struct error error;
  if (file_read(path, RECORD_BYTES_MAX, &data, &size, &error) != STATUS_OK) {
    return;
  }
  json_t *object = json_loadb((const char *)data, size, 0, NULL);
  struct learn_result *result = &record->result;
  read_text(object, "made", record->made);
  read_text(object, "from", record->from);
  result->minutes = json_number_value(json_object_get(object, "minutes"));
  result->held_minutes = json_number_value(json_object_get(object, "held_back_minutes"));
  result->share = json_number_value(json_object_get(object, "share"));
  read_figures(json_object_get(object, "before"), &result->before);
  read_figures(json_object_get(object, "after"), &result->after);
  json_decref(object);
  free(data);
}

enum status personal_record_write(const char *path, const char *from, const struct learn_result *result,
                                  struct error *error)
{
  char made[PERSONAL_TEXT] = "";
  const time_t now = time(NULL);
  struct tm local;
  if (localtime_r(&now, &local) != NULL) {
    (void)strftime(made, sizeof made, "%Y-%m-%d %H:%M", &local);
  }
  json_t *object = personal_json(result);
  json_object_set_new(object, "made", json_string(made));
  json_object_set_new(object, "from", json_text(from));
  return json_out(object, path, error);
}

enum { FOLDER_MAX = DATAFILE_PATH_MAX - 64 };

static const char model_ending[] = ".safetensors", record_ending[] = ".json", current_name[] = "current";

static enum status find_folder(const char *preset, char path[DATAFILE_PATH_MAX], struct error *error)
{
  char rest[PERSONAL_TEXT + 16];
  if (preset[0] == '\0' || preset[0] == '.' || strchr(preset, '/') != NULL || strlen(preset) >= PERSONAL_TEXT) {
    return error_set(error, STATUS_USAGE, "'%.60s' is no name of a preset", preset);
  }
  snprintf(rest, sizeof rest, "models/%s", preset);
  datafile_user_data(rest, path);
  return path[0] != '\0' && strlen(path) <= FOLDER_MAX
           ? STATUS_OK
           : error_set(error, STATUS_NOT_FOUND, "no home folder to keep personal models in; set HOME");
}

/* Make the folder and those above it, for the user alone. */
static enum status make_folder(const char *preset, char path[DATAFILE_PATH_MAX], struct error *error)
{
  const enum status status = find_folder(preset, path, error);
  return status == STATUS_OK ? datafile_make_folder(path, error) : status;
}

/* False when it does not fit. */
static bool join(const char *folder, int number, const char *ending, char path[DATAFILE_PATH_MAX])
{
  const int length = snprintf(path, DATAFILE_PATH_MAX, "%.*s/%04d%s", FOLDER_MAX, folder, number, ending);
  return length > 0 && length < DATAFILE_PATH_MAX;
}

/* The number of "0012.safetensors", or 0. */
static int number_of(const char *name)
{
  char *end;
  const long number = strtol(name, &end, 10);
  return name[0] >= '0' && name[0] <= '9' && strcmp(end, model_ending) == 0 && number > 0 &&
             number <= PERSONAL_MAX
           ? (int)number
           : 0;
}

static int by_number(const void *a, const void *b)
{
  const struct personal_record *x = a;
  const struct personal_record *y = b;
  return (x->number > y->number) - (x->number < y->number);
}

static enum status add(struct personal_list *list, const char *folder, int number, struct error *error)
{
  char path[DATAFILE_PATH_MAX];
  struct personal_record *grown = realloc(list->records, (list->count + 1) * sizeof *grown);
  if (grown == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot list %.300s", folder);
  }
  list->records = grown;
  grown[list->count] = (struct personal_record){.number = number};
  if (join(folder, number, record_ending, path)) {
    personal_record_read(path, &grown[list->count]);
  }
  list->count++;
  return STATUS_OK;
}

enum status personal_list(const char *preset, struct personal_list *list, struct error *error)
{
  char folder[DATAFILE_PATH_MAX];
  *list = (struct personal_list){0};
  enum status status = find_folder(preset, folder, error);
  DIR *stream = status == STATUS_OK ? opendir(folder) : NULL;
  if (stream == NULL) {
    return status == STATUS_OK && errno != ENOENT
             ? error_set(error, STATUS_IO, "cannot open the folder %.300s: %s", folder, strerror(errno))
             : status;
  }
  for (const struct dirent *entry; status == STATUS_OK && (entry = readdir(stream)) != NULL;) {
    const int number = number_of(entry->d_name);
    if (number > 0) {
      status = add(list, folder, number, error);
    }
  }
  closedir(stream);
  if (status != STATUS_OK) {
    free(list->records);
    *list = (struct personal_list){0};
  } else if (list->count > 0) {
    qsort(list->records, list->count, sizeof *list->records, by_number);
  }
  return status;
}

static const char preset_itself[] = "preset"; /* in place of a number */

int personal_current(const char *preset)
{
  char folder[DATAFILE_PATH_MAX], path[DATAFILE_PATH_MAX], text[16] = "";
  uint8_t *data;
  size_t size;
  if (find_folder(preset, folder, NULL) != STATUS_OK ||
      snprintf(path, sizeof path, "%.*s/%s", FOLDER_MAX, folder, current_name) < 0) {
    return 0;
  }
  const enum status status = file_read(path, sizeof text - 1, &data, &size, NULL);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? 0 : PERSONAL_UNKNOWN;
  }
  memcpy(text, data, size);
  free(data);
  if (strncmp(text, preset_itself, strlen(preset_itself)) == 0) {
    return 0;
  }
  char *end;
  const long number = strtol(text, &end, 10);
  return end != text && number >= 0 && number <= PERSONAL_MAX ? (int)number : PERSONAL_UNKNOWN;
}

enum status personal_path(const char *preset, int number, char path[DATAFILE_PATH_MAX], struct error *error)
{
  char folder[DATAFILE_PATH_MAX];
  const enum status status = find_folder(preset, folder, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (!join(folder, number, model_ending, path) || access(path, F_OK) != 0) {
    return error_set(error, STATUS_NOT_FOUND, "preset %s has no personal model %d; see emend models list",
                     preset, number);
  }
  return STATUS_OK;
}

static enum status write_current(const char *folder, int number, struct error *error)
{
  char path[DATAFILE_PATH_MAX], text[16];
  const int length = number > 0 ? snprintf(text, sizeof text, "%04d\n", number)
                                : snprintf(text, sizeof text, "%s\n", preset_itself);
  snprintf(path, sizeof path, "%.*s/%s", FOLDER_MAX, folder, current_name);
  return file_write(path, text, (size_t)length, error);
}

enum status personal_use(const char *preset, int number, struct error *error)
{
  char path[DATAFILE_PATH_MAX];
  enum status status = number > 0 ? personal_path(preset, number, path, error) : STATUS_OK;
  if (status == STATUS_OK) {
    status = make_folder(preset, path, error);
  }
  return status == STATUS_OK ? write_current(path, number, error) : status;
}

/* Take the next number: its record's file is made, empty, so that nobody else takes it too. */
static enum status reserve(const char *preset, const char *folder, int *number, char record[DATAFILE_PATH_MAX],
                           struct error *error)
{
  struct personal_list list;
  enum status status = personal_list(preset, &list, error);
  if (status != STATUS_OK) {
    return status;
  }
  *number = list.count > 0 ? list.records[list.count - 1].number + 1 : 1;
  free(list.records);
  for (; *number <= PERSONAL_MAX && join(folder, *number, record_ending, record); ++*number) {
    const int fd = open(record, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd >= 0) {
      close(fd);
      return STATUS_OK;
    }
    if (errno != EEXIST) {
      return error_set(error, STATUS_IO, "cannot write %.300s: %s; see to its permissions or free some space",
                       record, strerror(errno));
    }
  }
  return error_set(error, STATUS_FULL, "%.300s is full; delete some with emend models delete", folder);
}

enum status personal_publish(const char *preset, const struct model *model, const char *from,
                             const struct learn_result *result, int *number, struct error *error)
{
  char folder[DATAFILE_PATH_MAX], record[DATAFILE_PATH_MAX], path[DATAFILE_PATH_MAX];
  enum status status = make_folder(preset, folder, error);
  if (status == STATUS_OK) {
    status = reserve(preset, folder, number, record, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  (void)join(folder, *number, model_ending, path); /* as long as the record's at most */
  status = model_save(model, path, error);
  if (status == STATUS_OK) {
    status = personal_record_write(record, from, result, error);
  }
  if (status == STATUS_OK) {
    status = write_current(folder, *number, error);
  }
  if (status != STATUS_OK) {
    unlink(path);
    unlink(record);
  }
  return status;
}

enum status personal_check(const char *preset, struct error *error)
{
  char folder[DATAFILE_PATH_MAX];
  const enum status status = make_folder(preset, folder, error);
  if (status == STATUS_OK && access(folder, W_OK | X_OK) != 0) {
    return error_set(error, STATUS_IO, "cannot write in %.300s: %s; see to its permissions", folder,
                     strerror(errno));
  }
  return status;
}

enum status personal_delete(const char *preset, int number, struct error *error)
{
  char folder[DATAFILE_PATH_MAX], path[DATAFILE_PATH_MAX];
  enum status status = personal_path(preset, number, path, error);
  if (status == STATUS_OK && personal_current(preset) == number) {
    status = personal_use(preset, 0, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  if (unlink(path) != 0) {
    return error_set(error, STATUS_IO, "cannot delete %.300s: %s; see to its permissions", path,
                     strerror(errno));
  }
  if (find_folder(preset, folder, NULL) == STATUS_OK && join(folder, number, record_ending, path)) {
    unlink(path);
  }
  return STATUS_OK;
}

bool personal_fits(const struct model *model, const struct model *base)
{
  return model->config.kind == base->config.kind && model->params.size == base->params.size &&
         model->config.frame.unit == base->config.frame.unit &&
         model->config.frame.values == base->config.frame.values;
}

struct model *personal_load(const char *preset, const struct model *base, int *number,
                            char path[DATAFILE_PATH_MAX], char line[512])
{
  struct model *model = NULL;
  struct error error = {STATUS_OK, ""};
  line[0] = '\0';
  *number = personal_current(preset);
  if (*number == 0) {
    return NULL;
  }
  if (*number == PERSONAL_UNKNOWN) {
    snprintf(line, 512,
             "Which personal model is in use cannot be read, so the preset's own is; choose one with "
             "`emend models use`");
    *number = 0;
    return NULL;
  }
  enum status status = personal_path(preset, *number, path, &error);
  if (status == STATUS_OK) {
    status = model_load(&model, path, &error);
  }
  if (status == STATUS_OK &&
      (model->config.kind != NET_VOSP || (base != NULL && !personal_fits(model, base)))) {
    status = error_set(&error, STATUS_UNSUPPORTED, "%.300s is not a model of this preset's kind", path);
  }
  if (status != STATUS_OK) {
    model_free(model);
    snprintf(line, 512, "Personal model %d cannot be used, so the preset's own is: %.400s", *number,
             error.text);
    return NULL;
  }
  return model;
}
