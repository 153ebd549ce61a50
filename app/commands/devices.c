/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "commands.h"
#include "json_out.h"
#include "port.h"

enum { DEVICES_MAX = 256 };

static json_t *driver_json(const struct port_driver *driver, const struct port_info *list, size_t count,
                           const char *trouble)
{
  json_t *in = json_array(), *out = json_array();

  for (size_t i = 0; i < count; i++) {
    json_array_append_new(list[i].direction == PORT_IN ? in : out, json_text(list[i].name));
  }
  json_t *object = json_pack("{s:s, s:s, s:b, s:o, s:o}", "name", driver->name, "description",
                             driver->description, "works", trouble == NULL, "in", in, "out", out);
  if (trouble != NULL) {
    json_object_set_new(object, "error", json_text(trouble));
  }
  return object;
}

static void print_ports(const struct port_info *list, size_t count, enum port_direction direction,
                        const char *title)
{
  for (size_t i = 0; i < count; i++) {
    if (list[i].direction == direction) {
      printf("  %-4s %s\n", title, list[i].name);
    }
  }
}

static void print_driver(const struct port_driver *driver, const struct port_info *list, size_t count,
                         const char *trouble)
{
  printf("%s: %s\n", driver->name, driver->description);
  if (trouble != NULL) {
    printf("  does not work here: %s\n", trouble);
  } else if (count == 0) {
    printf("  no ports\n");
  }
  print_ports(list, count, PORT_IN, "in");
  print_ports(list, count, PORT_OUT, "out");
}

static enum status list_all(bool json, struct error *error)
{
  struct port_info *list = calloc(DEVICES_MAX, sizeof *list);
  json_t *drivers = json_array();

  if (list == NULL) {
    json_decref(drivers);
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the list");
  }
  for (int i = 0; port_drivers[i] != NULL; i++) {
    struct error trouble = {STATUS_OK, ""};
    size_t count = 0;
    bool works = port_drivers[i]->list(list, DEVICES_MAX, &count, &trouble) == STATUS_OK;

    if (json) {
      json_array_append_new(drivers,
                            driver_json(port_drivers[i], list, works ? count : 0, works ? NULL : trouble.text));
    } else {
      print_driver(port_drivers[i], list, works ? count : 0, works ? NULL : trouble.text);
    }
  }
  free(list);
  if (json) {
    return json_out(json_pack("{s:o}", "drivers", drivers), "-", error);
  }
  json_decref(drivers);
  return STATUS_OK;
}

static int run_devices(int argc, char **argv)
{
  bool json = false;
  const struct option_spec specs[] = {
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "print one JSON object"}};
  struct option_set set = {.specs = specs, .count = 1};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(&command_devices, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  return list_all(json, &error) == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_devices, &error);
}

const struct command command_devices = {
  .name = "devices",
  .usage = "[--json]",
  .summary = "list the MIDI ports that each driver sees",
  .notes = "A part of a port's name is enough for `emend live --in NAME --out NAME`.",
  .run = run_devices,
};
