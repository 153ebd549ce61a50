/* Layers of the live step, and copies of their weights in the orders in which it reads them. */
#include "live_layer.h"

enum { LANES = LIVE_LAYER_LANES, GROUP = LIVE_LAYER_GROUP };

struct live_layer live_layer_of(const struct params *params, const char *w, const char *b, float keep)
{
  const struct param *param = params_find(params, w);
  return (struct live_layer){
    .in = param->rows,
    .out = param->cols,
    .w = params_get(params, w),
    .b = b != NULL ? params_get(params, b) : NULL,
    .keep = keep,
  };
}

float *live_layer_store_squares(struct live_layer *layer, float *to)
{
  const size_t n = (size_t)layer->in * (size_t)layer->out;
  for (size_t i = 0; i < n; i++) {
    to[i] = layer->w[i] * layer->w[i];
  }
  layer->w2 = to;
  return to + n;
}

float *live_layer_store_transpose(struct live_layer *layer, float *to)
{
  const size_t I = (size_t)layer->in, O = (size_t)layer->out;
  const float *from = layer->w;
  layer->w = to;
  for (size_t o = 0; o < O; o++) {
    for (size_t i = 0; i < I; i++) {
      *to++ = from[i * O + o];
    }
  }
  return to;
}

size_t live_layer_packed_size(int in, int out)
{
  const size_t groups = ((size_t)in + GROUP - 1) / GROUP;
  const size_t columns = ((size_t)out + LANES - 1) / LANES;
  return groups * columns * GROUP * LANES;
}

/* Groups of GROUP rows; in a group, lanes of outputs one after another; in a lane, the group's rows. Rows and
 * outputs that W does not have are zero. */
static float *pack(const struct live_layer *layer, const float *w, float *to)
{
  const int I = layer->in, O = layer->out;
  for (int group = 0; group < I; group += GROUP) {
    for (int column = 0; column < O; column += LANES) {
      for (int k = group; k < group + GROUP; k++) {
        for (int o = column; o < column + LANES; o++) {
          *to++ = k < I && o < O ? w[(size_t)k * (size_t)O + (size_t)o] : 0;
        }
      }
    }
  }
  return to;
}

float *live_layer_store_packed(struct live_layer *layer, float *to)
{
  layer->packed = to;
  to = pack(layer, layer->w, to);
  if (layer->w2 != NULL) {
    layer->packed2 = to;
    to = pack(layer, layer->w2, to);
  }
  return to;
}
