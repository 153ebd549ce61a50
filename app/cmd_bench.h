/* The parts of `emend bench`. */
#ifndef EMEND_CMD_BENCH_H
#define EMEND_CMD_BENCH_H

#include "command.h"

extern const struct command command_bench_table1, command_bench_figure3a, command_bench_figure3b,
  command_bench_deviations;

#endif
