/* SPDX-License-Identifier: MIT */
#include "search_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "json_out.h"
#include "model_config.h"

enum {
  SPACE_MAX = 1 << 20,
  DIGITS = 5,
  SETTINGS_TEXT = SEARCH_ITEMS_MAX * (SEARCH_NAME + SEARCH_VALUE + 8) + 512
};

void search_path(const char *folder, int trial, const char *name, char path[DATAFILE_PATH_MAX])
{
  snprintf(path, DATAFILE_PATH_MAX, "%s/trial-%0*d%s%s", folder, DIGITS, trial, name[0] != '\0' ? "/" : "",
           name);
}

static void join(const char *folder, const char *name, char path[DATAFILE_PATH_MAX])
{
  snprintf(path, DATAFILE_PATH_MAX, "%s/%s", folder, name);
}

static enum status make_folder(const char *path, struct error *error)
{
  struct stat about;

  if (mkdir(path, 0777) == 0 || (errno == EEXIST && stat(path, &about) == 0 && S_ISDIR(about.st_mode))) {
    return STATUS_OK;
  }
  return error_set(error, STATUS_IO, "%s: cannot make the folder: %s", path, strerror(errno));
}

/* A lock on the whole file, which the system takes back when the process ends, on NFS too. EAGAIN: another
 * holds it. */
static int lock_file(const char *path, bool wait)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  int file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);

  while (file >= 0 && fcntl(file, wait ? F_SETLKW : F_SETLK, &lock) != 0) {
    if (errno != EINTR) {
      const int why = errno;
      close(file);
      errno = why == EACCES ? EAGAIN : why; /* systems say either */
      return -1;
    }
  }
  return file;
}

static enum status refuse_lock(const char *path, struct error *error)
{
  return error_set(error, STATUS_IO, "%s: cannot be locked: %s; a search wants a folder with file locks", path,
                   strerror(errno));
}

void search_release(int lock)
{
  if (lock >= 0) {
    close(lock);
  }
}

enum status search_claim(const char *folder, int trial, int *lock, struct error *error)
{
  char path[DATAFILE_PATH_MAX];

  *lock = -1;
  search_path(folder, trial, "", path);
  enum status status = make_folder(path, error);
  if (status != STATUS_OK) {
    return status;
  }
  search_path(folder, trial, "lock", path);
  *lock = lock_file(path, false);
  return *lock >= 0 || errno == EAGAIN ? STATUS_OK : refuse_lock(path, error);
}

static bool is_claimed(const char *folder, int trial)
{
  struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
  char path[DATAFILE_PATH_MAX];

  search_path(folder, trial, "lock", path);
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  bool claimed = fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  close(file);
  return claimed;
}

enum search_state search_look(const char *folder, const struct search_space *space, int trial,
                              struct search_result *result, struct error *why)
{
  char path[DATAFILE_PATH_MAX];

  search_path(folder, trial, "result.json", path);
  enum status status = search_result_read(space, trial, path, result, why);
  if (status == STATUS_OK) {
    return SEARCH_FINISHED;
  }
  if (is_claimed(folder, trial)) {
    return SEARCH_RUNNING;
  }
  return status == STATUS_NOT_FOUND ? SEARCH_UNFINISHED : SEARCH_BROKEN;
}

/* The whole file as text; NULL where there is none. The caller frees it. */
static enum status read_text(const char *path, char **text, struct error *error)
{
  uint8_t *data;
  size_t size;

  *text = NULL;
  enum status status = file_read(path, SPACE_MAX, &data, &size, error);
  if (status != STATUS_OK) {
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
  }
  *text = malloc(size + 1);
  if (*text != NULL) {
    memcpy(*text, data, size);
    (*text)[size] = '\0';
  }
  free(data);
  return *text != NULL ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "out of memory: cannot read %s", path);
}

static enum status check_space(const char *folder, const char *path, const char *space_path,
                               const struct search_space *space, struct error *error)
{
  struct search_space there;
  char *text;

  if (access(path, F_OK) != 0) {
    enum status status = read_text(space_path, &text, error);
    if (status == STATUS_OK) {
      status = text != NULL ? file_write(path, text, strlen(text), error)
                            : error_set(error, STATUS_NOT_FOUND, "%s: is gone", space_path);
    }
    free(text);
    return status;
  }
  enum status status = search_space_read(&there, path, error);
  if (status == STATUS_OK) {
    const bool same = there.hash == space->hash;
    search_space_free(&there);
    status = same ? STATUS_OK
                  : error_set(error, STATUS_USAGE, "%s belongs to another space than %s; give another --out",
                              folder, space_path);
  }
  return status;
}

static enum status data_text(uint64_t hash, const struct option_list *names, char **text, struct error *error)
{
  char digits[17];
  json_t *list = json_array();

  for (int i = 0; i < names->count; i++) {
    const char *slash = strrchr(names->items[i], '/');
    json_array_append_new(list, json_string(slash != NULL && slash[1] != '\0' ? slash + 1 : names->items[i]));
  }
  snprintf(digits, sizeof digits, "%016" PRIx64, hash);
  json_t *object = json_pack("{s:s, s:o}", "hash", digits, "data", list);
  *text = object != NULL ? json_dumps(object, 0) : NULL;
  json_decref(object);
  return *text != NULL ? STATUS_OK : error_set(error, STATUS_NO_MEMORY, "out of memory for the data's names");
}

static enum status check_data(const char *folder, uint64_t hash, const struct option_list *names,
                              struct error *error)
{
  char path[DATAFILE_PATH_MAX];
  char *text, *there = NULL;

  join(folder, "data.json", path);
  enum status status = data_text(hash, names, &text, error);
  if (status == STATUS_OK) {
    status = read_text(path, &there, error);
  }
  if (status == STATUS_OK && there == NULL) {
    status = file_write(path, text, strlen(text), error);
  } else if (status == STATUS_OK) {
    json_t *object = json_loads(there, 0, NULL);
    const char *of = json_string_value(json_object_get(object, "hash"));
    char digits[17];
    snprintf(digits, sizeof digits, "%016" PRIx64, hash);
    if (of == NULL || strcmp(of, digits) != 0) {
      status = error_set(error, STATUS_USAGE,
                         "%s: the trials there are of other data: %.200s; give another --out", folder, there);
    }
    json_decref(object);
  }
  free(there);
  free(text);
  return status;
}

enum status search_folder_open(const char *folder, const char *space_path, const struct search_space *space,
                               uint64_t data_hash, const struct option_list *names, struct error *error)
{
  char path[DATAFILE_PATH_MAX];

  if (strlen(folder) > DATAFILE_PATH_MAX / 2) {
    return error_set(error, STATUS_USAGE, "--out: the name is too long");
  }
  enum status status = make_folder(folder, error);
  if (status != STATUS_OK) {
    return status;
  }
  join(folder, "lock", path);
  int lock = lock_file(path, true);
  if (lock < 0) {
    return refuse_lock(path, error);
  }
  join(folder, "space.cfg", path);
  status = check_space(folder, path, space_path, space, error);
  if (status == STATUS_OK) {
    status = check_data(folder, data_hash, names, error);
  }
  search_release(lock);
  return status;
}

enum status search_folder_space(const char *folder, struct search_space *space, struct error *error)
{
  char path[DATAFILE_PATH_MAX];

  if (strlen(folder) > DATAFILE_PATH_MAX / 2) {
    return error_set(error, STATUS_USAGE, "the folder's name is too long");
  }
  join(folder, "space.cfg", path);
  if (access(path, F_OK) != 0) {
    return error_set(error, STATUS_NOT_FOUND, "%s: is no folder of a search: it has no space.cfg", folder);
  }
  return search_space_read(space, path, error);
}

static void settings_text(const struct search_space *space, const struct search_settings *settings,
                          char text[SETTINGS_TEXT])
{
  const char *kind = net_kind_name(space->kind);
  bool gate = space->kind != NET_VOSP;
  size_t used = (size_t)snprintf(text, SETTINGS_TEXT,
                                 "// Trial %d of space %016" PRIx64 ":\n"
                                 "// emend train %s --config settings.cfg --data PATH... --out MODEL\n",
                                 settings->trial, space->hash, kind);

  for (int i = 0; i < settings->count; i++) {
    const struct search_value *value = &settings->values[i];
    const char *quote = value->quoted ? "\"" : "";
    gate = gate || strcmp(value->name, "gate") == 0;
    used += (size_t)snprintf(text + used, SETTINGS_TEXT - used, "%s = %s%s%s;%s\n", value->name, quote,
                             value->text, quote, value->drawn ? " // drawn" : "");
  }
  snprintf(text + used, SETTINGS_TEXT - used, "%sseed = %" PRIu64 ";\n",
           gate ? "" : "gate = 0;\ndecision = 0;\n", settings->seed);
}

enum status search_settle(const char *folder, const struct search_space *space,
                          const struct search_settings *settings, bool *other, struct error *error)
{
  char path[DATAFILE_PATH_MAX], learnt[DATAFILE_PATH_MAX];
  char *there;
  char *text = malloc(SETTINGS_TEXT);

  if (text == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the settings of trial %d", settings->trial);
  }
  settings_text(space, settings, text);
  search_path(folder, settings->trial, "settings.cfg", path);
  search_path(folder, settings->trial, "model.safetensors.checkpoint", learnt);
  enum status status = read_text(path, &there, error);
  *other = status == STATUS_OK && (there == NULL || strcmp(there, text) != 0) && remove(learnt) == 0;
  if (status == STATUS_OK) {
    status = file_write(path, text, strlen(text), error);
  }
  free(there);
  free(text);
  return status;
}

static int by_number(const void *a, const void *b)
{
  const int x = *(const int *)a, y = *(const int *)b;
  return (x > y) - (x < y);
}

/* The number in "trial-00017"; -1 for other names. */
static int trial_of(const char *name)
{
  if (strncmp(name, "trial-", 6) != 0 || strspn(name + 6, "0123456789") != DIGITS || name[6 + DIGITS] != '\0') {
    return -1;
  }
  return (int)strtol(name + 6, NULL, 10);
}

enum status search_trials(const char *folder, int **trials, size_t *count, struct error *error)
{
  enum status status = STATUS_OK;
  DIR *open = opendir(folder);

  *trials = NULL;
  *count = 0;
  if (open == NULL) {
    return error_set(error, STATUS_IO, "cannot open the folder %s: %s", folder, strerror(errno));
  }
  for (const struct dirent *entry = readdir(open); entry != NULL; entry = readdir(open)) {
    const int trial = trial_of(entry->d_name);
    int *grown = trial >= 0 ? realloc(*trials, (*count + 1) * sizeof **trials) : NULL;
    if (trial >= 0 && grown == NULL) {
      status = error_set(error, STATUS_NO_MEMORY, "out of memory: cannot list %s", folder);
      break;
    }
    if (grown != NULL) {
      *trials = grown;
      (*trials)[(*count)++] = trial;
    }
  }
  closedir(open);
  if (*count > 0) {
    qsort(*trials, *count, sizeof **trials, by_number);
  }
  return status;
}

enum { RESULT_MAX = 1 << 16, HASH_TEXT = 17 };

static const char *const names[] = {"exact", "bound", "denoising", "surrogate", "loss", NULL};

const char *search_number_name(enum search_number number)
{
  return names[number];
}

const char *search_number_meaning(enum search_number number)
{
  static const char *const meanings[] = {
    "the exact negative log likelihood",
    "the bound on the negative log likelihood, exact divergence, one draw of z",
    "the bound for the clean frames given damaged ones, one draw of z",
    "the arithmetic of 2014, which is no bound",
    "a loss with weights of its own, which is no bound",
  };
  return meanings[number];
}

static void hash_text(const struct search_space *space, char text[HASH_TEXT])
{
  snprintf(text, HASH_TEXT, "%016" PRIx64, space->hash);
}

static json_t *value_json(const struct search_value *value)
{
  if (value->quoted) {
    return json_string(value->text);
  }
  return strpbrk(value->text, ".e") != NULL ? json_real(strtod(value->text, NULL))
                                            : json_integer(strtoll(value->text, NULL, 10));
}

static json_t *settings_json(const struct search_settings *settings)
{
  json_t *object = json_object();

  for (int i = 0; i < settings->count; i++) {
    if (settings->values[i].drawn) {
      json_object_set_new(object, settings->values[i].name, value_json(&settings->values[i]));
    }
  }
  return object;
}

json_t *search_result_json(const struct search_space *space, const struct search_settings *settings,
                           const struct search_result *result)
{
  char hash[HASH_TEXT];
  json_t *object = json_object();

  hash_text(space, hash);
  json_object_set_new(object, "trial", json_integer(result->trial));
  json_object_set_new(object, "status", json_string(result->failed ? "failed" : "finished"));
  if (result->failed) {
    json_object_set_new(object, "reason", json_string(result->reason));
  } else {
    json_object_set_new(object, "kind", json_string(names[result->number]));
    json_object_set_new(object, "nats_per_frame", json_real(result->nats));
    json_object_set_new(object, "bound", json_real(result->bound));
    json_object_set_new(object, "epochs", json_integer(result->epochs));
  }
  json_object_set_new(object, "frames", json_integer((json_int_t)result->frames));
  json_object_set_new(object, "seconds", json_real(result->seconds));
  json_object_set_new(object, "threads", json_integer(result->threads));
  json_object_set_new(object, "settings", settings_json(settings));
  json_object_set_new(object, "seed", json_integer((json_int_t)settings->seed));
  json_object_set_new(object, "space", json_string(hash));
  return object;
}

enum status search_result_write(const struct search_space *space, const struct search_settings *settings,
                                const struct search_result *result, const char *path, struct error *error)
{
  return json_out(search_result_json(space, settings, result), path, error);
}

static bool get_number(const json_t *object, const char *key, double *number)
{
  const json_t *value = json_object_get(object, key);

  *number = json_number_value(value);
  return json_is_number(value) && isfinite(*number);
}

/* A count no larger than what fits everywhere. */
static bool get_count(const json_t *object, const char *key, int *count)
{
  const json_t *value = json_object_get(object, key);
  const json_int_t number = json_integer_value(value);

  *count = (int)number;
  return json_is_integer(value) && number >= 0 && number <= INT32_MAX;
}

static bool get_text(const json_t *object, const char *key, const char **text)
{
  *text = json_string_value(json_object_get(object, key));
  return *text != NULL;
}

static bool read_outcome(const json_t *object, struct search_result *result)
{
  const char *status, *text;

  if (!get_text(object, "status", &status)) {
    return false;
  }
  result->failed = strcmp(status, "failed") == 0;
  if (result->failed) {
    struct error shown; /* without control characters: a terminal will see it */
    bool told = get_text(object, "reason", &text);
    (void)error_set(&shown, STATUS_FORMAT, "%s", told ? text : "");
    snprintf(result->reason, sizeof result->reason, "%.*s", (int)sizeof result->reason - 1, shown.text);
    return told;
  }
  int number = get_text(object, "kind", &text) ? options_choice(names, text) : -1;
  result->number = number >= 0 ? (enum search_number)number : SEARCH_LOSS;
  return number >= 0 && strcmp(status, "finished") == 0 &&
         get_number(object, "nats_per_frame", &result->nats) && get_number(object, "bound", &result->bound) &&
         get_count(object, "epochs", &result->epochs);
}

static enum status read_object(const struct search_space *space, int trial, const json_t *object,
                               const char *path, struct search_result *result, struct error *error)
{
  char hash[HASH_TEXT];
  const char *of;
  int frames;

  *result = (struct search_result){.trial = trial};
  hash_text(space, hash);
  if (get_text(object, "space", &of) && strcmp(of, hash) != 0) {
    return error_set(error, STATUS_FORMAT, "%s: is the result of another space", path);
  }
  if (!get_text(object, "space", &of) || !get_count(object, "trial", &result->trial) ||
      !get_count(object, "frames", &frames) || !get_count(object, "threads", &result->threads) ||
      !get_number(object, "seconds", &result->seconds) || !read_outcome(object, result)) {
    return error_set(error, STATUS_FORMAT, "%s: is no trial's result: something is missing or of another type",
                     path);
  }
  result->frames = (size_t)frames;
  return result->trial == trial
           ? STATUS_OK
           : error_set(error, STATUS_FORMAT, "%s: is the result of trial %d", path, result->trial);
}

enum status search_result_read(const struct search_space *space, int trial, const char *path,
                               struct search_result *result, struct error *error)
{
  uint8_t *data;
  size_t size;
  json_error_t wrong;

  enum status status = file_read(path, RESULT_MAX, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  json_t *object = json_loadb((const char *)data, size, 0, &wrong);
  free(data);
  if (json_is_object(object)) {
    status = read_object(space, trial, object, path, result, error);
  } else {
    status = error_set(error, STATUS_FORMAT, "%s: is cut off or no result: %s", path,
                       object == NULL ? wrong.text : "no JSON object");
  }
  json_decref(object);
  return status;
}

void search_settings_text(const struct search_settings *settings, char *text, size_t size)
{
  size_t used = 0;

  text[0] = '\0';
  for (int i = 0; i < settings->count && used < size; i++) {
    const struct search_value *value = &settings->values[i];
    if (value->drawn) {
      int n = snprintf(text + used, size - used, "%s%s=%s", used > 0 ? " " : "", value->name, value->text);
      used += n > 0 ? (size_t)n : 0;
    }
  }
}
