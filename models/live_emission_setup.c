/* The live emission's layers, made once: transposed, packed, and what a note adds at each distance summed up.
 */
#include <string.h>

#include "live_emission.h"

enum { REACH = 12, CLASSES = 12 };

static const float NOTES_SCALE = 0.25F;

static int wide(const struct net_config *config)
{
  return 3 * config->emission_units;
}

size_t live_emission_size(const struct net_config *config, const struct params *params)
{
  if (config->emission != EMISSION_PITCH) {
    return 0;
  }
  const int G = wide(config), V = config->frame.values, K = config->emission_units;
  return live_layer_packed_size(params_find(params, "emission.c")->rows, G) + live_layer_packed_size(K, G) +
         (size_t)LIVE_EMISSION_DISTANCES * (size_t)G + (size_t)(V * K);
}

static struct live_layer layer_of(const struct params *params, const char *w, const char *b, float **next)
{
  const struct param *param = params_find(params, w);
  const struct live_layer layer = {
    .in = param->rows,
    .out = param->cols,
    .w = params_get(params, w),
    .b = params_get(params, b),
    .keep = 1,
    .packed = *next,
  };
  live_layer_pack(layer.in, layer.out, layer.w, *next);
  *next += live_layer_packed_size(layer.in, layer.out);
  return layer;
}

/* B's rows after the values': the number of notes, those within reach, those of each class. */
static void sum_rows(int G, const float *rows, float *out)
{
  for (int i = 0; i < LIVE_EMISSION_DISTANCES; i++) {
    const int by_class = i < REACH ? (i + 1) % CLASSES : i - REACH;
    const float *class_row = rows + (1 + REACH + by_class) * G;
    for (int k = 0; k < G; k++) {
      const float own = i < REACH ? rows[(1 + i) * G + k] : 0;
      out[i * G + k] = NOTES_SCALE * rows[k] + class_row[k] + own;
    }
  }
}

void live_emission_init(struct live_emission *net, const struct net_config *config, const struct params *params,
                        float *owned)
{
  *net = (struct live_emission){.values = config->frame.values};
  if (config->emission != EMISSION_PITCH) {
    return;
  }
  const int G = wide(config), V = config->frame.values, K = config->emission_units;
  net->units = K;
  net->source = layer_of(params, "emission.c", "emission.c0", &owned);
  net->recurrent = layer_of(params, "emission.recurrent.w", "emission.recurrent.b", &owned);
  net->beside = params_get(params, "emission.below");
  sum_rows(G, net->beside + V * G, owned);
  net->below = owned;
  owned += LIVE_EMISSION_DISTANCES * G;
  const float *visible = params_get(params, "emission.v");
  for (int i = 0; i < K * V; i++) {
    owned[i % V * K + i / V] = visible[i];
  }
  net->visible = owned;
}
