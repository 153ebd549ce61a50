/* SPDX-License-Identifier: MIT */
/* A small trained model, and takes of another player for it to learn from. */
#ifndef EMEND_LEARN_RIG_H
#define EMEND_LEARN_RIG_H

#include "dataset.h"
#include "model.h"

/* `count` takes of 40 s each. Player 0: scales, what the base knows; 1: soft quick chords. */
void learn_rig_takes(struct dataset *takes, int count, int player);
/* A one step predictor with a gate trained on player 0; its network is as it began. */
struct model *learn_rig_base(void);
/* Write the takes as MIDI files into a folder. */
void learn_rig_save(const struct dataset *takes, const char *folder);

#endif
