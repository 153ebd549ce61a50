/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "doctor.h"
#include "paths.h"
#include "port_file.h"

enum { PORTS_MAX = 256 };

/* What was seen over all drivers that the settings allow. */
struct seen {
  int works; /* drivers */
  size_t inputs;
  bool in, out; /* the ports that the settings name */
};

bool doctor_pipewire_runs(void)
{
  const char *folder = getenv("PIPEWIRE_RUNTIME_DIR");
  char path[DATAFILE_PATH_MAX];
  struct stat about;

  folder = folder != NULL ? folder : getenv("XDG_RUNTIME_DIR");
  return folder != NULL && snprintf(path, sizeof path, "%s/pipewire-0", folder) < DATAFILE_PATH_MAX &&
         stat(path, &about) == 0 && S_ISSOCK(about.st_mode);
}

static bool wanted(const struct settings *settings, const char *driver)
{
  return strcmp(settings->driver, "auto") == 0 || strcmp(settings->driver, driver) == 0;
}

static void look_at_ports(struct seen *seen, const struct settings *settings, const struct port_info *list,
                          size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (list[i].direction == PORT_IN) {
      seen->inputs++;
      seen->in = seen->in || (settings->in != NULL && port_name_matches(list[i].name, settings->in));
    } else {
      seen->out = seen->out || (settings->out != NULL && port_name_matches(list[i].name, settings->out));
    }
  }
}

/* Of an error "jack: what is so: what to do" what comes after "jack: ". */
static const char *without_name(const char *text, const char *name)
{
  size_t size = strlen(name);
  return strncmp(text, name, size) == 0 && strncmp(text + size, ": ", 2) == 0 ? text + size + 2 : text;
}

static void judge_driver(struct doctor *doctor, const struct port_driver *driver,
                         const struct settings *settings, bool pipewire, struct port_info *list,
                         struct seen *seen)
{
  struct error trouble = {STATUS_OK, ""};
  char name[DOCTOR_NAME];
  size_t count = 0, inputs = 0;
  const bool works = driver->list(list, PORTS_MAX, &count, &trouble) == STATUS_OK;
  const bool chosen = strcmp(settings->driver, driver->name) == 0;

  snprintf(name, sizeof name, "driver %s", driver->name);
  if (works) {
    for (size_t i = 0; i < count; i++) {
      inputs += list[i].direction == PORT_IN;
    }
    doctor_add(doctor, DOCTOR_FINE, name, "works; %zu input%s and %zu output%s", inputs, inputs == 1 ? "" : "s",
               count - inputs, count - inputs == 1 ? "" : "s");
    if (wanted(settings, driver->name)) {
      seen->works++;
      look_at_ports(seen, settings, list, count);
    }
    return;
  }
  struct doctor_finding *finding = doctor_add(doctor, chosen ? DOCTOR_FAULT : DOCTOR_ADVICE, name, "%.400s",
                                              without_name(trouble.text, driver->name));
  if (strcmp(driver->name, "jack") == 0 && pipewire) {
    doctor_todo(finding, "PipeWire runs here: start emend as `pw-jack emend live`");
  }
}

/* One driver is enough: what is amiss with others is worth knowing, no more. */
static void forgive(struct doctor *doctor, int first)
{
  for (int i = first; i < doctor->count; i++) {
    struct doctor_finding *finding = &doctor->findings[i];
    finding->verdict = finding->verdict == DOCTOR_ADVICE ? DOCTOR_FINE : finding->verdict;
  }
}

static void judge_port(struct doctor *doctor, const char *name, const char *asked, bool found)
{
  if (asked == NULL) {
    return;
  }
  if (found) {
    doctor_add(doctor, DOCTOR_FINE, name, "'%.100s' is there", asked);
  } else {
    doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, name, "no port has '%.100s' in its name", asked),
                "plug it in (emend waits for it) or choose one that emend devices lists");
  }
}

void doctor_drivers(struct doctor *doctor, const struct port_driver *const *drivers,
                    const struct settings *settings, bool pipewire)
{
  struct port_info *list = calloc(PORTS_MAX, sizeof *list);
  struct seen seen = {0};
  bool known = strcmp(settings->driver, "auto") == 0;
  const int first = doctor->count;

  if (strcmp(settings->driver, port_driver_file.name) == 0) {
    free(list);
    doctor_add(doctor, DOCTOR_FINE, "drivers", "the settings ask for files, which need none");
    return;
  }
  for (int i = 0; list != NULL && drivers[i] != NULL; i++) {
    known = known || strcmp(settings->driver, drivers[i]->name) == 0;
    judge_driver(doctor, drivers[i], settings, pipewire, list, &seen);
  }
  free(list);
  if (seen.works > 0) {
    forgive(doctor, first);
  }
  if (!known) {
    doctor_todo(doctor_add(doctor, DOCTOR_FAULT, "drivers", "there is no driver '%.60s'", settings->driver),
                "set driver = \"auto\" in emend.conf");
  } else if (seen.works == 0) {
    doctor_todo(doctor_add(doctor, DOCTOR_FAULT, "drivers", "no MIDI system works, so emend live has no ports"),
                "start JACK or PipeWire, or as root run `modprobe snd-seq`");
  } else {
    judge_port(doctor, "port in", settings->in, seen.in);
    judge_port(doctor, "port out", settings->out, seen.out);
    if (settings->in == NULL && seen.inputs == 0) {
      doctor_todo(doctor_add(doctor, DOCTOR_ADVICE, "ports", "no keyboard to be seen"),
                  "plug one in; a keyboard on ALSA shows up in JACK with `a2jmidid -e`");
    }
  }
}
