/* SPDX-License-Identifier: MIT */
#include "particles.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Rows times particles that are worked on at once; one group of rows at least. */
enum { BLOCK_MAX = 2048 };

struct particles {
  int count;                 /* K */
  int span;                  /* S: rows whose latents are drawn and weighed together */
  int block;                 /* groups of S rows worked on at once; P = block * K * S below */
  real *store;               /* the arrays below */
  real *latent;              /* (N / S, K, S, Z) z_{t-1} of every particle */
  real *noise;               /* (P, Z) */
  real *ones;                /* (P) */
  real *z, *mean, *variance; /* (2, P, Z) */
  real *fed;                 /* (P, Z) */
  real *target;              /* (P, O) */
  struct moments head, h;    /* (P, A), (P, H) */
  real *scratch;
  double *log_p; /* (P) of x given the latents, then the weights */
};

static struct moments part_of(real **next, size_t size, bool moments)
{
  struct moments part = {*next, moments ? *next + size : NULL};
  *next += 2 * size;
  return part;
}

static real *take(real **next, size_t size)
{
  real *part = *next;
  *next += size;
  return part;
}

/* Where an emission runs along the pitches, a frame's likelihood is no product of likelihoods of its rows. */
static int span_of(const struct vosp_net *net)
{
  return net->config.emission == EMISSION_BERNOULLI ? 1 : net->rows;
}

enum status particles_new(struct particles **out, const struct vosp_net *net, int rows, int count)
{
  struct particles *particles = calloc(1, sizeof *particles);
  if (particles == NULL) {
    return STATUS_NO_MEMORY;
  }
  particles->count = count;
  particles->span = span_of(net);
  const int most = BLOCK_MAX / particles->span;
  particles->block = count < most ? most / count : 1;
  const size_t P = (size_t)particles->block * (size_t)count * (size_t)particles->span;
  const size_t Z = (size_t)net->config.latent;
  const size_t A = (size_t)net->head_size, H = (size_t)net->config.hidden, O = (size_t)net->outputs;
  const size_t N = (size_t)rows;
  const size_t scratch = vosp_generate_scratch(net, (int)P);
  particles->store =
    calloc(N * (size_t)count * Z + P * (1 + 8 * Z + O + 2 * A + 2 * H) + scratch, sizeof(real));
  particles->log_p = calloc(P, sizeof *particles->log_p);
  if (particles->store == NULL || particles->log_p == NULL) {
    particles_free(particles);
    return STATUS_NO_MEMORY;
  }
  real *next = particles->store;
  const bool moments = net->facts->moments;
  particles->latent = take(&next, N * (size_t)count * Z);
  particles->ones = take(&next, P);
  particles->noise = take(&next, P * Z);
  particles->z = take(&next, 2 * P * Z);
  particles->mean = take(&next, 2 * P * Z);
  particles->variance = take(&next, 2 * P * Z);
  particles->fed = take(&next, P * Z);
  particles->target = take(&next, P * O);
  particles->head = part_of(&next, P * A, moments);
  particles->h = part_of(&next, P * H, moments);
  particles->scratch = next;
  for (size_t i = 0; i < P; i++) {
    particles->ones[i] = 1;
  }
  *out = particles;
  return STATUS_OK;
}

void particles_free(struct particles *particles)
{
  if (particles != NULL) {
    free(particles->store);
    free(particles->log_p);
    free(particles);
  }
}

void particles_restart(struct particles *particles)
{
  memset(particles->latent, 0, (size_t)(particles->ones - particles->latent) * sizeof(real));
}

/* `count` copies of one group of rows. */
static void spread(real *to, const real *row, size_t size, int count)
{
  for (int k = 0; k < count; k++) {
    memcpy(to + (size_t)k * size, row, size * sizeof(real));
  }
}

static void spread_moments(struct moments to, struct moments from, size_t to_row, size_t from_row, size_t size,
                           int count)
{
  spread(to.m + to_row * size, from.m + from_row * size, size, count);
  if (to.v != NULL) {
    spread(to.v + to_row * size, from.v + from_row * size, size, count);
  }
}

/* Lay out the block of groups first .. first + groups - 1 at step t: (groups, K, S) rows. */
static void lay_out(struct particles *particles, const struct vosp_net *net, const struct vosp_batch *batch,
                    int t, int first, int groups)
{
  const int K = particles->count;
  const size_t S = (size_t)particles->span;
  const size_t Z = S * (size_t)net->config.latent, O = S * (size_t)net->outputs;
  for (int g = 0; g < groups; g++) {
    const size_t to = (size_t)g * (size_t)K;
    const size_t from = (size_t)t * ((size_t)batch->rows / S) + (size_t)(first + g); /* row t of h is h_{t-1} */
    spread_moments(particles->head, vosp_head(batch), to, from, S * (size_t)net->head_size, K);
    spread_moments(particles->h, batch->h, to, from, S * (size_t)net->config.hidden, K);
    spread(particles->target + to * O, batch->target + from * O, O, K);
  }
  /* Given z_{t-1} itself, q's mean starts at it and its variance at none. */
  const size_t size = (size_t)groups * (size_t)K * Z;
  const real *latent = particles->latent + (size_t)first * (size_t)K * Z;
  memcpy(particles->z, latent, size * sizeof(real));
  memcpy(particles->mean, latent, size * sizeof(real));
  memset(particles->variance, 0, size * sizeof(real));
}

static void propose(struct particles *particles, const struct vosp_net *net, int groups, struct rng *rng)
{
  const int count = groups * particles->count * particles->span;
  for (size_t i = 0; i < (size_t)count * (size_t)net->config.latent; i++) {
    particles->noise[i] = (real)rng_normal(rng);
  }
  const struct posterior_run run = {
    .posterior = net->config.posterior,
    .feed = net->config.feed,
    .steps = 1,
    .rows = count,
    .latent = net->config.latent,
    .head = particles->head,
    .noise = particles->noise,
    .weight = particles->ones,
    .z = particles->z,
    .mean = particles->mean,
    .variance = particles->variance,
    .fed = particles->fed,
  };
  (void)posterior_forward(&run);
  vosp_generate(net, count, particles->h, particles->fed, particles->target, particles->scratch,
                particles->log_p);
}

/* log p(x | z) of every row becomes log p(x, z) / q(z) of every particle. The normal densities' constants
 * cancel. */
static void weigh(struct particles *particles, const struct vosp_net *net, int groups)
{
  const size_t S = (size_t)particles->span;
  const size_t Z = S * (size_t)net->config.latent;
  const size_t count = (size_t)groups * (size_t)particles->count;
  for (size_t p = 0; p < count; p++) {
    double log_p = 0;
    double log_ratio = 0;
    for (size_t s = p * S; s < (p + 1) * S; s++) {
      log_p += particles->log_p[s];
    }
    for (size_t i = p * Z; i < (p + 1) * Z; i++) {
      const double step = (double)particles->z[count * Z + i] - (double)particles->z[i];
      const double noise = (double)particles->noise[i];
      log_ratio += noise * noise - step * step + log((double)particles->variance[count * Z + i]);
    }
    particles->log_p[p] = log_p + log_ratio / 2;
  }
}

/* log of the mean weight of one group; the weights become shares of 1. */
static double normalise(double *weight, int count)
{
  double most = weight[0], sum = 0;
  for (int k = 1; k < count; k++) {
    most = weight[k] > most ? weight[k] : most;
  }
  for (int k = 0; k < count; k++) {
    weight[k] = exp(weight[k] - most);
    sum += weight[k];
  }
  for (int k = 0; k < count; k++) {
    weight[k] /= sum;
  }
  return most + log(sum / count);
}

/* Systematic resampling: particle k goes on from the one that holds the (k + u) / K part of the weight. */
static void resample(const struct particles *particles, size_t Z, const double *weight, const real *z,
                     real *latent, struct rng *rng)
{
  const double offset = rng_uniform(rng);
  int from = 0;
  double reached = weight[0];
  for (int k = 0; k < particles->count; k++) {
    while (reached < (k + offset) / particles->count && from + 1 < particles->count) {
      reached += weight[++from];
    }
    memcpy(latent + (size_t)k * Z, z + (size_t)from * Z, Z * sizeof(real));
  }
}

/* The rows of a group count together, or not. */
static bool counts(const struct particles *particles, const struct vosp_batch *batch, int t, int group)
{
  return batch->weight[(size_t)t * (size_t)batch->rows + (size_t)group * (size_t)particles->span] > 0;
}

static bool has_weight(const struct particles *particles, const struct vosp_batch *batch, int t, int first,
                       int groups)
{
  for (int g = 0; g < groups; g++) {
    if (counts(particles, batch, t, first + g)) {
      return true;
    }
  }
  return false;
}

static double run_block(struct particles *particles, const struct vosp_net *net, const struct vosp_batch *batch,
                        int t, int first, int groups, struct rng *rng)
{
  const struct net_config *config = &net->config;
  const bool chained = config->posterior != POSTERIOR_INCREMENTS || config->feed != FEED_INCREMENT;
  const size_t K = (size_t)particles->count;
  const size_t Z = (size_t)particles->span * (size_t)config->latent;
  lay_out(particles, net, batch, t, first, groups);
  propose(particles, net, groups, rng);
  weigh(particles, net, groups);
  double sum = 0;
  for (int g = 0; g < groups; g++) {
    double *weight = particles->log_p + (size_t)g * K;
    const double estimate = normalise(weight, particles->count);
    if (counts(particles, batch, t, first + g)) {
      sum += estimate;
    }
    if (chained) {
      const real *z = particles->z + ((size_t)groups + (size_t)g) * K * Z;
      resample(particles, Z, weight, z, particles->latent + (size_t)(first + g) * K * Z, rng);
    }
  }
  return sum;
}

double particles_run(struct particles *particles, const struct vosp_net *net, const struct vosp_batch *batch,
                     int steps, struct rng *rng)
{
  double sum = 0;
  const int all = batch->rows / particles->span;
  for (int t = 0; t < steps; t++) {
    for (int first = 0; first < all; first += particles->block) {
      const int left = all - first;
      const int groups = left < particles->block ? left : particles->block;
      if (has_weight(particles, batch, t, first, groups)) {
        sum += run_block(particles, net, batch, t, first, groups, rng);
      }
    }
  }
  return sum;
}
