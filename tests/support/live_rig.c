/* SPDX-License-Identifier: MIT */
#include "live_rig.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct live_rig rig;

struct live_config rig_clean(void)
{
  return (struct live_config){.mode = LIVE_CLEAN, .strength = 0.5F, .bpm = 120};
}

void rig_start(struct live_config config)
{
  struct error error;
  recording_clear(&rig.port);
  fake_predictor_init(&rig.fake);
  fake_predictor_init(&rig.other);
  assert_int_equal(live_new(&rig.live, &config, &rig.fake.cleaner, recording_emit, &rig.port, &error),
                   STATUS_OK);
  live_begin(rig.live, 0);
}

int rig_stop(void **state)
{
  (void)state;
  live_free(rig.live);
  rig.live = NULL;
  return 0;
}

void rig_send(nanos milliseconds, unsigned status, unsigned first, unsigned second)
{
  const uint8_t bytes[] = {(uint8_t)status, (uint8_t)first, (uint8_t)second};
  live_receive(rig.live, milliseconds * NANOS_PER_MILLISECOND, bytes, sizeof bytes);
}

const char *rig_sent(void)
{
  static char text[4096];
  size_t used = 0;
  text[0] = '\0';
  for (uint32_t i = 0; i < rig.port.count && used < sizeof text - 64; i++) {
    const struct recorded *message = &rig.port.messages[i];
    used += (size_t)snprintf(text + used, 32, "%g:", (double)message->time / (double)NANOS_PER_MILLISECOND);
    for (uint32_t b = 0; b < message->size && used < sizeof text - 8; b++) {
      used += (size_t)snprintf(text + used, 8, " %02x", recording_bytes(&rig.port, i)[b]);
    }
    used += (size_t)snprintf(text + used, 8, "\n");
  }
  recording_clear(&rig.port);
  return text;
}

uint64_t rig_suppressed(void)
{
  uint64_t sum = 0;
  for (int d = 0; d < DAMAGE_COUNT; d++) {
    sum += live_counters(rig.live)->suppressed[d];
  }
  return sum;
}
