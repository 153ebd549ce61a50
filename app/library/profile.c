/* SPDX-License-Identifier: MIT */
#include "profile.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "file.h"
#include "json_out.h"
#include "option.h"

enum {
  PROFILE_FORMAT = 1,
  PROFILE_BYTES_MAX = 1 << 20,
  FILE_NAME_MAX = 3 * PROFILE_NAME_MAX + 8,
  NAME_BYTES = 240
};

static const char ending[] = ".json", unnamed[] = "default";

void profile_init(struct profile *profile, const char *port, enum gear gear)
{
  *profile = (struct profile){.calibrated = ""};
  snprintf(profile->port, sizeof profile->port, "%s", port != NULL ? port : unnamed);
  instrument_init(&profile->instrument, gear);
}

/* A port's name as a file name: all but letters, digits, '-' and '_' become %XX, so that no name can leave the
 * folder. Ports are named without regard to case, so files are in lower case. */
static void file_name(const char *port, char name[FILE_NAME_MAX])
{
  size_t used = 0;
  for (const char *at = port != NULL ? port : unnamed; *at != '\0' && used + 4 + sizeof ending < FILE_NAME_MAX;
       at++) {
    const unsigned char c = (unsigned char)*at;
    if (isalnum(c) || c == '-' || c == '_') {
      name[used++] = (char)tolower(c);
    } else {
      used += (size_t)snprintf(name + used, 4, "%%%02X", c);
    }
  }
  memcpy(name + used, ending, sizeof ending);
}

static enum status find_folder(char folder[DATAFILE_PATH_MAX], struct error *error)
{
  datafile_user_data("instruments", folder);
  return folder[0] != '\0' && strlen(folder) + FILE_NAME_MAX + 2 < DATAFILE_PATH_MAX
           ? STATUS_OK
           : error_set(error, STATUS_NOT_FOUND, "no home folder to keep instruments in; set HOME");
}

static enum status find_file(const char *port, char path[DATAFILE_PATH_MAX], struct error *error)
{
  char folder[DATAFILE_PATH_MAX], name[FILE_NAME_MAX];
  const enum status status = find_folder(folder, error);
  if (status != STATUS_OK) {
    return status;
  }
  if (port != NULL && strlen(port) >= PROFILE_NAME_MAX) {
    return error_set(error, STATUS_USAGE,
                     "a port's name of %d bytes or more cannot have a profile; give a part of it",
                     PROFILE_NAME_MAX);
  }
  file_name(port, name);
  if (strlen(name) > NAME_BYTES) {
    return error_set(error, STATUS_USAGE, "'%.100s' is too long for a profile's file; give a part of the name",
                     port);
  }
  (void)snprintf(path, DATAFILE_PATH_MAX, "%.*s/%s", DATAFILE_PATH_MAX - FILE_NAME_MAX - 2, folder, name);
  return STATUS_OK;
}

/* --- Counts. Only what is not zero is written. --- */

static json_t *counts_json(const float counts[DAMAGE_COUNT])
{
  json_t *object = json_object();
  for (int kind = DAMAGE_NONE + 1; kind < DAMAGE_COUNT; kind++) {
    if (counts[kind] != 0) {
      json_object_set_new(object, damage_name((enum damage)kind), json_real((double)counts[kind]));
    }
  }
  return object;
}

static json_t *key_json(const struct instrument_key *key)
{
  return json_pack("{s:f, s:o, s:o}", "strokes", (double)key->strokes, "faults", counts_json(key->faults),
                   "taught", counts_json(key->taught));
}

/* Has the key been struck, or been taught about? */
static bool is_known(const struct instrument_key *key)
{
  bool known = key->strokes > 0;
  for (int kind = DAMAGE_NONE + 1; kind < DAMAGE_COUNT; kind++) {
    known |= key->taught[kind] != 0;
  }
  return known;
}

static json_t *profile_json(const struct profile *profile)
{
  const struct instrument *instrument = &profile->instrument;
  json_t *keys = json_object(), *kept = json_array();
  for (int pitch = 0; pitch < KEYS; pitch++) {
    char name[8];
    (void)snprintf(name, sizeof name, "%d", pitch);
    if (is_known(&instrument->key[pitch])) {
      json_object_set_new(keys, name, key_json(&instrument->key[pitch]));
    }
    if (instrument->keep[pitch]) {
      json_array_append_new(kept, json_integer(pitch));
    }
  }
  return json_pack("{s:i, s:o, s:s, s:s, s:o, s:o, s:o}", "format", PROFILE_FORMAT, "port",
                   json_text(profile->port), "calibrated", profile->calibrated, "gear",
                   gear_names[instrument->gear], "keep", kept, "all", key_json(&instrument->all), "keys", keys);
}

static void read_counts(const json_t *object, float counts[DAMAGE_COUNT])
{
  for (int kind = DAMAGE_NONE + 1; kind < DAMAGE_COUNT; kind++) {
    counts[kind] = (float)json_number_value(json_object_get(object, damage_name((enum damage)kind)));
  }
}

static void read_key(const json_t *object, struct instrument_key *key)
{
  key->strokes = (float)json_number_value(json_object_get(object, "strokes"));
  read_counts(json_object_get(object, "faults"), key->faults);
  read_counts(json_object_get(object, "taught"), key->taught);
}

/* False where a part is missing or out of bounds. */
static bool read_instrument(const json_t *root, struct instrument *instrument)
{
  const char *const word = json_string_value(json_object_get(root, "gear"));
  const int gear = word != NULL ? options_choice(gear_names, word) : -1;
  if (gear < 0) {
    return false;
  }
  instrument_init(instrument, (enum gear)gear);
  read_key(json_object_get(root, "all"), &instrument->all);
  for (int pitch = 0; pitch < KEYS; pitch++) {
    char name[8];
    (void)snprintf(name, sizeof name, "%d", pitch);
    const json_t *key = json_object_get(json_object_get(root, "keys"), name);
    if (key != NULL) {
      read_key(key, &instrument->key[pitch]);
    }
  }
  const json_t *kept = json_object_get(root, "keep");
  for (size_t i = 0; i < json_array_size(kept); i++) {
    const json_int_t pitch = json_integer_value(json_array_get(kept, i));
    if (pitch >= 0 && pitch < KEYS) {
      instrument->keep[pitch] = true;
    }
  }
  return instrument_is_sound(instrument);
}

static enum status read_root(const json_t *root, struct profile *profile, const char *port, const char *path,
                             struct error *error)
{
  const json_int_t format = json_integer_value(json_object_get(root, "format"));
  const char *of = json_string_value(json_object_get(root, "port"));
  const char *calibrated = json_string_value(json_object_get(root, "calibrated"));
  struct profile read;
  if (format > PROFILE_FORMAT) {
    return error_set(error, STATUS_FORMAT,
                     "%.300s: a profile of a newer emend; it is left alone; --forget deletes it", path);
  }
  profile_init(&read, port, GEAR_KEYBOARD);
  if (format != PROFILE_FORMAT || of == NULL || !read_instrument(root, &read.instrument)) {
    return error_set(error, STATUS_FORMAT,
                     "%.300s: the profile is damaged; emend calibrate --forget deletes it", path);
  }
  if (strcasecmp(of, read.port) != 0) {
    return error_set(error, STATUS_FORMAT, "%.200s: the profile of another instrument, '%.100s'", path, of);
  }
  snprintf(read.calibrated, sizeof read.calibrated, "%s", calibrated != NULL ? calibrated : "");
  *profile = read;
  return STATUS_OK;
}

enum status profile_load(struct profile *profile, const char *port, struct error *error)
{
  char path[DATAFILE_PATH_MAX];
  uint8_t *data;
  size_t size;
  enum status status = find_file(port, path, error);
  if (status == STATUS_OK && access(path, F_OK) != 0 && errno == ENOENT) {
    return error_set(error, STATUS_NOT_FOUND, "there is no profile for '%.100s'",
                     port != NULL ? port : unnamed);
  }
  if (status == STATUS_OK) {
    status = file_read(path, PROFILE_BYTES_MAX, &data, &size, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  json_t *root = json_loadb((const char *)data, size, 0, NULL);
  status = read_root(root, profile, port, path, error);
  json_decref(root);
  free(data);
  return status;
}

enum status profile_save(const struct profile *profile, struct error *error)
{
  char folder[DATAFILE_PATH_MAX], path[DATAFILE_PATH_MAX];
  enum status status = find_folder(folder, error);
  if (status == STATUS_OK) {
    status = datafile_make_folder(folder, error);
  }
  if (status == STATUS_OK) {
    status = find_file(profile->port, path, error);
  }
  return status == STATUS_OK ? json_out_private(profile_json(profile), path, error) : status;
}

enum status profile_forget(const char *port, struct error *error)
{
  char path[DATAFILE_PATH_MAX];
  const enum status status = find_file(port, path, error);
  if (status != STATUS_OK || unlink(path) == 0) {
    return status;
  }
  return errno == ENOENT ? error_set(error, STATUS_NOT_FOUND, "there is no profile for '%.100s'",
                                     port != NULL ? port : unnamed)
                         : error_set(error, STATUS_IO, "cannot delete %.300s: %s", path, strerror(errno));
}

/* The port that a file is of; false for any other file. */
static bool port_of(const char *folder, const char *file, char name[PROFILE_NAME_MAX])
{
  char path[DATAFILE_PATH_MAX];
  uint8_t *data;
  size_t size;
  struct error error;
  const size_t length = strlen(file);
  if (length < sizeof ending || strcmp(file + length - (sizeof ending - 1), ending) != 0 ||
      strlen(folder) + length + 2 > sizeof path) {
    return false;
  }
  (void)snprintf(path, sizeof path, "%.*s/%s", DATAFILE_PATH_MAX - 300, folder, file);
  if (file_read(path, PROFILE_BYTES_MAX, &data, &size, &error) != STATUS_OK) {
    return false;
  }
  json_t *root = json_loadb((const char *)data, size, 0, NULL);
  const char *port = json_string_value(json_object_get(root, "port"));
  if (port != NULL) {
    snprintf(name, PROFILE_NAME_MAX, "%s", port);
  }
  json_decref(root);
  free(data);
  return port != NULL;
}

static int by_name(const void *a, const void *b)
{
  return strcmp(a, b);
}

int profile_list(char names[PROFILES_MAX][PROFILE_NAME_MAX])
{
  char folder[DATAFILE_PATH_MAX];
  struct error error;
  int count = 0;
  DIR *directory = find_folder(folder, &error) == STATUS_OK ? opendir(folder) : NULL;
  if (directory == NULL) {
    return 0;
  }
  for (const struct dirent *entry = readdir(directory); entry != NULL && count < PROFILES_MAX;
       entry = readdir(directory)) {
    count += port_of(folder, entry->d_name, names[count]);
  }
  closedir(directory);
  qsort(names, (size_t)count, sizeof *names, by_name);
  return count;
}
