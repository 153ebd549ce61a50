/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>

#include "blas_core.h"
#include "commands.h"
#include "doctor.h"
#include "json_out.h"

/* Bad settings end `emend live`, so they are a fault; the checks go on with what it would use without them. */
static void read_settings(struct doctor *doctor, struct settings *settings)
{
  struct option_spec specs[SETTINGS_COUNT];
  struct error error = {STATUS_OK, ""};
  char path[DATAFILE_PATH_MAX];

  settings_init(settings, specs);
  datafile_user_config(path);
  if (settings_read_file(settings, specs, &error) != STATUS_OK) {
    settings_init(settings, specs);
    struct doctor_finding *finding = doctor_add(doctor, DOCTOR_FAULT, "settings", "%.400s", error.text);
    if (error.status == STATUS_FORMAT && strstr(error.text, "; ") == NULL) {
      doctor_todo(finding, "correct that line");
    }
  } else if (path[0] == '\0') {
    doctor_add(doctor, DOCTOR_FINE, "settings", "none, as there is no home folder: HOME is not set");
  } else {
    doctor_add(doctor, DOCTOR_FINE, "settings", settings->file.config != NULL ? "%.400s" : "none in %.400s",
               path);
  }
}

static void examine(struct doctor *doctor)
{
  struct doctor_rights rights;
  struct settings settings;

  read_settings(doctor, &settings);
  doctor_rights_read(&rights);
  doctor_rights(doctor, &rights);
  doctor_governor(doctor, "/sys/devices/system/cpu");
  const struct blas_features features = blas_features();
  doctor_blas(doctor, blas_core(), blas_core_better(blas_core(), &features));
  doctor_drivers(doctor, port_drivers, &settings, doctor_pipewire_runs());
  doctor_presets(doctor, settings.preset);
  doctor_takes(doctor, &settings);
  settings_free(&settings);
}

static int run_doctor(int argc, char **argv)
{
  bool json = false;
  const struct option_spec specs[] = {
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "print one JSON object"}};
  struct option_set set = {.specs = specs, .count = 1};
  struct error error = {STATUS_OK, ""};

  int done = command_parse(&command_doctor, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  struct doctor *doctor = calloc(1, sizeof *doctor);
  if (doctor == NULL) {
    error_set(&error, STATUS_NO_MEMORY, "out of memory for the findings");
    return command_fail(&command_doctor, &error);
  }
  examine(doctor);
  enum status status = STATUS_OK;
  if (json) {
    status = json_out(doctor_json(doctor), "-", &error);
  } else {
    doctor_print(doctor, stdout);
  }
  const bool usable = doctor_worst(doctor) != DOCTOR_FAULT;
  free(doctor);
  if (status != STATUS_OK) {
    return command_fail(&command_doctor, &error);
  }
  return usable ? EXIT_SUCCESS : EXIT_FAILURE;
}

const struct command command_doctor = {
  .name = "doctor",
  .usage = "[--json]",
  .summary = "check that emend live can run on this machine",
  .notes = "Settings, real-time limits, groups, the processor's clock and kernels, drivers, ports, presets, "
           "personal models and\n"
           "the folder of takes, a line each: fine, advice (live works without) or fault (it does not).\n"
           "Ends with 0 where nothing stops live, else with 1.",
  .run = run_doctor,
};
