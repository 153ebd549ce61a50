/* SPDX-License-Identifier: MIT */
/* A cleaner for the live engine: what a model decides with. */
#ifndef EMEND_CLEANER_H
#define EMEND_CLEANER_H

#include "live.h"
#include "model.h"

/* Predictor states for CHANNELS channels over the model's weights, and its gate. The model must outlive it.
 * STATUS_UNSUPPORTED for a model that cannot run live. Allocates; off the live thread. Release with
 * model_cleaner_free. */
enum status model_cleaner_new(const struct model *model, struct cleaner **cleaner,
                              struct error *error) EMEND_CHECK;
void model_cleaner_free(struct cleaner *cleaner);

#endif
