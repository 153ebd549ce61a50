#ifndef EMEND_CMD_LEARN_H
#define EMEND_CMD_LEARN_H

#include "command.h"

/* emend train with options and no kind of model: a personal model. Prints help for `emend train` too. Returns
 * the exit status. */
int run_learn(int argc, char **argv);

#endif
