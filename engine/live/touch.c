/* SPDX-License-Identifier: MIT */
#include "touch.h"

#include <math.h>
#include <string.h>

#define LEVEL_START 4.158883F /* log 64 */
#define LEVEL_RATE 0.05F
#define SPREAD_START 0.3F
#define SPREAD_RATE 0.02F
#define SPREAD_LEAST 0.05F
#define MS ((float)NANOS_PER_MILLISECOND)
#define LONG_AGO (4 * NANOS_PER_SECOND)
#define RATIO_MOST 3.0F

/* Within what a stroke can be of a kind: milliseconds and log ratios of velocity. */
#define BOUNCE_LEAST 1.5F  /* below it two voices, or the same message twice */
#define BOUNCE_MOST 65.0F  /* a hand repeats a key every 77 ms at most */
#define RELEASE_MOST 30.0F /* after the key's note-off */
#define DUPLICATE_MOST 1.5F
#define SLIP_AFTER 100.0F    /* a slip beside a neighbour struck so long before */
#define SLIP_LOUDEST (-0.4F) /* log: the neighbour is half as loud again */
#define CAUSE_MOST 40.0F     /* crosstalk and octaves: from the cause */
#define CROSSTALK_LOUDEST (-0.9F)
#define GHOST_LOUDEST (-0.9F) /* below the player's level: 0.4 of it */

static nanos distance_between(nanos a, nanos b)
{
  return a > b ? a - b : b - a;
}

static float clip(float value)
{
  return fmaxf(-RATIO_MOST, fminf(RATIO_MOST, value));
}

/* 0 at once, about 2 after seconds. */
static float log_gap(nanos gap, float unit)
{
  return log1pf((float)(gap < LONG_AGO ? gap : LONG_AGO) / (unit * MS)) / 3;
}

EMEND_LIVE void touch_reset(struct touch *touch)
{
  memset(touch, 0, sizeof *touch);
  touch->level = LEVEL_START;
  touch->spread = SPREAD_START;
}

EMEND_LIVE void touch_on(struct touch *touch, nanos time, int pitch, int velocity)
{
  struct touch_stroke *strokes = touch->stroke[pitch];
  for (int i = TOUCH_STROKES - 1; i > 0; i--) {
    strokes[i] = strokes[i - 1];
  }
  strokes[0] = (struct touch_stroke){time, time - 1, (uint8_t)velocity};
  const uint32_t at = touch->count++ % TOUCH_RECENT;
  touch->recent[at].on = time;
  touch->recent[at].pitch = (uint8_t)pitch;
  touch->recent[at].velocity = (uint8_t)velocity;
}

static bool is_down(const struct touch_stroke *stroke, nanos time)
{
  return stroke->on <= time && (stroke->off < stroke->on || stroke->off > time);
}

EMEND_LIVE void touch_off(struct touch *touch, nanos time, int pitch)
{
  struct touch_stroke *strokes = touch->stroke[pitch];
  for (int i = TOUCH_STROKES - 1; i >= 0; i--) { /* the oldest that is down */
    if (strokes[i].velocity > 0 && strokes[i].off < strokes[i].on) {
      strokes[i].off = time;
      return;
    }
  }
}

EMEND_LIVE void touch_release_all(struct touch *touch, nanos time)
{
  for (int key = 0; key < KEYS; key++) {
    for (int i = 0; i < TOUCH_STROKES; i++) {
      struct touch_stroke *stroke = &touch->stroke[key][i];
      stroke->off = stroke->off < stroke->on ? time : stroke->off;
    }
  }
}

EMEND_LIVE void touch_accept(struct touch *touch, int velocity)
{
  const float deviation = logf((float)velocity) - touch->level;
  touch->level += LEVEL_RATE * deviation;
  touch->spread += SPREAD_RATE * (fabsf(deviation) - touch->spread);
}

/* The stroke of the candidate's own key before it, or NULL. */
static const struct touch_stroke *previous(const struct touch *touch, nanos time, int pitch, int velocity)
{
  const struct touch_stroke *strokes = touch->stroke[pitch];
  int i = 0;
  while (i < TOUCH_STROKES && (strokes[i].on != time || strokes[i].velocity != (uint8_t)velocity)) {
    i++;
  }
  i++;
  return i < TOUCH_STROKES && strokes[i].velocity > 0 && time - strokes[i].on <= LONG_AGO ? &strokes[i] : NULL;
}

/* The stroke of another key that is nearest in time. */
static struct touch_near nearest(const struct touch *touch, int key, nanos time, int velocity)
{
  struct touch_near near = {false, false, 0, 0};
  if (key < 0 || key >= KEYS) {
    return near;
  }
  const struct touch_stroke *best = NULL;
  for (const struct touch_stroke *stroke = touch->stroke[key];
       stroke < touch->stroke[key] + TOUCH_STROKES && stroke->velocity > 0; stroke++) {
    if (best == NULL || distance_between(time, stroke->on) < distance_between(time, best->on)) {
      best = stroke;
    }
  }
  if (best != NULL) {
    near.there = true;
    near.held = is_down(best, time);
    near.dt = (float)(time - best->on) / MS;
    near.ratio = clip(logf((float)velocity / (float)best->velocity));
  }
  return near;
}

static void read_own(const struct touch *touch, nanos time, int pitch, int velocity, float *out)
{
  const struct touch_stroke *before = previous(touch, time, pitch, velocity);
  memset(out, 0, TOUCH_OWN * sizeof *out);
  const bool down = before != NULL && is_down(before, time);
  out[0] = log_gap(before != NULL ? time - before->on : LONG_AGO, 10);
  out[1] = log_gap(before != NULL && !down ? time - before->off : LONG_AGO, 3);
  if (before == NULL) {
    return;
  }
  out[2] = down;
  out[3] = clip(logf((float)velocity / (float)before->velocity));
  out[4] = out[3] * expf(-(float)(time - before->on) / (60 * MS));
  out[5] = down ? 0 : out[3] * expf(-(float)(time - before->off) / (10 * MS));
}

/* What the last strokes of other keys add up to. */
struct crowd {
  nanos last;       /* since the nearest in time */
  int within[4];    /* of spans[] */
  int own;          /* strokes of the candidate's key */
  int close;        /* within a third and CLOSE_SPAN */
  int reach;        /* semitones to the nearest of the last second */
  int loudest;      /* velocity of the loudest together with it, 0: none */
  float loudest_dt; /* ms */
};

enum { SPANS = 4, CLOSE = 4, REACH_MOST = 48 };
#define CLOSE_SPAN (600 * NANOS_PER_MILLISECOND)
#define TOGETHER (15 * NANOS_PER_MILLISECOND)
static const nanos spans[SPANS] = {30 * NANOS_PER_MILLISECOND, 100 * NANOS_PER_MILLISECOND,
                                   300 * NANOS_PER_MILLISECOND, 1000 * NANOS_PER_MILLISECOND};

static struct crowd look_around(const struct touch *touch, nanos time, int pitch)
{
  struct crowd crowd = {.last = LONG_AGO, .reach = REACH_MOST};
  const uint32_t count = touch->count < TOUCH_RECENT ? touch->count : TOUCH_RECENT;
  for (uint32_t i = 1; i <= count; i++) {
    const uint32_t at = (touch->count - i) % TOUCH_RECENT;
    const nanos distance = distance_between(time, touch->recent[at].on);
    const int step =
      touch->recent[at].pitch > pitch ? touch->recent[at].pitch - pitch : pitch - touch->recent[at].pitch;
    if (distance > LONG_AGO) {
      break;
    }
    if (step == 0) {
      crowd.own += distance > 0;
      continue;
    }
    crowd.last = distance < crowd.last ? distance : crowd.last;
    for (int s = 0; s < SPANS; s++) {
      crowd.within[s] += distance <= spans[s];
    }
    crowd.close += step <= CLOSE && distance <= CLOSE_SPAN;
    crowd.reach = distance <= spans[SPANS - 1] && step < crowd.reach ? step : crowd.reach;
    if (distance <= TOGETHER && touch->recent[at].velocity > crowd.loudest) {
      crowd.loudest = touch->recent[at].velocity;
      crowd.loudest_dt = (float)distance / MS;
    }
  }
  return crowd;
}

static void read_scene(const struct touch *touch, nanos time, int pitch, int velocity, float *out)
{
  const struct crowd crowd = look_around(touch, time, pitch);
  const float loudness = logf((float)velocity);
  const float deviation = loudness - touch->level;
  out[0] = loudness - 3;
  out[1] = clip(deviation);
  out[2] = clip(deviation / (touch->spread + SPREAD_LEAST) / 2);
  out[3] = velocity == 1;
  out[4] = log_gap(crowd.last, 5);
  out[5] = (float)(crowd.within[0] < 6 ? crowd.within[0] : 6) / 3;
  out[6] = log1pf((float)crowd.within[1]) / 1.5F;
  out[7] = log1pf((float)crowd.within[2]) / 1.5F;
  out[8] = log1pf((float)crowd.within[3]) / 2;
  out[9] = log1pf((float)crowd.own) / 1.5F;
  out[10] = log1pf((float)crowd.close) / 1.5F;
  out[11] = log1pf((float)crowd.reach) / 2;
  out[12] = crowd.loudest > 0 ? clip(loudness - logf((float)crowd.loudest)) : 0;
  out[13] = crowd.loudest > 0 ? expf(-crowd.loudest_dt / 8) : 0;
  out[14] = ((float)pitch - (PITCH_LOW + PITCH_HIGH) / 2.0F) / 22;
}

/* The side of the likelier cause first, so that up and down are the same to the head. */
static void read_neighbours(const struct touch *touch, nanos time, int pitch, int velocity, float *out)
{
  struct touch_near near[2][2]; /* below and above; one and two semitones away */
  float weight[2] = {0, 0};
  for (int side = 0; side < 2; side++) {
    for (int k = 0; k < 2; k++) {
      struct touch_near *one = &near[side][k];
      *one = nearest(touch, pitch + (side == 0 ? -1 : 1) * (k + 1), time, velocity);
      if (one->there) {
        weight[side] = fmaxf(weight[side], expf(-fabsf(one->dt) / 60) * (0.1F + fmaxf(0, -one->ratio)));
      }
    }
  }
  const int first = weight[1] > weight[0];
  for (int i = 0; i < TOUCH_NEIGHBOURS; i++, out += TOUCH_NEIGHBOUR) {
    const struct touch_near *one = &near[i < 2 ? first : !first][i % 2];
    out[0] = one->there ? expf(-fabsf(one->dt) / 40) : 0;
    out[1] = one->there ? expf(-fabsf(one->dt) / 200) : 0;
    out[2] = one->ratio * out[0];
    out[3] = one->ratio * out[1];
    out[4] = one->held;
  }
}

enum { OVERTONES = 4 };
static const int overtones[OVERTONES] = {12, 19, 24, 7};

static void read_below(const struct touch *touch, nanos time, int pitch, int velocity, float *out)
{
  static const int places[OVERTONES] = {0, 3, 3, 6};
  memset(out, 0, TOUCH_BELOW * sizeof *out);
  for (int k = 0; k < OVERTONES; k++) {
    const struct touch_near near = nearest(touch, pitch - overtones[k], time, velocity);
    const float nearness = near.there ? expf(-fabsf(near.dt) / 30) : 0;
    float *place = out + places[k];
    if (nearness > place[0]) {
      place[0] = nearness;
      place[1] = near.ratio * nearness;
      if (places[k] + 2 < TOUCH_BELOW) {
        place[2] = near.held;
      }
    }
  }
}

EMEND_LIVE void touch_read(const struct touch *touch, nanos time, int pitch, int velocity,
                           float out[TOUCH_SIZE])
{
  read_own(touch, time, pitch, velocity, out);
  out += TOUCH_OWN;
  read_scene(touch, time, pitch, velocity, out);
  out += TOUCH_SCENE;
  read_neighbours(touch, time, pitch, velocity, out);
  out += TOUCH_NEIGHBOURS * TOUCH_NEIGHBOUR;
  read_below(touch, time, pitch, velocity, out);
}

static unsigned own_kinds(const struct touch *touch, nanos time, int pitch, int velocity)
{
  const struct touch_stroke *before = previous(touch, time, pitch, velocity);
  if (before == NULL) {
    return 0;
  }
  unsigned kinds = 0;
  const float gap = (float)(time - before->on) / MS;
  const bool down = is_down(before, time);
  if (gap >= BOUNCE_LEAST && gap <= BOUNCE_MOST) {
    kinds |= 1U << DAMAGE_BOUNCE;
  }
  if (gap < DUPLICATE_MOST && down && before->velocity == velocity) {
    kinds |= 1U << DAMAGE_DUPLICATE;
  }
  if (!down && (float)(time - before->off) / MS <= RELEASE_MOST) {
    kinds |= 1U << DAMAGE_RELEASE;
  }
  return kinds;
}

EMEND_LIVE unsigned touch_kinds(const struct touch *touch, nanos time, int pitch, int velocity)
{
  unsigned kinds = own_kinds(touch, time, pitch, velocity);
  for (int step = -2; step <= 2; step++) {
    const struct touch_near near = nearest(touch, pitch + step, time, velocity);
    if (step != 0 && near.there && fabsf(near.dt) <= SLIP_AFTER && near.ratio <= SLIP_LOUDEST) {
      kinds |= 1U << DAMAGE_BRUSH;
    }
  }
  for (int k = 0; k < OVERTONES; k++) {
    const struct touch_near near = nearest(touch, pitch - overtones[k], time, velocity);
    if (near.there && fabsf(near.dt) <= CAUSE_MOST) {
      kinds |= 1U << DAMAGE_HARMONIC;
    }
  }
  const float loudness = logf((float)velocity);
  if (loudness - touch->level <= GHOST_LOUDEST) {
    kinds |= 1U << DAMAGE_GHOST;
  }
  const struct crowd crowd = look_around(touch, time, pitch);
  if (crowd.loudest > 0 && loudness - logf((float)crowd.loudest) <= CROSSTALK_LOUDEST) {
    kinds |= 1U << DAMAGE_CROSSTALK;
  }
  return kinds;
}
