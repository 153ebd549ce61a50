/* SPDX-License-Identifier: MIT */
#include "settings.h"

#include <sys/stat.h>

static void init_capture(struct settings *settings, struct option_spec specs[SETTINGS_COUNT])
{
  specs[SETTINGS_CAPTURE] = (struct option_spec){.name = "capture",
                                                 .kind = OPTION_FLAG,
                                                 .value = &settings->capture,
                                                 .help = "capture takes of the demo and of files too",
                                                 .given = &settings->capture_given};
  specs[SETTINGS_TAKES] =
    (struct option_spec){.name = "takes",
                         .kind = OPTION_TEXT,
                         .value = &settings->takes,
                         .argument = "DIR",
                         .help = "the folder of captured takes (~/.local/share/emend/takes)"};
  specs[SETTINGS_TAKE_PAUSE] = (struct option_spec){.name = "take-pause",
                                                    .kind = OPTION_NUMBER,
                                                    .value = &settings->take_pause,
                                                    .argument = "S",
                                                    .help = "seconds of silence that part two takes (20)",
                                                    .low = 0.1,
                                                    .high = 3600};
  specs[SETTINGS_CAPTURE_LIMIT] =
    (struct option_spec){.name = "capture-limit-mb",
                         .kind = OPTION_INTEGER,
                         .value = &settings->capture_limit_mb,
                         .argument = "MB",
                         .help = "room for all takes; the oldest not marked good are deleted (2048)",
                         .low = 1,
                         .high = 1e6};
}

static void init_learning(struct settings *settings, struct option_spec specs[SETTINGS_COUNT])
{
  specs[SETTINGS_LEARN] = (struct option_spec){.name = "learn",
                                               .kind = OPTION_FLAG,
                                               .value = &settings->learn,
                                               .help = "tune the preset to the player, from captured takes"};
  specs[SETTINGS_LEARN_SHARE] =
    (struct option_spec){.name = "learn-share",
                         .kind = OPTION_NUMBER,
                         .value = &settings->learn_share,
                         .argument = "S",
                         .help = "largest share of one core that learning may use (0.5)",
                         .low = 0.01,
                         .high = 1};
}

static void init_page(struct settings *settings, struct option_spec specs[SETTINGS_COUNT])
{
  specs[SETTINGS_PAGE] =
    (struct option_spec){.name = "page",
                         .kind = OPTION_FLAG,
                         .value = &settings->page,
                         .help = "show and control it in a browser; `emend page` opens it"};
  specs[SETTINGS_PAGE_ADDRESS] =
    (struct option_spec){.name = "page-address",
                         .kind = OPTION_TEXT,
                         .value = &settings->page_address,
                         .argument = "IP",
                         .help = "where the page is served; 0.0.0.0 lets a tablet in (127.0.0.1)"};
  specs[SETTINGS_PAGE_PORT] = (struct option_spec){.name = "page-port",
                                                   .kind = OPTION_INTEGER,
                                                   .value = &settings->page_port,
                                                   .argument = "N",
                                                   .help = "its port, 0 for any that is free (7474)",
                                                   .low = 0,
                                                   .high = 65535};
}

static enum status set_keep(const struct option_spec *spec, const char *text, struct error *error)
{
  return spare_keep(spec->value, text, error);
}

static void init_instrument(struct settings *settings, struct option_spec *specs)
{
  specs[SETTINGS_GEAR] = (struct option_spec){.name = "gear",
                                              .kind = OPTION_CHOICE,
                                              .value = &settings->gear,
                                              .help = "what is played: sets which faults there can be",
                                              .choices = gear_names,
                                              .given = &settings->gear_given};
  specs[SETTINGS_KEEP] =
    (struct option_spec){.name = "keep",
                         .kind = OPTION_CUSTOM,
                         .value = &settings->spare,
                         .argument = "KEYS",
                         .help = "never remove these: C0:B0, ch3 or ch3/C0:B0; may be given again",
                         .set = set_keep};
}

void settings_init(struct settings *settings, struct option_spec specs[SETTINGS_COUNT])
{
  *settings = (struct settings){.preset = "pop",
                                .driver = "auto",
                                .mode = LIVE_CLEAN,
                                .capture = true,
                                .take_pause = 20,
                                .capture_limit_mb = 2048,
                                .learn_share = 0.5,
                                .page_address = "127.0.0.1",
                                .page_port = 7474};
  specs[SETTINGS_PRESET] = (struct option_spec){.name = "preset",
                                                .kind = OPTION_TEXT,
                                                .value = &settings->preset,
                                                .argument = "PRESET",
                                                .help = "the preset, by name or path (pop)"};
  specs[SETTINGS_STRENGTH] = (struct option_spec){.name = "strength",
                                                  .kind = OPTION_NUMBER,
                                                  .value = &settings->strength,
                                                  .argument = "S",
                                                  .help = "how much to remove, 0 to 1 (the preset's)",
                                                  .low = 0,
                                                  .high = 1,
                                                  .given = &settings->strength_given};
  specs[SETTINGS_LOOK_AHEAD] =
    (struct option_spec){.name = "look-ahead",
                         .kind = OPTION_NUMBER,
                         .value = &settings->look_ahead,
                         .argument = "MS",
                         .help = "decide that much later, for crosstalk that comes first (0)",
                         .low = 0,
                         .high = PRESET_LOOK_AHEAD_MAX,
                         .given = &settings->look_ahead_given};
  specs[SETTINGS_MODE] = (struct option_spec){.name = "mode",
                                              .kind = OPTION_CHOICE,
                                              .value = &settings->mode,
                                              .help = "monitor shows what clean would remove",
                                              .choices = preset_modes,
                                              .given = &settings->mode_given};
  specs[SETTINGS_DRIVER] = (struct option_spec){.name = "driver",
                                                .kind = OPTION_TEXT,
                                                .value = &settings->driver,
                                                .argument = "DRIVER",
                                                .help = "auto, file, or one that emend devices lists (auto)"};
  specs[SETTINGS_IN] = (struct option_spec){.name = "in",
                                            .kind = OPTION_TEXT,
                                            .value = &settings->in,
                                            .argument = "PORT",
                                            .help = "connect to the input port with this in its name"};
  specs[SETTINGS_OUT] = (struct option_spec){.name = "out",
                                             .kind = OPTION_TEXT,
                                             .value = &settings->out,
                                             .argument = "PORT",
                                             .help = "connect to the output port with this in its name"};
  init_capture(settings, specs);
  init_learning(settings, specs);
  init_instrument(settings, specs);
  init_page(settings, specs);
}

enum status settings_read_file(struct settings *settings, const struct option_spec specs[SETTINGS_COUNT],
                               struct error *error)
{
  const struct option_set set = {.specs = specs, .count = SETTINGS_COUNT};
  struct stat about;
  char path[DATAFILE_PATH_MAX];

  datafile_user_config(path);
  if (path[0] == '\0' || stat(path, &about) != 0) {
    return STATUS_OK;
  }
  if (!S_ISREG(about.st_mode)) { /* a pipe would be waited for */
    return error_set(error, STATUS_IO, "%.300s: is no regular file; move it away, or put settings in its place",
                     path);
  }
  return options_read_file(&set, path, &settings->file, error);
}

int settings_parse(struct settings *settings, const struct option_spec specs[SETTINGS_COUNT],
                   const struct command *command, struct option_set *set, int argc, char **argv)
{
  struct error error = {STATUS_OK, ""};
  const int done = command_parse(command, set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  if (settings_read_file(settings, specs, &error) != STATUS_OK) {
    return command_fail(command, &error);
  }
  return command_parse(command, set, argc, argv);
}

void settings_free(struct settings *settings)
{
  options_file_free(&settings->file);
}

enum status settings_preset(const struct settings *settings, struct preset *preset, struct error *error)
{
  enum status status = preset_load(preset, settings->preset, error);

  if (settings->strength_given) {
    preset->strength = settings->strength;
  }
  if (settings->look_ahead_given) {
    preset->look_ahead = settings->look_ahead;
  }
  if (settings->mode_given) {
    preset->mode = settings->mode;
  }
  return status;
}
