/* The live emission's layers, made once: transposed, packed, and what a note adds at each distance. */
#include "emission_pitch.h"
#include "live_emission.h"

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
         (size_t)PITCH_DISTANCES * (size_t)G + (size_t)(V * K);
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
  net->source = live_layer_of(params, "emission.c", "emission.c0", 1);
  net->recurrent = live_layer_of(params, "emission.recurrent.w", "emission.recurrent.b", 1);
  owned = live_layer_store_packed(&net->source, owned);
  owned = live_layer_store_packed(&net->recurrent, owned);
  net->beside = params_get(params, "emission.below");
  emission_pitch_rows((size_t)G, net->beside + V * G, owned);
  net->below = owned;
  owned += PITCH_DISTANCES * G;
  struct live_layer visible = live_layer_of(params, "emission.v", NULL, 1);
  live_layer_store_transpose(&visible, owned);
  net->visible = visible.w;
}
