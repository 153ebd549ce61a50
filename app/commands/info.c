/* SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <sys/stat.h>

#include "commands.h"
#include "json_out.h"
#include "model.h"
#include "model_config.h"

static size_t parameter_count(const struct params *params)
{
  size_t count = 0;

  for (int i = 0; i < params->count; i++) {
    count += (size_t)params->list[i].rows * (size_t)params->list[i].cols;
  }
  return count;
}

static long long file_size(const char *path)
{
  struct stat about;
  return stat(path, &about) == 0 ? (long long)about.st_size : 0;
}

static enum status print_json(const struct model *model, const char *path, struct error *error)
{
  json_t *config = json_object(), *tensors = json_array(), *facts = json_object();

  for (int i = 0; i < CONFIG_KEYS; i++) {
    char text[CONFIG_TEXT];
    if (config_has(model->config.kind, i)) {
      config_text(&model->config, i, text);
      json_object_set_new(config, config_key(i), json_string(text));
    }
  }
  for (int i = 0; i < model->params.count; i++) {
    const struct param *param = &model->params.list[i];
    json_array_append_new(tensors,
                          json_pack("{s:s, s:[i, i]}", "name", param->name, "shape", param->rows, param->cols));
  }
  for (size_t i = 0; i < model->fact_count; i++) {
    json_object_set_new(facts, model->facts[i].key, json_string(model->facts[i].value));
  }
  json_t *object =
    json_pack("{s:o, s:s, s:I, s:I, s:b, s:b, s:o, s:o, s:o}", "model", json_text(path), "kind",
              net_kind_name(model->config.kind), "bytes", (json_int_t)file_size(path), "parameters",
              (json_int_t)parameter_count(&model->params), "has_gate", model_has_gate(model), "has_decision",
              model_has_decision(model), "config", config, "facts", facts, "tensors", tensors);
  return json_out(object, "-", error);
}

static const char *description(const struct model *model)
{
  if (model->config.kind == NET_VRAE) {
    return model->config.matches > 0 ? "a VRAE that fills gaps" : "a VRAE";
  }
  if (model->config.kind == NET_RNN) {
    return "a predictor without latents";
  }
  if (model_has_decision(model)) {
    return model_has_gate(model) ? "a VOSP that cleans played music and rolls"
                                 : "a VOSP that cleans played music";
  }
  return model_has_gate(model) ? "a VOSP that cleans rolls" : "a VOSP";
}

static void print_text(const struct model *model, const char *path)
{
  printf("%s: %s, %zu parameters, %lld bytes\n", path, description(model), parameter_count(&model->params),
         file_size(path));
  printf("\nConfiguration\n");
  for (int i = 0; i < CONFIG_KEYS; i++) {
    char text[CONFIG_TEXT];
    if (config_has(model->config.kind, i)) {
      config_text(&model->config, i, text);
      printf("  %-16s %s\n", config_key(i), text);
    }
  }
  printf("\nFacts\n");
  for (size_t i = 0; i < model->fact_count; i++) {
    printf("  %-16s %s\n", model->facts[i].key, model->facts[i].value);
  }
  printf("\nTensors\n");
  for (int i = 0; i < model->params.count; i++) {
    const struct param *param = &model->params.list[i];
    printf("  %-32s %5d x %d\n", param->name, param->rows, param->cols);
  }
}

static int run_info(int argc, char **argv)
{
  bool json = false;
  const struct option_spec specs[] = {
    {.name = "json", .kind = OPTION_FLAG, .value = &json, .help = "print one JSON object"}};
  struct option_set set = {
    .specs = specs, .count = 1, .operand_min = 1, .operand_max = 1, .operand_names = "MODEL is"};
  struct error error = {STATUS_OK, ""};
  struct model *model = NULL;

  int done = command_parse(&command_info, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  enum status status = model_load(&model, set.operands[0], &error);
  if (status == STATUS_OK && json) {
    status = print_json(model, set.operands[0], &error);
  } else if (status == STATUS_OK) {
    print_text(model, set.operands[0]);
  }
  if (model != NULL) {
    model_free(model);
  }
  return status == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_info, &error);
}

const struct command command_info = {
  .name = "info",
  .usage = "MODEL [--json]",
  .summary = "describe a model file",
  .run = run_info,
};
