/* SPDX-License-Identifier: MIT */
#include "config_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"

enum { SETTINGS_MAX = 1 << 20 };

const struct option_spec *options_find(const struct option_set *set, const char *key)
{
  for (int i = 0; i < set->count; i++) {
    const char *name = set->specs[i].name;
    size_t at = 0;

    while (name[at] != '\0' && key[at] == (name[at] == '-' ? '_' : name[at])) {
      at++;
    }
    if (name[at] == '\0' && key[at] == '\0') {
      return &set->specs[i];
    }
  }
  return NULL;
}

/* The setting as text, so that a file's value passes the very checks of a flag's. */
static const char *setting_text(const config_setting_t *setting, char *buffer, size_t size)
{
  switch (config_setting_type(setting)) {
  case CONFIG_TYPE_INT:
  case CONFIG_TYPE_INT64: snprintf(buffer, size, "%lld", config_setting_get_int64(setting)); return buffer;
  case CONFIG_TYPE_FLOAT: snprintf(buffer, size, "%.17g", config_setting_get_float(setting)); return buffer;
  case CONFIG_TYPE_STRING: return config_setting_get_string(setting);
  default: return NULL;
  }
}

/* What is wrong with a value, told of a flag, by the setting's name as it stands in the file. What is too large
 * for the library comes as -1, so that is not shown. */
static enum status refuse(const struct option_spec *spec, const config_setting_t *setting, const char *said,
                          const char *path, struct error *error)
{
  const int type = config_setting_type(setting);
  const bool whole = type == CONFIG_TYPE_INT || type == CONFIG_TYPE_INT64;
  const size_t name = strlen(spec->name);

  if (strncmp(said, "--", 2) == 0 && strncmp(said + 2, spec->name, name) == 0) {
    said += 2 + name;
  }
  const char *shown = whole && config_setting_get_int64(setting) == -1 ? strstr(said, ", not ") : NULL;
  return error_set(error, STATUS_FORMAT, "%s:%u: %s%.*s", path, config_setting_source_line(setting),
                   config_setting_name(setting), (int)(shown != NULL ? (size_t)(shown - said) : strlen(said)),
                   said);
}

static enum status apply(const struct option_set *set, const config_setting_t *setting, const char *path,
                         struct error *error)
{
  const char *key = config_setting_name(setting);
  unsigned line = config_setting_source_line(setting);
  const struct option_spec *spec = options_find(set, key);
  struct error inner = {STATUS_OK, ""};
  char buffer[64];

  if (spec == NULL) {
    return error_set(error, STATUS_FORMAT, "%s:%u: unknown setting '%s'; take it out or correct it", path, line,
                     key);
  }
  if (spec->kind == OPTION_FLAG) {
    if (config_setting_type(setting) != CONFIG_TYPE_BOOL) {
      return error_set(error, STATUS_FORMAT, "%s:%u: %s is true or false", path, line, key);
    }
    *(bool *)spec->value = config_setting_get_bool(setting) != 0;
    return STATUS_OK;
  }
  const char *text = setting_text(setting, buffer, sizeof buffer);
  /* Texts and lists keep pointing to what they were given, so it must be the file's own. */
  if ((spec->kind == OPTION_TEXT || spec->kind == OPTION_LIST) &&
      config_setting_type(setting) != CONFIG_TYPE_STRING) {
    return error_set(error, STATUS_FORMAT, "%s:%u: %s wants a text in \"quotes\"", path, line, key);
  }
  if (text == NULL) {
    return error_set(error, STATUS_FORMAT, "%s:%u: %s wants one number or text", path, line, key);
  }
  if (option_set_value(spec, text, &inner) != STATUS_OK) {
    return refuse(spec, setting, inner.text, path, error);
  }
  return STATUS_OK;
}

/* The line of the first @include, as the library would heed it; 0 where there is none. */
static int find_include(const char *text)
{
  int line = 1;

  for (const char *at = text; *at != '\0'; line++) {
    if (strncmp(at + strspn(at, " \t"), "@include", 8) == 0) {
      return line;
    }
    at += strcspn(at, "\n");
    at += *at == '\n';
  }
  return 0;
}

static enum status parse(config_t *config, const char *text, const char *path, struct error *error)
{
  int include = find_include(text);

  /* The library leaves the program where it cannot read what is included, a folder for one. */
  if (include > 0) {
    return error_set(error, STATUS_FORMAT, "%s:%d: settings include no other files; put its lines here", path,
                     include);
  }
  if (config_read_string(config, text) != CONFIG_TRUE) {
    return error_set(error, STATUS_FORMAT, "%s:%d: %s; settings look like: strength = 0.5;", path,
                     config_error_line(config), config_error_text(config));
  }
  return STATUS_OK;
}

/* Read here, since the library leaves the program where a file cannot be read, too. */
enum status options_load_config(config_t *config, const char *path, struct error *error)
{
  uint8_t *data;
  size_t size;
  enum status status = file_read(path, SETTINGS_MAX, &data, &size, error);

  if (status != STATUS_OK) {
    return status;
  }
  char *text = malloc(size + 1);
  if (text == NULL) {
    status = error_set(error, STATUS_NO_MEMORY, "out of memory: cannot read %s", path);
  } else if (memchr(data, '\0', size) != NULL) {
    status = error_set(error, STATUS_FORMAT, "%s: holds a zero byte, so this is no settings file", path);
  } else {
    memcpy(text, data, size);
    text[size] = '\0';
    status = parse(config, text, path, error);
  }
  free(text);
  free(data);
  return status;
}

enum status options_read_file(const struct option_set *set, const char *path, struct options_file *storage,
                              struct error *error)
{
  config_t *config = calloc(1, sizeof *config);

  storage->config = NULL;
  if (config == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot read %s", path);
  }
  config_init(config);
  config_set_options(config, CONFIG_OPTION_AUTOCONVERT);
  storage->config = config;
  enum status status = options_load_config(config, path, error);
  const config_setting_t *root = config_root_setting(config);
  for (int i = 0; status == STATUS_OK && i < config_setting_length(root); i++) {
    status = apply(set, config_setting_get_elem(root, (unsigned)i), path, error);
  }
  if (status != STATUS_OK) {
    options_file_free(storage);
  }
  return status;
}

void options_file_free(struct options_file *storage)
{
  if (storage->config != NULL) {
    config_destroy(storage->config);
    free(storage->config);
    storage->config = NULL;
  }
}
