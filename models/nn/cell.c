/* SPDX-License-Identifier: MIT */
#include "cell.h"

const struct cell_ops *cell_find(enum net_cell cell)
{
  static const struct cell_ops *const cells[NET_CELL_COUNT] = {
    [CELL_FD] = &cell_fd,
    [CELL_TANH] = &cell_tanh,
    [CELL_GRU] = &cell_gru,
    [CELL_DEEP] = &cell_deep,
  };
  return cells[cell];
}
