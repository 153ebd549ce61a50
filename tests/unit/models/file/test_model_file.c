/* SPDX-License-Identifier: MIT */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleaner.h"
#include "cmocka_all.h"
#include "file.h"
#include "folder.h"
#include "model.h"
#include "model_config.h"
#include "safetensors.h"

static const struct net_config small = {
  .frame = {FRAME_MILLISECONDS, 60, 2},
  .tie = TIE_PITCH,
  .cell = CELL_GRU,
  .posterior = POSTERIOR_INCREMENTS,
  .feed = FEED_INCREMENT,
  .past = PAST_PASSED,
  .hidden = 3,
  .latent = 2,
  .generator = 4,
  .gate = 2,
};

static const struct net_config filler = {
  .kind = NET_VRAE,
  .frame = {FRAME_BEATS, 0.25, 1},
  .tie = TIE_PITCH,
  .cell = CELL_GRU,
  .posterior = POSTERIOR_INCREMENTS,
  .feed = FEED_INCREMENT,
  .hidden = 3,
  .latent = 2,
  .generator = 4,
  .matches = 2,
};

static struct model *make_model(const struct net_config *config)
{
  struct model *model;
  struct error error;
  assert_int_equal(model_new(&model, config, &error), STATUS_OK);
  for (int i = 0; i < model->params.count; i++) {
    const struct param *param = &model->params.list[i];
    for (int k = 0; k < param->rows * param->cols; k++) {
      model->params.block[param->offset + (size_t)k] = (float)(i * 1000 + k) / 7.0f;
    }
  }
  return model;
}

static void assert_same_model(const struct model *a, const struct model *b)
{
  assert_int_equal(a->params.count, b->params.count);
  assert_int_equal(a->params.size, b->params.size);
  assert_memory_equal(a->params.block, b->params.block, a->params.size * sizeof(float));
  assert_int_equal(a->config.kind, b->config.kind);
  for (int i = 0; i < CONFIG_KEYS; i++) {
    char x[CONFIG_TEXT], y[CONFIG_TEXT];
    config_text(&a->config, i, x);
    config_text(&b->config, i, y);
    assert_string_equal(x, y);
  }
  assert_int_equal(a->fact_count, b->fact_count);
  for (size_t i = 0; i < a->fact_count; i++) {
    assert_string_equal(a->facts[i].key, b->facts[i].key);
    assert_string_equal(a->facts[i].value, b->facts[i].value);
  }
}

static void round_trip(const struct net_config *config)
{
  const char *path = folder_join(&test_folder, "model");
  struct error error = {0};
  struct model *model = make_model(config), *loaded;
  assert_int_equal(model_set_fact(model, "command", "emend train \"vosp\"\n"), STATUS_OK);
  assert_int_equal(model_set_fact(model, "a", "1"), STATUS_OK);
  assert_int_equal(model_save(model, path, &error), STATUS_OK);
  if (model_load(&loaded, path, &error) != STATUS_OK) {
    fail_msg("%s", error.text);
  }
  assert_same_model(model, loaded);
  model_free(loaded);
  model_free(model);
}

static void loads_what_was_saved(void **state)
{
  (void)state;
  struct net_config config = small;
  round_trip(&config);
  config.gate = 0;
  config.cell = CELL_TANH;
  config.tie = TIE_NONE;
  config.past = PAST_RECEIVED;
  config.posterior = POSTERIOR_GAUSS_MARKOV;
  config.feed = FEED_LEVEL;
  config.frame = (struct frame_def){FRAME_BEATS, 1.0 / 3, 1};
  round_trip(&config);
  config.cell = CELL_FD;
  config.posterior = POSTERIOR_DIAGONAL;
  round_trip(&config);
  config.cell = CELL_DEEP;
  round_trip(&config);
  round_trip(&filler);
  config = filler;
  config.matches = 0;
  config.tie = TIE_NONE;
  config.cell = CELL_FD;
  round_trip(&config);
}

static size_t count_meta(const char *path, const char *key)
{
  uint8_t *data;
  size_t size, count = 0;
  struct error error;
  struct safetensors file;
  assert_int_equal(file_read(path, 1 << 20, &data, &size, &error), STATUS_OK);
  assert_int_equal(safetensors_read(&file, data, size, path, &error), STATUS_OK);
  for (size_t i = 0; i < file.meta_count; i++) {
    count += strcmp(file.meta[i].key, key) == 0;
  }
  safetensors_free(&file);
  free(data);
  return count;
}

/* A file holds the settings of its kind and no others. */
static void each_kind_has_its_settings(void **state)
{
  (void)state;
  static const char *const keys[] = {"past", "gate", "matches", "hidden"};
  static const size_t wanted[][4] = {{1, 1, 0, 1}, {0, 0, 1, 1}};
  for (int kind = NET_VOSP; kind <= NET_VRAE; kind++) {
    const char *path = folder_join(&test_folder, "model");
    struct net_config config = kind == NET_VRAE ? filler : small;
    struct error error;
    struct model *model = make_model(&config);
    assert_int_equal(model_save(model, path, &error), STATUS_OK);
    for (int k = 0; k < 4; k++) {
      assert_int_equal(count_meta(path, keys[k]), wanted[kind][k]);
    }
    const char *other = kind == NET_VRAE ? "gate" : "matches";
    assert_int_equal(config_set(&config, other, "1", "test", &error), STATUS_NOT_FOUND);
    model_free(model);
  }
}

static void another_kind_is_refused_by_name(void **state)
{
  (void)state;
  struct error error;
  struct cleaner *cleaner;
  struct model *vosp = make_model(&small), *vrae = make_model(&filler);
  assert_int_equal(model_need_kind(vosp, NET_VOSP, "a.st", "emend live", &error), STATUS_OK);
  assert_int_equal(model_need_kind(vrae, NET_VOSP, "a.st", "emend live", &error), STATUS_UNSUPPORTED);
  assert_string_equal(error.text,
                      "a.st is a model of kind emend.vrae (a filler); `emend live` needs one of kind "
                      "emend.vosp");
  assert_int_equal(model_need_kind(vosp, NET_VRAE, "b.st", "emend fill", &error), STATUS_UNSUPPORTED);
  assert_string_equal(error.text,
                      "b.st is a model of kind emend.vosp; `emend fill` needs one of kind emend.vrae");
  assert_int_equal(model_cleaner_new(vrae, &cleaner, &error), STATUS_UNSUPPORTED);
  assert_null(cleaner);
  model_free(vosp);
  model_free(vrae);
}

/* It can be trained, but the live step does not know it. */
static void a_deep_cell_is_not_live(void **state)
{
  (void)state;
  struct error error;
  struct cleaner *cleaner;
  struct model *model;
  struct net_config config = small;
  config.cell = CELL_DEEP;
  assert_true(config.gate > 0);
  assert_int_equal(model_new(&model, &config, &error), STATUS_USAGE);
  assert_non_null(strstr(error.text, "--gate 0"));
  config.gate = 0;
  model = make_model(&config);
  assert_int_equal(model_cleaner_new(model, &cleaner, &error), STATUS_UNSUPPORTED);
  assert_non_null(strstr(error.text, "'deep' cannot run live"));
  assert_null(cleaner);
  model_free(model);
}

static void keeps_facts(void **state)
{
  (void)state;
  struct model *model = make_model(&small);
  assert_null(model_fact(model, "data"));
  assert_int_equal(model_set_fact(model, "data", "first"), STATUS_OK);
  assert_int_equal(model_set_fact(model, "licence", "MIT"), STATUS_OK);
  assert_int_equal(model_set_fact(model, "data", "second"), STATUS_OK);
  assert_string_equal(model_fact(model, "data"), "second");
  assert_int_equal(model->fact_count, 2);
  assert_int_equal(model_set_fact(model, "hidden", "5"), STATUS_USAGE);
  assert_int_equal(model_set_fact(model, "kind", "other"), STATUS_USAGE);
  model_free(model);
}

/* Paths may be in another encoding. What is no UTF-8: Latin-1, a surrogate, beyond the last character, a long
 * form of '/', and a character cut off. */
static void facts_become_text_that_can_be_saved(void **state)
{
  (void)state;
  const char *path = folder_join(&test_folder, "encoded");
  struct error error = {0};
  struct model *model = make_model(&small), *loaded = NULL;
  assert_int_equal(model_set_fact(model, "command",
                                  "caf\xE9 \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xB9 \xED\xA0\x80 "
                                  "\xF4\x90\x80\x80 \xC0\xAF \xE2\x82"),
                   STATUS_OK);
  assert_int_equal(model_save(model, path, &error), STATUS_OK);
  assert_int_equal(model_load(&loaded, path, &error), STATUS_OK);
  assert_string_equal(model_fact(loaded, "command"),
                      "caf? \xC3\xA9 \xE2\x82\xAC \xF0\x9F\x8E\xB9 ??? ???? ?? ??");
  model_free(loaded);
  model_free(model);
}

static void knows_a_trained_gate(void **state)
{
  (void)state;
  struct model *model;
  struct error error;
  assert_int_equal(model_new(&model, &small, &error), STATUS_OK);
  assert_false(model_has_gate(model));
  params_get(&model->params, "gate.scale")[1] = 1.0f;
  assert_true(model_has_gate(model));
  model_free(model);
  struct net_config without = small;
  without.gate = 0;
  model = make_model(&without);
  assert_false(model_has_gate(model));
  model_free(model);
}

/* The file of a small model with one metadata value changed (or removed: NULL), or a tensor changed. */
struct change {
  const char *key, *value;
  const char *drop;   /* tensor left out */
  const char *resize; /* tensor with one column more */
  const char *add;    /* tensor that does not belong */
  enum status status;
  const char *says;
};

static void change_params(const struct params *from, const struct change *change, struct params *to)
{
  memset(to, 0, sizeof *to);
  for (int i = 0; i < from->count; i++) {
    const struct param *param = &from->list[i];
    const int more = change->resize != NULL && strcmp(param->name, change->resize) == 0;
    if (change->drop == NULL || strcmp(param->name, change->drop) != 0) {
      assert_int_equal(params_add(to, param->name, param->rows, param->cols + more), STATUS_OK);
    }
  }
  if (change->add != NULL) {
    assert_int_equal(params_add(to, change->add, 2, 2), STATUS_OK);
  }
  assert_int_equal(params_alloc(to), STATUS_OK);
}

static void put_changed(const char *path, const char *to, const struct change *change)
{
  uint8_t *data;
  size_t size;
  struct error error;
  assert_int_equal(file_read(path, 1 << 20, &data, &size, &error), STATUS_OK);
  struct safetensors file;
  assert_int_equal(safetensors_read(&file, data, size, path, &error), STATUS_OK);
  free(data);
  struct safetensors_meta meta[64];
  size_t count = 0;
  for (size_t i = 0; i < file.meta_count; i++) {
    meta[count] = file.meta[i];
    if (change->key != NULL && strcmp(meta[count].key, change->key) == 0) {
      meta[count].value = (char *)change->value;
    }
    count += meta[count].value != NULL;
  }
  struct params params;
  change_params(&file.params, change, &params);
  assert_int_equal(safetensors_write(&params, meta, count, &data, &size, &error), STATUS_OK);
  folder_put(to, data, size);
  free(data);
  params_free(&params);
  safetensors_free(&file);
}

static void refuses_files_that_are_no_such_model(void **state)
{
  (void)state;
  static const struct change changes[] = {
    {.key = "none", .status = STATUS_OK},
    {.key = "kind", .value = NULL, .status = STATUS_UNSUPPORTED, .says = "emend train"},
    {.key = "kind",
     .value = "emend.nade",
     .status = STATUS_UNSUPPORTED,
     .says = "emend.vosp, emend.vrae or emend.rnn"},
    {.key = "kind", .value = "emend.vrae", .status = STATUS_FORMAT, .says = "matches"},
    {.key = "format", .value = "2", .status = STATUS_UNSUPPORTED, .says = "format 1"},
    {.key = "hidden", .value = NULL, .status = STATUS_FORMAT, .says = "hidden"},
    {.key = "hidden", .value = "4", .status = STATUS_FORMAT, .says = " x "},
    {.key = "hidden", .value = "3.5", .status = STATUS_FORMAT, .says = "whole"},
    {.key = "hidden", .value = "1e9", .status = STATUS_FORMAT, .says = "hidden"},
    {.key = "hidden", .value = "nan", .status = STATUS_FORMAT, .says = "hidden"},
    {.key = "hidden", .value = "", .status = STATUS_FORMAT, .says = "hidden"},
    {.key = "latent", .value = "-1", .status = STATUS_FORMAT, .says = "latent"},
    {.key = "cell", .value = "lstm", .status = STATUS_FORMAT, .says = "gru"},
    {.key = "tie", .value = "none", .status = STATUS_FORMAT, .says = " x "},
    {.key = "frame.unit", .value = "weeks", .status = STATUS_FORMAT, .says = "beats"},
    {.key = "frame.length", .value = "0", .status = STATUS_FORMAT, .says = "frame.length"},
    {.key = "frame.values", .value = "3", .status = STATUS_FORMAT, .says = "frame.values"},
    {.drop = "out.b", .status = STATUS_FORMAT, .says = "out.b"},
    {.drop = "gate.threshold", .status = STATUS_FORMAT, .says = "gate.threshold"},
    {.resize = "head.w", .status = STATUS_FORMAT, .says = "head.w"},
    {.add = "extra", .status = STATUS_FORMAT, .says = "extra"},
  };
  const char *path = folder_join(&test_folder, "model"), *changed = folder_join(&test_folder, "changed");
  struct error error;
  struct model *model = make_model(&small), *loaded;
  assert_int_equal(model_save(model, path, &error), STATUS_OK);
  model_free(model);
  for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
    const struct change *change = &changes[i];
    char to[600], from[600];
    snprintf(from, sizeof from, "%s", path);
    snprintf(to, sizeof to, "%s", changed);
    put_changed(from, to, change);
    const enum status status = model_load(&loaded, to, &error);
    if (status == STATUS_OK) {
      model_free(loaded);
    }
    if (status != change->status ||
        (status != STATUS_OK && (!strstr(error.text, change->says) || !strstr(error.text, to)))) {
      fail_msg("case %zu: %s: %s", i, status_name(status), status == STATUS_OK ? "" : error.text);
    }
  }
}

static void refuses_what_is_not_there(void **state)
{
  (void)state;
  struct model *model;
  struct error error;
  assert_int_equal(model_load(&model, folder_join(&test_folder, "none"), &error), STATUS_NOT_FOUND);
  assert_null(model);
  assert_int_equal(model_load(&model, test_folder.path, &error), STATUS_IO);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, test_folder_set_up, test_folder_tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    TEST(each_kind_has_its_settings),
    TEST(another_kind_is_refused_by_name),
    TEST(a_deep_cell_is_not_live),
    TEST(loads_what_was_saved),
    TEST(keeps_facts),
    TEST(facts_become_text_that_can_be_saved),
    TEST(knows_a_trained_gate),
    TEST(refuses_files_that_are_no_such_model),
    TEST(refuses_what_is_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
