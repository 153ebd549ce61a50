/* SPDX-License-Identifier: MIT */
#include "cell.h"

const struct cell_ops *cell_find(enum net_cell cell)
{
  static const struct cell_ops *const cells[NET_CELL_COUNT] = {NET_CELLS(NET_OPERATIONS)};
  return cells[cell];
}
