/* SPDX-License-Identifier: MIT */
#include "live_rig.h"

#include <stdio.h>

#include "cmocka_all.h"

struct live_rig live_rig;

struct live_config live_rig_clean(void)
{
  return (struct live_config){.mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120};
}

void live_rig_start(struct live_config config)
{
  struct error error;
  recording_clear(&live_rig.port);
  fake_predictor_init(&live_rig.fake);
  fake_predictor_init(&live_rig.other);
  assert_int_equal(
    live_new(&live_rig.live, &config, &live_rig.fake.cleaner, recording_emit, &live_rig.port, &error),
    STATUS_OK);
  live_begin(live_rig.live, 0);
}

int live_rig_stop(void **state)
{
  (void)state;
  live_free(live_rig.live);
  live_rig.live = NULL;
  return 0;
}

void live_rig_send(nanos milliseconds, unsigned status, unsigned first, unsigned second)
{
  const uint8_t bytes[] = {(uint8_t)status, (uint8_t)first, (uint8_t)second};
  live_receive(live_rig.live, milliseconds * NANOS_PER_MILLISECOND, bytes, sizeof bytes);
}

const char *live_rig_sent(void)
{
  static char text[4096];
  size_t used = 0;
  text[0] = '\0';
  for (uint32_t i = 0; i < live_rig.port.count && used < sizeof text - 64; i++) {
    const struct recorded *message = &live_rig.port.messages[i];
    used += (size_t)snprintf(text + used, 32, "%g:", (double)message->time / (double)NANOS_PER_MILLISECOND);
    for (uint32_t b = 0; b < message->size && used < sizeof text - 8; b++) {
      used += (size_t)snprintf(text + used, 8, " %02x", recording_bytes(&live_rig.port, i)[b]);
    }
    used += (size_t)snprintf(text + used, 8, "\n");
  }
  recording_clear(&live_rig.port);
  return text;
}

uint64_t live_rig_suppressed(void)
{
  uint64_t sum = 0;
  for (int d = 0; d < DAMAGE_COUNT; d++) {
    sum += live_counters(live_rig.live)->suppressed[d];
  }
  return sum;
}
