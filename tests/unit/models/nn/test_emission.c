/* SPDX-License-Identifier: MIT */
/* Emissions in double precision: that a frame's likelihoods sum to 1, that no output looks ahead, that
 * gradients agree with central differences, and that what is chosen is what forward says. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmocka_all.h"
#include "emission.h"
#include "transfer.h"
#include "view.h"

enum { SEED = 20110412, UNITS = 4, SOURCE_UNITS = 3, FRAMES = 3, ENTRIES = 40 };

/* An emission over frames of R rows and O outputs each, made by hand. */
struct fixture {
  struct params params;
  struct emission_net net;
  struct emission_run run;
  struct rng rng;
  real *weights, *grad, *source[EMISSION_SOURCES], *to_source[EMISSION_SOURCES];
  real *cell_weight, *to_logits;
  size_t cells, source_size;
};

static real *array(size_t count)
{
  real *part = calloc(count + 1, sizeof *part);
  assert_non_null(part);
  return part;
}

static real *normals(struct fixture *f, size_t count)
{
  real *part = array(count);
  for (size_t i = 0; i < count; i++) {
    part[i] = 0.7 * rng_normal(&f->rng);
  }
  return part;
}

/* cmocka compares floats. */
static void assert_near(double is, double want, double within)
{
  if (!(fabs(is - want) <= within)) {
    fail_msg("%.15g is not %.15g, seed %d", is, want, SEED);
  }
}

static void bind(struct fixture *f)
{
  struct linear *layers[EMISSION_LAYERS_MAX];
  for (int i = 0; i < EMISSION_LAYERS_MAX; i++) {
    layers[i] = &f->net.layers[i];
    layers[i]->keep = 1;
  }
  (void)bind_sizes(f->net.ops->layers, f->net.ops->layer_count, &f->params, layers);
  bind_weights(f->net.ops->layers, f->net.ops->layer_count, &f->params, f->weights, NULL, layers);
}

static void add(struct fixture *f, const char *name, int rows, int cols)
{
  assert_int_equal(params_add(&f->params, name, rows, cols), STATUS_OK);
}

static void add_tensors(struct fixture *f, enum net_emission emission, int outputs, int sources)
{
  const int width = emission == EMISSION_PITCH ? 3 * UNITS : UNITS;
  add(f, "emission.c", SOURCE_UNITS, width);
  add(f, "emission.c0", 1, width);
  if (emission == EMISSION_PITCH) {
    add(f, "emission.below", outputs + 25, width);
    add(f, "emission.recurrent.w", UNITS, width);
    add(f, "emission.recurrent.b", 1, width);
    add(f, "emission.v", UNITS, outputs);
  } else {
    add(f, "emission.w", outputs, width);
    add(f, "emission.v", outputs, width);
  }
  if (sources > 1) {
    add(f, "emission.back.c", SOURCE_UNITS, width);
  }
}

static void setup(struct fixture *f, enum net_emission emission, int rows, int outputs, int sources, int frames)
{
  memset(f, 0, sizeof *f);
  rng_seed(&f->rng, SEED);
  const struct emission_ops *ops = emission_find(emission);
  f->net = (struct emission_net){.ops = ops,
                                 .rows = rows,
                                 .outputs = outputs,
                                 .sources = sources,
                                 .source_units = SOURCE_UNITS,
                                 .units = UNITS};
  add_tensors(f, emission, outputs, sources);
  f->weights = normals(f, f->params.size);
  f->grad = array(f->params.size);
  bind(f);
  f->cells = (size_t)frames * (size_t)rows * (size_t)outputs;
  f->source_size = (size_t)frames * (size_t)rows * SOURCE_UNITS;
  f->run = (struct emission_run){
    .net = &f->net,
    .frames = frames,
    .target = array(f->cells),
    .logits = array(f->cells),
    .memory = array(ops->memory(&f->net, frames)),
    .scratch = array(ops->scratch(&f->net, frames)),
  };
  for (int i = 0; i < sources; i++) {
    f->source[i] = normals(f, f->source_size);
    f->to_source[i] = array(f->source_size);
    f->run.source[i] = f->source[i];
  }
  f->cell_weight = array(f->cells);
  f->to_logits = array(f->cells);
  for (size_t i = 0; i < f->cells; i++) {
    f->run.target[i] = rng_below(&f->rng, 3) == 0;
    f->cell_weight[i] = rng_below(&f->rng, 4) == 0 ? 0 : 2 * rng_uniform(&f->rng);
  }
}

static void teardown(struct fixture *f)
{
  free(f->weights);
  free(f->grad);
  free(f->run.target);
  free(f->run.logits);
  free(f->run.memory);
  free(f->run.scratch);
  for (int i = 0; i < EMISSION_SOURCES; i++) {
    free(f->source[i]);
    free(f->to_source[i]);
  }
  free(f->cell_weight);
  free(f->to_logits);
}

/* Complete logits, of an output layer that gives some to each. */
static void forward(struct fixture *f)
{
  for (size_t i = 0; i < f->cells; i++) {
    f->run.logits[i] = 0.1 * (double)(i % 7) - 0.2;
  }
  f->net.ops->forward(&f->run);
}

/* Every kind of fixture: emission, values and sources. */
enum { KINDS = 8 };

static void setup_kind(struct fixture *f, int kind, int rows, int frames)
{
  const int values = 1 + kind / 2 % 2, sources = 1 + kind / 4 % 2;
  if (kind % 2 == 0) {
    setup(f, EMISSION_NADE, 1, rows * values, sources, frames);
  } else {
    setup(f, EMISSION_PITCH, rows, values, sources, frames);
  }
}

static void test_sums_to_one(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct fixture f;
    setup_kind(&f, kind, 5, 1);
    double sum = 0;
    for (unsigned outcome = 0; outcome < 1U << f.cells; outcome++) {
      for (size_t i = 0; i < f.cells; i++) {
        f.run.target[i] = outcome >> i & 1;
      }
      forward(&f);
      sum += exp(-transfer_bernoulli(f.cells, f.run.logits, f.run.target, 1, NULL));
    }
    assert_near(sum, 1, 1e-9);
    teardown(&f);
  }
}

/* How many outputs of the order come before those that stand beside output i, itself among them. */
static size_t place(const struct fixture *f, size_t i)
{
  const size_t together = f->net.rows > 1 ? (size_t)f->net.outputs : 1;
  return i / together * together;
}

static void check_order(struct fixture *f)
{
  const size_t together = f->net.rows > 1 ? (size_t)f->net.outputs : 1;
  real *before = array(f->cells);
  forward(f);
  memcpy(before, f->run.logits, f->cells * sizeof *before);
  for (size_t j = 0; j < f->cells; j++) {
    f->run.target[j] = 1 - f->run.target[j];
    forward(f);
    for (size_t i = 0; i < f->cells; i++) {
      if (i < place(f, j) + together) {
        assert_true(f->run.logits[i] == before[i]);
      } else if (i < place(f, j) + 2 * together) {
        assert_true(f->run.logits[i] != before[i]);
      }
    }
    f->run.target[j] = 1 - f->run.target[j];
  }
  free(before);
}

static void test_order(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct fixture f;
    setup_kind(&f, kind, 20, 1);
    check_order(&f);
    teardown(&f);
  }
}

static void test_choice(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct fixture f;
    setup_kind(&f, kind, 30, FRAMES);
    real *chosen = array(f.cells);
    for (size_t i = 0; i < f.cells; i++) {
      f.run.logits[i] = 0.1 * (double)(i % 7) - 0.2;
      f.run.target[i] = NAN; /* choose looks at none that it has not set */
    }
    f.net.ops->choose(&f.run);
    memcpy(chosen, f.run.logits, f.cells * sizeof *chosen);
    forward(&f);
    size_t on = 0;
    for (size_t i = 0; i < f.cells; i++) {
      assert_near(f.run.logits[i], chosen[i], 1e-12);
      assert_true(f.run.target[i] == (f.run.logits[i] > 0));
      on += f.run.target[i] != 0;
    }
    assert_true(on > 0 && on < f.cells);
    free(chosen);
    teardown(&f);
  }
}

static double loss(struct fixture *f)
{
  forward(f);
  return transfer_bernoulli_each(f->cells, f->run.logits, f->run.target, f->cell_weight, f->to_logits);
}

static void check_entries(struct fixture *f, const char *what, real *values, const real *grad, size_t count)
{
  for (size_t k = 0; k < ENTRIES && k < count; k++) {
    const size_t i = count <= ENTRIES ? k : (size_t)rng_below(&f->rng, (uint32_t)count);
    const double kept = values[i], h = 1e-5;
    values[i] = kept + h;
    const double above = loss(f);
    values[i] = kept - h;
    const double want = (above - loss(f)) / (2 * h);
    values[i] = kept;
    if (!(fabs(want - grad[i]) <= 1e-6 * (1 + fabs(want)))) {
      fail_msg("%s, %d rows, %d outputs, %d sources, %s[%zu]: backward %.9g, differences %.9g, seed %d",
               f->net.ops == &emission_nade ? "nade" : "pitch", f->net.rows, f->net.outputs, f->net.sources,
               what, i, grad[i], want, SEED);
    }
  }
}

static void check_gradients(struct fixture *f)
{
  struct linear_grad grads[EMISSION_LAYERS_MAX];
  (void)loss(f);
  emission_gradients(&f->net, &f->params, f->grad, grads);
  f->net.ops->backward(&f->run, f->to_logits, grads, f->to_source);
  for (int p = 0; p < f->params.count; p++) {
    const struct param *param = &f->params.list[p];
    check_entries(f, param->name, f->weights + param->offset, f->grad + param->offset,
                  (size_t)param->rows * (size_t)param->cols);
  }
  for (int i = 0; i < f->net.sources; i++) {
    check_entries(f, "source", f->source[i], f->to_source[i], f->source_size);
  }
}

static void test_gradients(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct fixture f;
    setup_kind(&f, kind, 30, FRAMES);
    check_gradients(&f);
    teardown(&f);
  }
}

/* Gradients are added to what stands there. */
static void test_accumulates(void **state)
{
  (void)state;
  for (int kind = 0; kind < KINDS; kind++) {
    struct fixture f;
    setup_kind(&f, kind, 30, FRAMES);
    check_gradients(&f);
    struct linear_grad grads[EMISSION_LAYERS_MAX];
    real *once = array(f.params.size);
    memcpy(once, f.grad, f.params.size * sizeof *once);
    const real source = f.to_source[0][0];
    emission_gradients(&f.net, &f.params, f.grad, grads);
    (void)loss(&f);
    f.net.ops->backward(&f.run, f.to_logits, grads, f.to_source);
    for (size_t i = 0; i < f.params.size; i++) {
      assert_near(f.grad[i], 2 * once[i], 1e-9 * (1 + fabs(once[i])));
    }
    assert_near(f.to_source[0][0], 2 * source, 1e-9 * (1 + fabs(source)));
    free(once);
    teardown(&f);
  }
}

static void test_layout(void **state)
{
  (void)state;
  struct error error;
  struct net_config config = {
    .kind = NET_RNN, .frame = {FRAME_BEATS, 0.5, 1}, .hidden = 7, .layers = 1, .emission_units = 5};
  for (int emission = EMISSION_NADE; emission <= EMISSION_PITCH; emission++) {
    const enum net_tie right = emission == EMISSION_NADE ? TIE_NONE : TIE_PITCH;
    struct params params = {.count = 0};
    config.emission = (enum net_emission)emission;
    config.emission_units = 5;
    config.tie = right == TIE_NONE ? TIE_PITCH : TIE_NONE;
    assert_int_equal(emission_layout(&config, &params, &error), STATUS_USAGE);
    config.tie = right;
    config.emission_units = 0;
    assert_int_equal(emission_layout(&config, &params, &error), STATUS_USAGE);
    config.emission_units = 5;
    assert_int_equal(emission_layout(&config, &params, &error), STATUS_OK);
    assert_null(params_find(&params, "emission.back.c"));
    assert_int_equal(params_find(&params, "emission.c")->rows, 7); /* of h */
    real *weights = array(params.size);
    struct emission_net net;
    emission_bind(&net, &config, &params, weights);
    assert_null(net.layers[net.ops->layer_count - 1].w); /* of a second source */
    assert_int_equal(net.rows * net.outputs, PITCHES);
    free(weights);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_sums_to_one), cmocka_unit_test(test_order),       cmocka_unit_test(test_choice),
    cmocka_unit_test(test_gradients),   cmocka_unit_test(test_accumulates), cmocka_unit_test(test_layout),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
