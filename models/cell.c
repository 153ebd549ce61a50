#include "cell.h"

const struct cell_ops *cell_find(enum net_cell cell)
{
  switch (cell) {
  case CELL_FD: return &cell_fd;
  case CELL_TANH: return &cell_tanh;
  case CELL_GRU: return &cell_gru;
  case CELL_DEEP: return &cell_deep;
  }
  return &cell_tanh;
}
