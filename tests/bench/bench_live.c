/* SPDX-License-Identifier: MIT */
#include "bench_live.h"

#include <sched.h>
#include <stdlib.h>
#include <time.h>

#include "bench_machine.h"
#include "bench_take.h"
#include "cleaner.h"
#include "gate_model.h"
#include "take.h"
#include "view.h"
#include "vosp_step.h"

#ifdef __SSE__
#include <xmmintrin.h>
#endif

#define REST_EVERY 16 /* messages between pauses, outside what is timed */
#define PERIOD (5 * NANOS_PER_MILLISECOND)

/* Times of calls, in seconds; `times` NULL: nothing is kept. */
struct samples {
  double *times;
  size_t count, capacity;
};

static void keep(struct samples *samples, double seconds)
{
  if (samples->count < samples->capacity) {
    samples->times[samples->count++] = seconds;
  }
}

static bool swallow(void *port, nanos time, const uint8_t *bytes, size_t size)
{
  (void)port;
  (void)time;
  (void)bytes;
  return size > 0;
}

static void play_message(struct live *live, const struct message *message, struct samples *decisions)
{
  const bool decides = message_is_note_on(message->bytes, message->size) &&
                       note_is_decidable(message->bytes[0] & 15, message->bytes[1]);
  const double begun = decisions != NULL ? bench_seconds() : 0;
  live_receive(live, message->time, message->bytes, message->size);
  if (decisions != NULL && decides) {
    keep(decisions, bench_seconds() - begun);
  }
}

static void play_period(struct live *live, nanos now, struct samples *ticks)
{
  const uint64_t before = live_counters(live)->ticks;
  const double begun = ticks != NULL ? bench_seconds() : 0;
  live_advance(live, now);
  if (ticks != NULL && live_counters(live)->ticks == before + 1) {
    keep(ticks, bench_seconds() - begun);
  }
}

/* A real-time thread that never rests is stopped by the kernel for 50 ms a second, and nobody plays so. */
static void rest(void)
{
  const struct timespec pause = {0, 500000};
  nanosleep(&pause, NULL);
}

static enum status play(const struct take *take, struct cleaner *cleaner, struct samples *decisions,
                        struct samples *ticks, struct error *error)
{
  const struct live_config config = {.mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120};
  struct live *live = NULL;
  const enum status status = live_new(&live, &config, cleaner, swallow, NULL, error);
  if (status != STATUS_OK) {
    return status;
  }
  live_begin(live, 0);
  nanos now = 0;
  for (size_t i = 0; i < take->count; i++) {
    for (; now + PERIOD <= take->messages[i].time; now += PERIOD) {
      play_period(live, now + PERIOD, ticks);
    }
    play_message(live, &take->messages[i], decisions);
    if (decisions != NULL && i % REST_EVERY == 0) {
      rest();
    }
  }
  live_free(live);
  return STATUS_OK;
}

static int by_size(const void *a, const void *b)
{
  const double x = *(const double *)a;
  const double y = *(const double *)b;
  return (x > y) - (x < y);
}

static double quantile(const struct samples *sorted, double share)
{
  return 1e6 * sorted->times[(size_t)(share * (double)(sorted->count - 1))];
}

static struct bench_times summarise(struct samples *samples)
{
  if (samples->count == 0) {
    return (struct bench_times){0};
  }
  qsort(samples->times, samples->count, sizeof *samples->times, by_size);
  return (struct bench_times){quantile(samples, 0.5), quantile(samples, 0.99), quantile(samples, 0.999),
                              quantile(samples, 1), samples->count};
}

/* Stands before the real predictor and counts the inputs that are not zero: only their rows of the
 * input weights are read. */
struct counter {
  const struct vosp_step *net;
  const struct predictor_ops *ops;
  void *state;
  double decision_inputs, decision_rows, decisions, tick_inputs, ticks;
};

static double count_inputs(const float *row, int inputs)
{
  double count = 0;
  for (int i = 0; i < inputs; i++) {
    count += row[i] != 0;
  }
  return count;
}

static void counted_reset(void *user)
{
  struct counter *counter = user;
  counter->ops->reset(counter->state);
}

static void counted_advance(void *user, const struct frame *received, const struct frame *passed)
{
  struct counter *counter = user;
  const struct net_config *config = &counter->net->config;
  for (int row = 0; row < counter->net->rows; row++) {
    float in[VIEW_INPUT_MAX];
    view_row(config, (config->past == PAST_RECEIVED ? received : passed)->cell[0], 0, row, in);
    counter->tick_inputs += count_inputs(in, counter->net->inputs);
  }
  counter->ticks++;
  counter->ops->advance(counter->state, received, passed);
}

static void counted_believe(void *user, const struct frame *received, const struct frame *passed, int pitch,
                            struct belief *belief)
{
  struct counter *counter = user;
  const struct net_config *config = &counter->net->config;
  for (int row = counter->net->emission.units > 0 ? 0 : pitch; row <= pitch; row++) {
    float in[VIEW_INPUT_MAX];
    view_row(config, (config->past == PAST_RECEIVED ? received : passed)->cell[0], 0, row, in);
    counter->decision_inputs += count_inputs(in, counter->net->inputs);
    counter->decision_rows++;
  }
  counter->decisions++;
  counter->ops->believe(counter->state, received, passed, pitch, belief);
}

static const struct predictor_ops counting_ops = {counted_reset, counted_advance, counted_believe};

static double gate_floats(const struct cleaner *cleaner)
{
  const struct gate *gate = cleaner->gate;
  return gate == NULL
           ? 0
           : (double)(gate->input_size * (gate->hidden_size + 2) + gate->hidden_size * (DAMAGE_COUNT + 1));
}

static double layer_floats(const struct step_layer *layer)
{
  return (double)layer->in * layer->out * (layer->w2 != NULL ? 2 : 1);
}

static int channels_that_decide(const struct take *take)
{
  unsigned seen = 0;
  for (size_t i = 0; i < take->count; i++) {
    const unsigned channel = take->messages[i].bytes[0] & 15;
    seen |= note_is_decidable(channel, take->messages[i].bytes[1]) ? 1U << channel : 0;
  }
  int count = 0;
  for (; seen != 0; seen &= seen - 1) {
    count++;
  }
  return count;
}

/* What vosp_step reads, layer by layer; a tick steps as many channels as one call may. With the pitch emission
 * a decision steps the rows from the lowest to the pitch's. */
static void count_reads(const struct counter *counter, int channels, const struct cleaner *cleaner,
                        struct bench_live *result)
{
  const struct vosp_step *net = counter->net;
  const double decisions = counter->decisions > 0 ? counter->decisions : 1;
  const double ticks = counter->ticks > 0 ? counter->ticks : 1;
  const double input_row = layer_floats(&net->level[0].input) / net->level[0].input.in;
  const double out_row = layer_floats(&net->out) / net->out.out;
  const double head = (net->config.posterior == POSTERIOR_GAUSS_MARKOV ? 2 : 1) * net->config.latent *
                      (layer_floats(&net->head) / net->head.out);
  const double feeds = net->config.feed == FEED_LEVEL ? 2 : 1;
  const double gate = gate_floats(cleaner);
  const double upper = layer_floats(&net->level[1].input);
  const double recurrent = layer_floats(&net->level[0].recurrent) + layer_floats(&net->level[1].recurrent);
  const double generator_z = layer_floats(&net->generator_z);
  const double emission = layer_floats(&net->emission.source) + layer_floats(&net->emission.recurrent);
  const double decision = counter->decision_inputs / decisions * input_row + 2 * out_row + gate +
                          (feeds - 1) * generator_z +
                          counter->decision_rows / decisions * (upper + head + generator_z + emission);
  const double tick = counter->tick_inputs / ticks * input_row +
                      net->rows * (upper + head + recurrent + layer_floats(&net->generator_h) + emission);
  const double all = layer_floats(&net->level[0].input) + upper + recurrent + layer_floats(&net->head) +
                     layer_floats(&net->generator_h) + generator_z + layer_floats(&net->out) + emission + gate;
  result->weights = (size_t)(all * sizeof(float));
  result->decision_reads.bytes = decision * sizeof(float);
  result->tick_reads.bytes = (channels < LIVE_STEPS_MAX ? channels : LIVE_STEPS_MAX) * tick * sizeof(float);
}

static enum status measure_reads(const struct model *model, const struct take *take, struct cleaner *cleaner,
                                 struct bench_live *result, struct error *error)
{
  struct vosp_step net;
  if (vosp_step_init(&net, &model->config, &model->params) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory for the benchmark");
  }
  struct counter counters[CHANNELS];
  struct cleaner counted = *cleaner;
  counted.ops = &counting_ops;
  for (int c = 0; c < CHANNELS; c++) {
    counters[c] = (struct counter){.net = &net, .ops = cleaner->ops, .state = cleaner->state[c]};
    counted.state[c] = &counters[c];
  }
  const enum status status = play(take, &counted, NULL, NULL, error);
  for (int c = 1; c < CHANNELS; c++) {
    counters[0].decision_inputs += counters[c].decision_inputs;
    counters[0].decision_rows += counters[c].decision_rows;
    counters[0].decisions += counters[c].decisions;
    counters[0].tick_inputs += counters[c].tick_inputs;
    counters[0].ticks += counters[c].ticks;
  }
  count_reads(&counters[0], channels_that_decide(take), cleaner, result);
  vosp_step_free(&net);
  return status;
}

static void hold_against(double bandwidth, double sgemm, const struct bench_times *times,
                         struct bench_reads *reads)
{
  reads->floor = bandwidth > 0 ? 1e6 * reads->bytes / bandwidth : 0;
  reads->ratio = reads->floor > 0 ? times->p50 / reads->floor : 0;
  reads->arithmetic = sgemm > 0 ? 2e-3 * reads->bytes / sizeof(float) / sgemm : 0;
  reads->arithmetic_ratio = reads->arithmetic > 0 ? times->p50 / reads->arithmetic : 0;
}

static enum status measure(const struct model *model, const struct take *take, struct cleaner *cleaner,
                           double sgemm, struct bench_live *result, struct error *error)
{
  if (take->messages == NULL || take->count == 0) {
    return error_set(error, STATUS_USAGE, "there is nothing to play");
  }
  const nanos length = take->messages[take->count - 1].time;
  const size_t periods = (size_t)(length / PERIOD) + 1;
  struct samples decisions = {calloc(take->count, sizeof(double)), 0, take->count};
  struct samples ticks = {calloc(periods, sizeof(double)), 0, periods};
  enum status status = STATUS_OK;
  if (decisions.times == NULL || ticks.times == NULL) {
    status = error_set(error, STATUS_NO_MEMORY, "out of memory for the benchmark");
  }
  const double begun = bench_seconds();
  if (status == STATUS_OK) {
    status = play(take, cleaner, NULL, NULL, error);
    result->real_time = (double)length / (double)NANOS_PER_SECOND / (bench_seconds() - begun);
  }
  if (status == STATUS_OK) {
    status = play(take, cleaner, &decisions, &ticks, error);
    result->decision = summarise(&decisions);
    result->tick = summarise(&ticks);
  }
  if (status == STATUS_OK) {
    status = measure_reads(model, take, cleaner, result, error);
    result->bandwidth = bench_read_bandwidth(result->weights);
    hold_against(result->bandwidth, sgemm, &result->decision, &result->decision_reads);
    hold_against(result->bandwidth, sgemm, &result->tick, &result->tick_reads);
  }
  free(decisions.times);
  free(ticks.times);
  return status;
}

/* As the live thread runs where it may; false where the system does not permit it. */
static bool set_fifo(bool on)
{
  const struct sched_param param = {.sched_priority = on ? 60 : 0};
  return sched_setscheduler(0, on ? SCHED_FIFO : SCHED_OTHER, &param) == 0;
}

enum status bench_live_run(const struct model *model, int notes, int channels, double sgemm,
                           struct bench_live *result, struct error *error)
{
#ifdef __SSE__
  _mm_setcsr(_mm_getcsr() | 0x8040); /* denormals read and written as zero, as on the live thread */
#endif
  *result = (struct bench_live){0};
  struct take take = {0};
  struct cleaner *cleaner = NULL;
  enum status status = bench_take(notes, channels, &take, error);
  if (status == STATUS_OK) {
    status = model_cleaner_new(model, &cleaner, error);
  }
  if (status == STATUS_OK) {
    result->fifo = set_fifo(true);
    status = measure(model, &take, cleaner, sgemm, result, error);
    (void)set_fifo(false);
    model_cleaner_free(cleaner);
  }
  take_free(&take);
  return status;
}
