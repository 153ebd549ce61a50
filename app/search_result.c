#include "search_result.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "report.h"

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
  return report_json(search_result_json(space, settings, result), path, error);
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
