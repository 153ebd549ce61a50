/* SPDX-License-Identifier: MIT */
#include "live_private.h"

#include <stdlib.h>

#include "rt.h"

enum { COMMANDS_CAPACITY = 1024, SWAPS_CAPACITY = 256 };

enum status live_queue_init(struct live_queue *queue, uint32_t capacity, uint32_t store_size)
{
  *queue = (struct live_queue){.capacity = capacity, .store_size = store_size};
  queue->slots = calloc(capacity, sizeof *queue->slots);
  queue->store = malloc(store_size);
  if (!queue->slots || !queue->store) {
    return STATUS_NO_MEMORY;
  }
  touch_pages(queue->slots, capacity * sizeof *queue->slots);
  touch_pages(queue->store, store_size);
  return STATUS_OK;
}

void live_queue_free(struct live_queue *queue)
{
  free(queue->slots);
  free(queue->store);
}

static enum status check_config(const struct live_config *config, struct error *error)
{
  if (config->look_ahead < 0 || config->look_ahead > LIVE_LOOK_AHEAD_MAX) {
    return error_set(error, STATUS_USAGE, "look-ahead of %.0f ms: it must lie between 0 and 200 ms",
                     (double)config->look_ahead / (double)NANOS_PER_MILLISECOND);
  }
  if (!(config->strength >= 0 && config->strength <= 1)) {
    return error_set(error, STATUS_USAGE, "strength %g: it must lie between 0 and 1", (double)config->strength);
  }
  return STATUS_OK;
}

static enum status init_rings(struct live *live, uint32_t capture_capacity)
{
  enum status status = ring_init(&live->commands, COMMANDS_CAPACITY);
  if (status == STATUS_OK) {
    status = ring_init(&live->swaps, SWAPS_CAPACITY);
  }
  if (status == STATUS_OK) {
    status = ring_init(&live->retired, SWAPS_CAPACITY);
  }
  if (status == STATUS_OK && capture_capacity > 0) {
    status = ring_init(&live->capture, capture_capacity);
  }
  return status;
}

static enum status init_parts(struct live *live, uint32_t capture_capacity)
{
  enum status status = init_rings(live, capture_capacity);
  if (status == STATUS_OK) {
    status = live_queue_init(&live->delayed, LIVE_DELAYED_MAX, LIVE_DELAYED_STORE);
  }
  if (status == STATUS_OK) {
    status = live_queue_init(&live->unsent, LIVE_UNSENT_MAX, LIVE_UNSENT_STORE);
  }
  return status;
}

enum status live_new(struct live **live, const struct live_config *config, struct cleaner *cleaner,
                     live_emit emit, void *port, struct error *error)
{
  *live = NULL;
  enum status status = check_config(config, error);
  if (status != STATUS_OK) {
    return status;
  }
  struct live *made = calloc(1, sizeof *made);
  status = made ? init_parts(made, config->capture_capacity) : STATUS_NO_MEMORY;
  if (status != STATUS_OK) {
    live_free(made);
    return error_set(error, status, "cannot set up the live engine: its buffers do not fit into memory");
  }
  made->emit = emit;
  made->port = port;
  made->look_ahead = config->look_ahead;
  made->keep_warm = config->keep_warm;
  made->mode = config->mode;
  made->strength = config->strength;
  made->bpm = config->bpm;
  made->cleaner = cleaner;
  if (config->instrument != NULL) {
    made->instrument = *config->instrument;
  } else {
    instrument_init(&made->instrument, GEAR_KEYBOARD);
  }
  atomic_init(&made->shown_mode, (int)config->mode);
  atomic_init(&made->shown_strength, config->strength);
  atomic_init(&made->shown_look_ahead, config->look_ahead);
  live_begin(made, 0);
  *live = made;
  return STATUS_OK;
}

void live_free(struct live *live)
{
  if (!live) {
    return;
  }
  ring_free(&live->commands);
  ring_free(&live->swaps);
  ring_free(&live->retired);
  ring_free(&live->capture);
  live_queue_free(&live->delayed);
  live_queue_free(&live->unsent);
  free(live);
}
