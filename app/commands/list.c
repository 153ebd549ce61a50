/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "live_setup.h"
#include "port.h"
#include "take_folder.h"

enum { PORTS_MAX = 256 };

static bool list_presets(struct error *error)
{
  (void)error;
  char names[PRESETS_MAX][PRESET_NAME_MAX];
  size_t count = preset_list(names);

  for (size_t i = 0; i < count; i++) {
    printf("%s\n", names[i]);
  }
  return true;
}

static bool list_drivers(struct error *error)
{
  (void)error;
  printf("auto\nfile\n");
  for (int i = 0; port_drivers[i] != NULL; i++) {
    printf("%s\n", port_drivers[i]->name);
  }
  return true;
}

/* A driver that does not work has none. */
static bool list_ports(enum port_direction direction, struct error *error)
{
  struct port_info *list = calloc(PORTS_MAX, sizeof *list);

  if (list == NULL) {
    error_set(error, STATUS_NO_MEMORY, "out of memory for the list");
    return false;
  }
  for (int i = 0; port_drivers[i] != NULL; i++) {
    struct error trouble;
    size_t count = 0;
    if (port_drivers[i]->list(list, PORTS_MAX, &count, &trouble) != STATUS_OK) {
      continue;
    }
    for (size_t k = 0; k < count; k++) {
      if (list[k].direction == direction) {
        printf("%s\n", list[k].name);
      }
    }
  }
  free(list);
  return true;
}

static bool list_inputs(struct error *error)
{
  return list_ports(PORT_IN, error);
}

static bool list_outputs(struct error *error)
{
  return list_ports(PORT_OUT, error);
}

static bool list_takes(struct error *error)
{
  struct option_spec specs[SETTINGS_COUNT];
  struct settings settings;
  struct take_list takes = {.list = NULL};
  char folder[DATAFILE_PATH_MAX];

  settings_init(&settings, specs);
  enum status status = settings_read_file(&settings, specs, error);
  if (status == STATUS_OK) {
    status = live_capture_folder(&settings, folder, error);
  }
  if (status == STATUS_OK) {
    status = take_folder_list(&takes, folder, error);
  }
  if (status == STATUS_OK && takes.count > 0) {
    printf("last\n");
  }
  for (size_t i = 0; i < takes.count; i++) {
    printf("%.*s\n", (int)(strlen(takes.list[i].name) - strlen(TAKE_ENDING)), takes.list[i].name);
  }
  take_list_free(&takes);
  settings_free(&settings);
  return status == STATUS_OK;
}

int names_print(const char *kind)
{
  static const struct {
    const char *kind;
    bool (*list)(struct error *error);
  } lists[] = {{"presets", list_presets},
               {"drivers", list_drivers},
               {"inputs", list_inputs},
               {"outputs", list_outputs},
               {"takes", list_takes}};

  for (size_t i = 0; i < sizeof lists / sizeof lists[0]; i++) {
    if (strcmp(kind, lists[i].kind) == 0) {
      struct error error = {STATUS_OK, ""};
      if (lists[i].list(&error)) {
        return EXIT_SUCCESS;
      }
      fprintf(stderr, "emend: %s\n", error.text);
      return EXIT_FAILURE;
    }
  }
  fprintf(stderr, "emend: --list wants presets, drivers, inputs, outputs or takes\n");
  return EXIT_USAGE;
}
