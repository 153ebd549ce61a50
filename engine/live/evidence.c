/* SPDX-License-Identifier: MIT */
#include "evidence.h"

#include <math.h>
#include <string.h>

/* The global values, in the order of the model file format. */
enum {
  GLOBAL_VELOCITY, /* velocity / 64 - 1 */
  GLOBAL_LEVEL,    /* half the log of velocity over the player's level */
  GLOBAL_STANDING, /* the log of velocity less the level, in twice the player's usual deviation */
  GLOBAL_NEAR,     /* decays since the nearest stroke of any other key */
  GLOBAL_FAR,
  GLOBAL_CROWD,  /* other keys struck within CROWD_SPAN, a third each, at most 2 */
  GLOBAL_HEIGHT, /* of the pitch, -2 at the lowest key to 2 at the highest */
  GLOBAL_DOWN,   /* 1: this key was down already; -1: it is up again (look-ahead); else 0 */
};

#define SHORT_DECAY (30 * (float)NANOS_PER_MILLISECOND)
#define LONG_DECAY (300 * (float)NANOS_PER_MILLISECOND)
#define CROWD_SPAN (30 * NANOS_PER_MILLISECOND)
#define LEVEL_START 4.158883f /* log 64 */
#define LEVEL_RATE 0.05f
#define SPREAD_START 0.2f
#define SPREAD_RATE 0.02f
#define SPREAD_LEAST 0.05f

struct decays {
  float near, far;
};

static struct decays decays_after(nanos distance)
{
  float span = (float)distance;
  return (struct decays){expf(-span / SHORT_DECAY), expf(-span / LONG_DECAY)};
}

static nanos distance_between(nanos a, nanos b)
{
  return a > b ? a - b : b - a;
}

EMEND_LIVE void evidence_reset(struct evidence *evidence)
{
  memset(evidence, 0, sizeof *evidence);
  evidence->mean_log_velocity = LEVEL_START;
  evidence->log_velocity_spread = SPREAD_START;
}

EMEND_LIVE void evidence_note_on(struct evidence *evidence, nanos time, int pitch, int velocity)
{
  nanos *times = evidence->time[pitch];
  uint8_t *velocities = evidence->velocity[pitch];
  for (int i = EVIDENCE_STROKES - 1; i > 0; i--) {
    times[i] = times[i - 1];
    velocities[i] = velocities[i - 1];
  }
  times[0] = time;
  velocities[0] = (uint8_t)velocity;
  if (evidence->held[pitch] < UINT8_MAX) {
    evidence->held[pitch]++;
  }
}

EMEND_LIVE void evidence_note_off(struct evidence *evidence, int pitch)
{
  if (evidence->held[pitch] > 0) {
    evidence->held[pitch]--;
  }
}

EMEND_LIVE void evidence_accept(struct evidence *evidence, int velocity)
{
  float deviation = logf((float)velocity) - evidence->mean_log_velocity;
  evidence->mean_log_velocity += LEVEL_RATE * deviation;
  evidence->log_velocity_spread += SPREAD_RATE * (fabsf(deviation) - evidence->log_velocity_spread);
}

EMEND_LIVE void evidence_release_all(struct evidence *evidence)
{
  memset(evidence->held, 0, sizeof evidence->held);
}

/* The stroke of another key that is nearest in time, or -1. */
static int nearest_stroke(const struct evidence *evidence, int key, nanos time)
{
  int nearest = -1;
  for (int i = 0; i < EVIDENCE_STROKES && evidence->velocity[key][i] > 0; i++) {
    if (nearest < 0 ||
        distance_between(time, evidence->time[key][i]) < distance_between(time, evidence->time[key][nearest])) {
      nearest = i;
    }
  }
  return nearest;
}

/* The stroke of the candidate's own key that came before it, or -1. */
static int previous_stroke(const struct evidence *evidence, int key, nanos time, int velocity)
{
  int i = 0;
  while (i < EVIDENCE_STROKES &&
         (evidence->time[key][i] != time || evidence->velocity[key][i] != (uint8_t)velocity)) {
    i++;
  }
  i++;
  return i < EVIDENCE_STROKES && evidence->velocity[key][i] > 0 ? i : -1;
}

static void read_globals(const struct evidence *evidence, nanos time, int pitch, int velocity, float *out)
{
  nanos nearest = INT64_MAX;
  int crowd = 0;
  for (int key = 0; key < KEYS; key++) {
    int i = key == pitch ? -1 : nearest_stroke(evidence, key, time);
    if (i >= 0) {
      nanos distance = distance_between(time, evidence->time[key][i]);
      nearest = distance < nearest ? distance : nearest;
      crowd += distance <= CROWD_SPAN;
    }
  }
  struct decays decays = nearest < INT64_MAX ? decays_after(nearest) : (struct decays){0};
  int held = evidence->held[pitch];
  out[GLOBAL_VELOCITY] = (float)velocity / 64 - 1;
  float deviation = logf((float)velocity) - evidence->mean_log_velocity;
  out[GLOBAL_LEVEL] = deviation / 2;
  out[GLOBAL_STANDING] = fmaxf(-3, fminf(3, deviation / (evidence->log_velocity_spread + SPREAD_LEAST) / 2));
  out[GLOBAL_NEAR] = decays.near;
  out[GLOBAL_FAR] = decays.far;
  out[GLOBAL_CROWD] = (float)(crowd < 6 ? crowd : 6) / 3;
  out[GLOBAL_HEIGHT] = ((float)pitch - (PITCH_LOW + PITCH_HIGH) / 2.0F) / 22;
  out[GLOBAL_DOWN] = held > 1 ? 1 : (float)(held - 1);
}

static void read_key(const struct evidence *evidence, nanos time, int pitch, int velocity, int key, float *out)
{
  memset(out, 0, EVIDENCE_PER_KEY * sizeof *out);
  if (key < 0 || key >= KEYS) {
    return;
  }
  int i = key == pitch ? previous_stroke(evidence, key, time, velocity) : nearest_stroke(evidence, key, time);
  if (i < 0) {
    return;
  }
  struct decays decays = decays_after(distance_between(time, evidence->time[key][i]));
  float ratio = logf((float)velocity / (float)evidence->velocity[key][i]) / 2;
  out[0] = decays.near;
  out[1] = decays.far;
  out[2] = ratio * decays.near;
  out[3] = ratio * decays.far;
}

EMEND_LIVE void evidence_read(const struct evidence *evidence, nanos time, int pitch, int velocity,
                              float out[EVIDENCE_SIZE])
{
  read_globals(evidence, time, pitch, velocity, out);
  out += EVIDENCE_GLOBAL;
  for (int key = pitch - EVIDENCE_REACH; key <= pitch + EVIDENCE_REACH; key++) {
    read_key(evidence, time, pitch, velocity, key, out);
    out += EVIDENCE_PER_KEY;
  }
  for (int key = pitch - EVIDENCE_HELD_REACH; key <= pitch + EVIDENCE_HELD_REACH; key++) {
    int own = key == pitch; /* the candidate does not count */
    *out++ = key >= 0 && key < KEYS && evidence->held[key] > own;
  }
}
