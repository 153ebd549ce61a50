/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cmocka_all.h"
#include "folder.h"
#include "settings.h"

static struct folder folder;
static struct preset preset;
static struct error error;

static void put(const char *name, const char *text)
{
  char path[512];

  snprintf(path, sizeof path, "%s/%s", folder.path, name);
  for (char *slash = strchr(path + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    mkdir(path, 0777);
    *slash = '/';
  }
  folder_put(path, text, strlen(text));
}

static int set_up(void **state)
{
  (void)state;
  folder_make(&folder);
  setenv("XDG_DATA_HOME", folder.path, 1);
  setenv("XDG_CONFIG_HOME", folder.path, 1);
  put("emend/presets/mine/preset.cfg",
      "description = \"My hands\"; model = \"m.safetensors\"; strength = 0.7;\n"
      "look_ahead = 12; mode = \"monitor\"; bpm = 90; filler = \"f.safetensors\";\n"
      "fill_strength = 0.3;");
  put("emend/presets/mine/m.safetensors", "");
  put("emend/presets/bare/preset.cfg", "strength = 0.25;");
  put("emend/presets/wrong/preset.cfg", "\nstrength = 7;");
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  folder_remove(folder.path);
  return 0;
}

static void finds_one_by_name(void **state)
{
  (void)state;
  assert_int_equal(preset_load(&preset, "mine", &error), STATUS_OK);
  assert_string_equal(preset.name, "mine");
  assert_string_equal(preset.description, "My hands");
  assert_true(preset.strength == 0.7 && preset.look_ahead == 12 && preset.bpm == 90);
  assert_int_equal(preset.mode, LIVE_MONITOR);
  assert_non_null(strstr(preset.model_path, "/emend/presets/mine/m.safetensors"));
  assert_non_null(strstr(preset.filler_path, "/emend/presets/mine/f.safetensors"));
  assert_true(preset.fill_strength == 0.3);
}

static void finds_one_by_path(void **state)
{
  (void)state;
  char path[256];

  snprintf(path, sizeof path, "%s/emend/presets/mine", folder.path);
  assert_int_equal(preset_load(&preset, path, &error), STATUS_OK);
  assert_string_equal(preset.name, "mine");
  snprintf(path, sizeof path, "%s/emend/presets/mine/preset.cfg", folder.path);
  assert_int_equal(preset_load(&preset, path, &error), STATUS_OK);
  assert_string_equal(preset.name, "mine");
  assert_int_equal(preset_load(&preset, "some/model.safetensors", &error), STATUS_OK);
  assert_string_equal(preset.model_path, "some/model.safetensors");
  assert_string_equal(preset.name, "model.safetensors");
}

static void names_the_others_for_an_unknown_one(void **state)
{
  (void)state;
  assert_int_equal(preset_load(&preset, "nobody", &error), STATUS_NOT_FOUND);
  assert_non_null(strstr(error.text, "no preset 'nobody'; there are: "));
  assert_non_null(strstr(error.text, "mine"));
  assert_int_equal(preset_load(&preset, "", &error), STATUS_NOT_FOUND);
  assert_int_equal(preset_load(&preset, "a/b", &error), STATUS_NOT_FOUND);
}

static void refuses_one_without_its_model_or_with_bad_values(void **state)
{
  (void)state;
  assert_int_equal(preset_load(&preset, "bare", &error), STATUS_NOT_FOUND);
  assert_non_null(strstr(error.text, "vosp.safetensors: the model of preset 'bare' cannot be read"));
  assert_int_equal(preset_load(&preset, "wrong", &error), STATUS_FORMAT);
  assert_non_null(strstr(error.text, "preset.cfg:2: strength must be from 0 to 1, not 7"));
}

static void the_user_s_settings_come_over_the_preset_s(void **state)
{
  (void)state;
  struct option_spec specs[SETTINGS_COUNT];
  struct settings settings;

  put("emend/emend.conf", "preset = \"mine\"; strength = 0.1; in = \"Keystation\";");
  settings_init(&settings, specs);
  assert_int_equal(settings_read_file(&settings, specs, &error), STATUS_OK);
  assert_int_equal(settings_preset(&settings, &preset, &error), STATUS_OK);
  assert_string_equal(settings.in, "Keystation");
  assert_true(preset.strength == 0.1 && preset.look_ahead == 12);
  settings_free(&settings);

  put("emend/emend.conf", "strenght = 0.1;");
  settings_init(&settings, specs);
  assert_int_equal(settings_read_file(&settings, specs, &error), STATUS_FORMAT);
  assert_non_null(strstr(error.text, "emend.conf:1: unknown setting 'strenght'"));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(finds_one_by_name),
    cmocka_unit_test(finds_one_by_path),
    cmocka_unit_test(names_the_others_for_an_unknown_one),
    cmocka_unit_test(refuses_one_without_its_model_or_with_bad_values),
    cmocka_unit_test(the_user_s_settings_come_over_the_preset_s),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
