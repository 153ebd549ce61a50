/* What the parts of `emend search` share. */
#ifndef EMEND_CMD_SEARCH_H
#define EMEND_CMD_SEARCH_H

#include "command.h"

extern const struct command command_search_table;

#endif
