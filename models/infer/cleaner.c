/* SPDX-License-Identifier: MIT */
#include "cleaner.h"

#include <stdlib.h>

#include "decision_model.h"
#include "gate_model.h"
#include "vosp_step.h"

/* A cleaner and what it owns. */
struct owned_cleaner {
  struct cleaner cleaner;
  struct vosp_step net;
  struct gate gate;
  struct decision decision;
  float *folded; /* the gate's weights as it runs them */
  float *folded_decision;
};

static enum status check_live(const struct net_config *config, struct error *error)
{
  if (!net_config_runs_live(config)) {
    return error_set(
      error, STATUS_UNSUPPORTED,
      "only a model of kind emend.vosp without the nade emission can clean; `emend info` tells what a "
      "model is");
  }
  if (!cell_facts(config->cell)->live) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "a model with the cell 'deep' cannot run live; use one with fast-dropout, tanh or gru");
  }
  return STATUS_OK;
}

/* Its gate and its decision, where the model has them, and a state for every channel. */
static enum status fill_cleaner(struct owned_cleaner *owned, const struct model *model, struct error *error)
{
  if (model_has_gate(model)) {
    owned->folded = malloc(gate_folded_size(&model->config) * sizeof *owned->folded);
    if (owned->folded == NULL) {
      return error_set(error, STATUS_NO_MEMORY, "out of memory for the live gate");
    }
    gate_bind(&owned->gate, &model->config, &model->params, owned->folded);
    owned->cleaner.gate = &owned->gate;
  }
  if (model_has_decision(model)) {
    owned->folded_decision = malloc(decision_folded_size(&model->config) * sizeof *owned->folded_decision);
    if (owned->folded_decision == NULL) {
      return error_set(error, STATUS_NO_MEMORY, "out of memory for the live decision");
    }
    decision_bind(&owned->decision, &model->config, &model->params, owned->folded_decision);
    owned->cleaner.decision = &owned->decision;
  }
  for (int c = 0; c < CHANNELS; c++) {
    struct vosp_state *state = NULL;
    if (vosp_state_new(&state, &owned->net) != STATUS_OK) {
      return error_set(error, STATUS_NO_MEMORY, "out of memory for the live model's states");
    }
    owned->cleaner.state[c] = state;
  }
  return STATUS_OK;
}

enum status model_cleaner_new(const struct model *model, struct cleaner **cleaner, struct error *error)
{
  *cleaner = NULL;
  enum status status = check_live(&model->config, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct owned_cleaner *owned = calloc(1, sizeof *owned);
  if (owned == NULL || vosp_step_init(&owned->net, &model->config, &model->params) != STATUS_OK) {
    free(owned);
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the live model");
  }
  owned->cleaner.ops = &vosp_step_ops;
  owned->cleaner.frame = model->config.frame;
  owned->cleaner.owner = owned;
  status = fill_cleaner(owned, model, error);
  if (status != STATUS_OK) {
    model_cleaner_free(&owned->cleaner);
    return status;
  }
  *cleaner = &owned->cleaner;
  return STATUS_OK;
}

void model_cleaner_free(struct cleaner *cleaner)
{
  if (cleaner == NULL) {
    return;
  }
  struct owned_cleaner *owned = cleaner->owner;
  for (int c = 0; c < CHANNELS; c++) {
    vosp_state_free(cleaner->state[c]);
  }
  vosp_step_free(&owned->net);
  free(owned->folded);
  free(owned->folded_decision);
  free(owned);
}
