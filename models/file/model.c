/* SPDX-License-Identifier: MIT */
#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decision_model.h"
#include "file.h"
#include "gate_model.h"
#include "head_model.h"
#include "model_config.h"
#include "safetensors.h"
#include "shapes.h"
#include "utf8.h"

enum { MODEL_FILE_MAX = 1 << 28, STAMP_KEYS = 2, KIND_TEXT = 16 };

#define MODEL_FORMAT "1"

static enum status no_memory(struct error *error)
{
  (void)error_set(error, STATUS_NO_MEMORY, "out of memory for the model");
  return STATUS_NO_MEMORY;
}

/* A file's stamp of its kind: "emend.vosp". */
static void kind_text(enum net_kind kind, char text[KIND_TEXT])
{
  snprintf(text, KIND_TEXT, MODEL_KIND_PREFIX "%s", net_kind_name(kind));
}

static enum status lay_out(const struct net_config *config, struct params *params, struct error *error)
{
  if (config->kind == NET_VRAE) {
    return vrae_layout(config, params, error);
  }
  if ((config->gate > 0 || config->decision > 0) && !net_config_runs_live(config)) {
    return error_set(
      error, STATUS_USAGE,
      "only a VOSP without the nade emission can have a gate or a decision, as it alone works live; give "
      "--gate 0 and --decision 0");
  }
  enum status status = vosp_layout(config, params, error);
  if (status == STATUS_OK) {
    status = gate_layout(config, params, error);
  }
  return status == STATUS_OK ? decision_layout(config, params, error) : status;
}

/* A model of this configuration without its block of weights. */
static enum status model_lay_out(struct model **out, const struct net_config *config, struct error *error)
{
  struct model *model = calloc(1, sizeof *model);
  if (model == NULL) {
    return no_memory(error);
  }
  model->config = *config;
  if (config->kind != NET_VRAE && config->layers == 0) {
    model->config.layers = 1;
  }
  const enum status status = lay_out(config, &model->params, error);
  if (status != STATUS_OK) {
    model_free(model);
    return status;
  }
  *out = model;
  return STATUS_OK;
}

enum status model_new(struct model **model, const struct net_config *config, struct error *error)
{
  *model = NULL;
  const enum status status = model_lay_out(model, config, error);
  if (status == STATUS_OK && params_alloc(&(*model)->params) != STATUS_OK) {
    model_free(*model);
    *model = NULL;
    return no_memory(error);
  }
  return status;
}

void model_free(struct model *model)
{
  if (model == NULL) {
    return;
  }
  params_free(&model->params);
  for (size_t i = 0; i < model->fact_count; i++) {
    free(model->facts[i].key);
    free(model->facts[i].value);
  }
  free(model->facts);
  free(model);
}

static bool is_config_key(const char *key)
{
  for (int i = 0; i < CONFIG_KEYS; i++) {
    if (strcmp(config_key(i), key) == 0) {
      return true;
    }
  }
  return strcmp(key, "kind") == 0 || strcmp(key, "format") == 0;
}

static enum status read_kind(const struct safetensors *file, const char *path, enum net_kind *kind,
                             struct error *error)
{
  static const enum net_kind kinds[] = {NET_VOSP, NET_VRAE, NET_RNN};
  const char *found = safetensors_meta_find(file, "kind");
  for (size_t i = 0; found != NULL && i < sizeof kinds / sizeof *kinds; i++) {
    char text[KIND_TEXT];
    kind_text(kinds[i], text);
    if (strcmp(found, text) == 0) {
      *kind = kinds[i];
      return STATUS_OK;
    }
  }
  return error_set(
    error, STATUS_UNSUPPORTED,
    "%s is not a model of kind emend.vosp, emend.vrae or emend.rnn; give one that `emend train` made", path);
}

static enum status read_config(const struct safetensors *file, const char *path, struct net_config *config,
                               struct error *error)
{
  memset(config, 0, sizeof *config);
  if (read_kind(file, path, &config->kind, error) != STATUS_OK) {
    return STATUS_UNSUPPORTED;
  }
  const char *format = safetensors_meta_find(file, "format");
  if (format == NULL || strcmp(format, MODEL_FORMAT) != 0) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "%s is not of model format %s; use the emend that made it, or a newer one", path,
                     MODEL_FORMAT);
  }
  for (int i = 0; i < CONFIG_KEYS; i++) {
    if (!config_has(config->kind, i)) {
      continue;
    }
    const char *found = safetensors_meta_find(file, config_key(i));
    const char *text = found != NULL ? found : config_older(i);
    if (text == NULL) {
      return error_set(error, STATUS_FORMAT, "%s: its metadata lacks %s; the file is damaged or not emend's",
                       path, config_key(i));
    }
    struct error inner;
    if (config_set(config, config_key(i), text, path, &inner) != STATUS_OK) {
      return error_set(error, STATUS_FORMAT, "%.400s; the file is damaged or not emend's", inner.text);
    }
  }
  return STATUS_OK;
}

/* Every tensor of the layout with its shape, and no other. */
static enum status check_tensors(const struct params *wanted, const struct params *found, const char *path,
                                 struct error *error)
{
  for (int i = 0; i < wanted->count; i++) {
    const struct param *want = &wanted->list[i];
    const struct param *have = params_find(found, want->name);
    if (have == NULL) {
      return error_set(error, STATUS_FORMAT,
                       "%s: tensor '%s' (%d x %d) is missing; the file does not fit its metadata", path,
                       want->name, want->rows, want->cols);
    }
    if (have->rows != want->rows || have->cols != want->cols) {
      return error_set(error, STATUS_FORMAT,
                       "%s: tensor '%s' is %d x %d, not %d x %d; the file does not fit its metadata", path,
                       want->name, have->rows, have->cols, want->rows, want->cols);
    }
  }
  for (int i = 0; i < found->count; i++) {
    if (params_find(wanted, found->list[i].name) == NULL) {
      return error_set(error, STATUS_FORMAT, "%s: tensor '%s' has no place in such a model", path,
                       found->list[i].name);
    }
  }
  return STATUS_OK;
}

/* The model's facts grow by doubling, so that many are added in linear time. Copies both. */
static enum status add_fact(struct model *model, const char *key, const char *value)
{
  const size_t count = model->fact_count;
  if ((count & (count - 1)) == 0) {
    struct model_fact *grown = realloc(model->facts, (count == 0 ? 1 : 2 * count) * sizeof *grown);
    if (grown == NULL) {
      return STATUS_NO_MEMORY;
    }
    model->facts = grown;
  }
  const struct model_fact fact = {.key = strdup(key), .value = strdup(value)};
  if (fact.key == NULL || fact.value == NULL) {
    free(fact.key);
    free(fact.value);
    return STATUS_NO_MEMORY;
  }
  utf8_mend(fact.value); /* a path may be in any encoding */
  model->facts[model->fact_count++] = fact;
  return STATUS_OK;
}

/* A file's keys differ from each other: none is looked for among the others. */
static enum status copy_facts(struct model *model, const struct safetensors *file, struct error *error)
{
  for (size_t i = 0; i < file->meta_count; i++) {
    const struct safetensors_meta *meta = &file->meta[i];
    if (!is_config_key(meta->key) && add_fact(model, meta->key, meta->value) != STATUS_OK) {
      return no_memory(error);
    }
  }
  return STATUS_OK;
}

static enum status fill(struct model *model, const struct safetensors *file, const char *path,
                        struct error *error)
{
  /* Compared before the block is allocated: sizes in the metadata alone cost no memory. */
  enum status status = check_tensors(&model->params, &file->params, path, error);
  if (status == STATUS_OK && params_alloc(&model->params) != STATUS_OK) {
    status = no_memory(error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  for (int i = 0; i < model->params.count; i++) {
    const struct param *param = &model->params.list[i];
    memcpy(model->params.block + param->offset, params_get(&file->params, param->name),
           (size_t)param->rows * (size_t)param->cols * sizeof(float));
  }
  return copy_facts(model, file, error);
}

static enum status from_file(struct model **model, const struct safetensors *file, const char *path,
                             struct error *error)
{
  struct net_config config;
  enum status status = read_config(file, path, &config, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct error inner;
  status = model_lay_out(model, &config, &inner);
  if (status != STATUS_OK) {
    return error_set(error, status == STATUS_USAGE ? STATUS_FORMAT : status,
                     "%s: %.400s; the file is damaged or not emend's", path, inner.text);
  }
  status = fill(*model, file, path, error);
  if (status != STATUS_OK) {
    model_free(*model);
    *model = NULL;
  }
  return status;
}

enum status model_load(struct model **model, const char *path, struct error *error)
{
  *model = NULL;
  uint8_t *data;
  size_t size;
  enum status status = file_read(path, MODEL_FILE_MAX, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  const char *name = strcmp(path, "-") == 0 ? "standard input" : path;
  struct safetensors file;
  status = safetensors_read(&file, data, size, name, error);
  free(data);
  if (status == STATUS_OK) {
    status = from_file(model, &file, name, error);
    safetensors_free(&file);
  }
  return status;
}

enum status model_need_kind(const struct model *model, enum net_kind kind, const char *path, const char *who,
                            struct error *error)
{
  const struct net_config *config = &model->config;
  if (config->kind == kind) {
    return STATUS_OK;
  }
  return error_set(
    error, STATUS_UNSUPPORTED,
    "%s is a model of kind " MODEL_KIND_PREFIX "%s%s; `%s` needs one of kind " MODEL_KIND_PREFIX "%s", path,
    net_kind_name(config->kind), config->matches > 0 ? " (a filler)" : "", who, net_kind_name(kind));
}

/* The metadata of a model; keys and values are only pointed to. */
struct meta_text {
  char kind[KIND_TEXT];
  char config[CONFIG_KEYS][CONFIG_TEXT];
};

static struct safetensors_meta *make_meta(const struct model *model, struct meta_text *text, size_t *count)
{
  struct safetensors_meta *meta = calloc(STAMP_KEYS + CONFIG_KEYS + model->fact_count, sizeof *meta);
  if (meta == NULL) {
    return NULL;
  }
  struct safetensors_meta *next = meta;
  kind_text(model->config.kind, text->kind);
  *next++ = (struct safetensors_meta){(char *)"kind", text->kind};
  *next++ = (struct safetensors_meta){(char *)"format", (char *)MODEL_FORMAT};
  for (int i = 0; i < CONFIG_KEYS; i++) {
    if (config_has(model->config.kind, i)) {
      config_text(&model->config, i, text->config[i]);
      *next++ = (struct safetensors_meta){(char *)config_key(i), text->config[i]};
    }
  }
  for (size_t i = 0; i < model->fact_count; i++) {
    *next++ = (struct safetensors_meta){model->facts[i].key, model->facts[i].value};
  }
  *count = (size_t)(next - meta);
  return meta;
}

enum status model_save(const struct model *model, const char *path, struct error *error)
{
  struct meta_text text;
  size_t count;
  struct safetensors_meta *meta = make_meta(model, &text, &count);
  if (meta == NULL) {
    return no_memory(error);
  }
  uint8_t *data;
  size_t size;
  enum status status = safetensors_write(&model->params, meta, count, &data, &size, error);
  free(meta);
  if (status == STATUS_OK) {
    status = file_write(path, data, size, error);
    free(data);
  }
  return status;
}

enum status model_set_fact(struct model *model, const char *key, const char *value)
{
  if (is_config_key(key)) {
    return STATUS_USAGE;
  }
  for (size_t i = 0; i < model->fact_count; i++) {
    if (strcmp(model->facts[i].key, key) == 0) {
      char *copy = strdup(value);
      if (copy == NULL) {
        return STATUS_NO_MEMORY;
      }
      utf8_mend(copy);
      free(model->facts[i].value);
      model->facts[i].value = copy;
      return STATUS_OK;
    }
  }
  return add_fact(model, key, value);
}

const char *model_fact(const struct model *model, const char *key)
{
  for (size_t i = 0; i < model->fact_count; i++) {
    if (strcmp(model->facts[i].key, key) == 0) {
      return model->facts[i].value;
    }
  }
  return NULL;
}

bool model_has_gate(const struct model *model)
{
  return model->config.gate > 0 && head_is_trained("gate", &model->params);
}

bool model_has_decision(const struct model *model)
{
  return decision_is_trained(&model->config, &model->params);
}
