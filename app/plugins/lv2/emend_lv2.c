/* SPDX-License-Identifier: MIT */
/* emend as an LV2 MIDI effect: events to libemend and back at the same frame. Settings are control ports;
 * another preset is loaded by the host's worker. Ports may be unconnected, values may be anything. */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <lv2/atom/atom.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/core/lv2_util.h>
#include <lv2/log/log.h>
#include <lv2/log/logger.h>
#include <lv2/midi/midi.h>
#include <lv2/time/time.h>
#include <lv2/urid/urid.h>
#include <lv2/worker/worker.h>

#include "beside.h"
#include "emend/emend.h"

#define PLUGIN_URI "urn:emend:lv2"

/* As in emend.ttl. */
enum port {
  PORT_IN,
  PORT_OUT,
  PORT_ENABLED,
  PORT_STRENGTH,
  PORT_MODE, /* 0 clean, 1 monitor */
  PORT_LOOK_AHEAD,
  PORT_PRESET,
  PORT_PANIC,
  PORT_LATENCY,
  PORT_REMOVED,
  PORT_DECISION,
  PORT_COUNT,
};

enum { IDLE = -1 };

struct plugin {
  emend *emend; /* NULL: it could not be made, and everything passes */
  double rate;
  char data_dir[BESIDE_PATH]; /* presets in the bundle; "": the system's */
  void *port[PORT_COUNT];
  /* Values as they were last taken up; NAN at first. */
  float strength, mode, look_ahead, panic;
  int preset; /* that was asked for last */
  /* Where the host's transport should be. */
  float speed; /* 0: it stands */
  int64_t position;
  double until_idle; /* frames */
  LV2_URID_Map *map;
  LV2_Worker_Schedule *worker;
  LV2_Log_Logger logger;
  LV2_URID midi_event, time_position, time_frame, time_speed, atom_object, atom_blank, atom_sequence;
};

/* A port's value, or `otherwise` where it is unconnected or no number. */
static float value_of(const struct plugin *plugin, enum port port, float otherwise)
{
  const float *value = plugin->port[port];
  return value != NULL && isfinite(*value) ? *value : otherwise;
}

static void show(struct plugin *plugin, enum port port, double value)
{
  float *shown = plugin->port[port];
  if (shown != NULL) {
    *shown = (float)value;
  }
}

static void map_all(struct plugin *plugin)
{
  const LV2_URID_Map *map = plugin->map;
  plugin->midi_event = map->map(map->handle, LV2_MIDI__MidiEvent);
  plugin->time_position = map->map(map->handle, LV2_TIME__Position);
  plugin->time_frame = map->map(map->handle, LV2_TIME__frame);
  plugin->time_speed = map->map(map->handle, LV2_TIME__speed);
  plugin->atom_object = map->map(map->handle, LV2_ATOM__Object);
  plugin->atom_sequence = map->map(map->handle, LV2_ATOM__Sequence);
  plugin->atom_blank = map->map(map->handle, LV2_ATOM__Blank);
}

static const char *data_dir(const struct plugin *plugin)
{
  return plugin->data_dir[0] != '\0' ? plugin->data_dir : NULL;
}

static LV2_Handle instantiate(const LV2_Descriptor *descriptor, double rate, const char *bundle,
                              const LV2_Feature *const *features)
{
  struct plugin *plugin = calloc(1, sizeof *plugin);
  emend_error error;
  (void)descriptor;
  if (plugin == NULL) {
    return NULL;
  }
  const char *missing =
    lv2_features_query(features, LV2_LOG__log, &plugin->logger.log, false, LV2_URID__map, &plugin->map, true,
                       LV2_WORKER__schedule, &plugin->worker, false, NULL);
  if (plugin->map == NULL) {
    free(plugin);
    return NULL; /* the host lacks what emend.ttl requires */
  }
  (void)missing;
  lv2_log_logger_set_map(&plugin->logger, plugin->map);
  map_all(plugin);
  (void)presets_beside(bundle != NULL ? bundle : "", plugin->data_dir);
  plugin->rate = rate;
  plugin->strength = plugin->mode = plugin->look_ahead = plugin->panic = NAN;
  plugin->preset = 0;
  if (emend_new(&plugin->emend, plugin_presets[0], data_dir(plugin), rate, &error) != EMEND_OK) {
    lv2_log_error(&plugin->logger, "emend: %s; everything passes\n", error.text);
  }
  return plugin;
}

static void connect_port(LV2_Handle handle, uint32_t port, void *data)
{
  struct plugin *plugin = handle;
  if (port < PORT_COUNT) {
    plugin->port[port] = data;
  }
}

static void activate(LV2_Handle handle)
{
  struct plugin *plugin = handle;
  if (plugin->emend != NULL) {
    (void)emend_start(plugin->emend);
  }
  plugin->speed = 0;
}

/* Ends what sounds; it comes out with the first run after the next activate, if there is one. */
static void deactivate(LV2_Handle handle)
{
  struct plugin *plugin = handle;
  if (plugin->emend != NULL) {
    (void)emend_all_notes_off(plugin->emend, false);
  }
}

static void cleanup(LV2_Handle handle)
{
  struct plugin *plugin = handle;
  emend_free(plugin->emend);
  free(plugin);
}

/* --- Off the audio thread. --- */

static LV2_Worker_Status work(LV2_Handle handle, LV2_Worker_Respond_Function respond,
                              LV2_Worker_Respond_Handle respond_handle, uint32_t size, const void *data)
{
  struct plugin *plugin = handle;
  int preset = IDLE;
  emend_error error;
  (void)respond, (void)respond_handle;
  if (size == sizeof preset) {
    memcpy(&preset, data, sizeof preset);
  }
  if (preset >= 0 && preset < BESIDE_PRESETS &&
      emend_swap_preset(plugin->emend, plugin_presets[preset], &error) != EMEND_OK) {
    lv2_log_error(&plugin->logger, "emend: %s; the old preset stays\n", error.text);
  }
  (void)emend_idle(plugin->emend);
  return LV2_WORKER_SUCCESS;
}

static void ask_worker(struct plugin *plugin, int preset)
{
  if (plugin->worker != NULL) {
    (void)plugin->worker->schedule_work(plugin->worker->handle, sizeof preset, &preset);
  }
}

/* --- The audio thread. --- */

/* Settings that have changed. */
static void take_settings(struct plugin *plugin)
{
  const float strength = value_of(plugin, PORT_STRENGTH, 0.5F);
  const float mode = value_of(plugin, PORT_ENABLED, 1) <= 0 ? 2 : value_of(plugin, PORT_MODE, 0) > 0.5F ? 1 : 0;
  const float look_ahead = value_of(plugin, PORT_LOOK_AHEAD, 0);
  const float panic = value_of(plugin, PORT_PANIC, 0);
  static const emend_mode modes[] = {EMEND_CLEAN, EMEND_MONITOR, EMEND_BYPASS};
  if (strength != plugin->strength) {
    plugin->strength = strength;
    (void)emend_set_strength(plugin->emend, strength);
  }
  if (mode != plugin->mode) {
    plugin->mode = mode;
    (void)emend_set_mode(plugin->emend, modes[(int)mode]);
  }
  if (look_ahead != plugin->look_ahead) {
    plugin->look_ahead = look_ahead;
    const double frames = fmin(fmax((double)look_ahead, 0), 200) / 1e3 * plugin->rate;
    (void)emend_set_look_ahead(plugin->emend, (uint32_t)frames);
  }
  if (panic > 0 && !(plugin->panic > 0)) {
    (void)emend_all_notes_off(plugin->emend, true);
  }
  plugin->panic = panic;
}

static void take_preset(struct plugin *plugin, uint32_t frames)
{
  const int preset = (int)lrintf(fminf(fmaxf(value_of(plugin, PORT_PRESET, 0), 0), BESIDE_PRESETS - 1));
  plugin->until_idle -= frames;
  if (preset != plugin->preset) {
    plugin->preset = preset;
    ask_worker(plugin, preset);
  } else if (plugin->until_idle <= 0) {
    plugin->until_idle = plugin->rate / 2;
    ask_worker(plugin, IDLE);
  }
}

/* A jump of the transport, or its stop: what sounds would sound on. */
static void take_position(struct plugin *plugin, const LV2_Atom_Object *object, int64_t frame)
{
  const LV2_Atom *at = NULL, *speed = NULL;
  lv2_atom_object_get(object, plugin->time_frame, &at, plugin->time_speed, &speed, 0);
  if (at == NULL || at->size != sizeof(int64_t) || speed == NULL || speed->size != sizeof(float)) {
    return;
  }
  const int64_t position = ((const LV2_Atom_Long *)at)->body;
  const float now = ((const LV2_Atom_Float *)speed)->body;
  const bool jumps = plugin->speed != 0 && (!(now != 0) || llabs(position - frame - plugin->position) > 1);
  if (jumps) {
    (void)emend_all_notes_off(plugin->emend, false);
  }
  plugin->speed = isfinite(now) ? now : 0;
  plugin->position = position - frame;
}

static void take_events(struct plugin *plugin, const LV2_Atom_Sequence *in, uint32_t frames)
{
  LV2_ATOM_SEQUENCE_FOREACH(in, event)
  {
    const int64_t last = frames > 0 ? (int64_t)frames - 1 : 0;
    const int64_t frame = event->time.frames < 0 ? 0 : event->time.frames > last ? last : event->time.frames;
    if (event->body.type == plugin->midi_event) {
      (void)emend_event(plugin->emend, (uint32_t)frame, LV2_ATOM_BODY_CONST(&event->body), event->body.size);
    } else if (event->body.type == plugin->atom_object || event->body.type == plugin->atom_blank) {
      const LV2_Atom_Object *object = (const LV2_Atom_Object *)&event->body;
      if (object->body.otype == plugin->time_position) {
        take_position(plugin, object, frame);
      }
    }
  }
}

/* False when the host's buffer has no room. */
static bool put(const struct plugin *plugin, LV2_Atom_Sequence *out, uint32_t capacity,
                const emend_message *message)
{
  const uint32_t size = (uint32_t)sizeof(LV2_Atom_Event) + message->size;
  if (lv2_atom_pad_size(out->atom.size) + lv2_atom_pad_size(size) > capacity) {
    return false;
  }
  LV2_Atom_Event *event =
    (LV2_Atom_Event *)((uint8_t *)LV2_ATOM_BODY(&out->atom) + lv2_atom_pad_size(out->atom.size));
  event->time.frames = message->frame;
  event->body.type = plugin->midi_event;
  event->body.size = message->size;
  memcpy(LV2_ATOM_BODY(&event->body), message->bytes, message->size);
  out->atom.size += lv2_atom_pad_size(size);
  return true;
}

static void give_events(struct plugin *plugin, LV2_Atom_Sequence *out, uint32_t capacity)
{
  emend_message message;
  bool room = true;
  while (room && emend_output(plugin->emend, &message)) {
    room = put(plugin, out, capacity, &message);
  }
}

/* Without an instance everything passes. */
static void pass(const struct plugin *plugin, const LV2_Atom_Sequence *in, LV2_Atom_Sequence *out,
                 uint32_t capacity)
{
  LV2_ATOM_SEQUENCE_FOREACH(in, event)
  {
    if (event->body.type == plugin->midi_event && event->time.frames >= 0) {
      const emend_message message = {(uint32_t)event->time.frames, event->body.size,
                                     LV2_ATOM_BODY_CONST(&event->body)};
      (void)put(plugin, out, capacity, &message);
    }
  }
}

static void run(LV2_Handle handle, uint32_t frames)
{
  struct plugin *plugin = handle;
  const LV2_Atom_Sequence *in = plugin->port[PORT_IN];
  LV2_Atom_Sequence *out = plugin->port[PORT_OUT];
  emend_counters counters;
  const uint32_t capacity = out != NULL ? out->atom.size : 0;
  if (out != NULL) {
    out->atom.type = plugin->atom_sequence;
    lv2_atom_sequence_clear(out);
    out->body.unit = 0;
    out->body.pad = 0;
  }
  if (plugin->emend == NULL) {
    if (in != NULL && out != NULL) {
      pass(plugin, in, out, capacity);
    }
    show(plugin, PORT_LATENCY, 0);
    return;
  }
  take_settings(plugin);
  take_preset(plugin, frames);
  if (in != NULL) {
    take_events(plugin, in, frames);
  }
  (void)emend_end_block(plugin->emend, frames);
  plugin->position += llrintf((float)frames * plugin->speed);
  if (out != NULL) {
    give_events(plugin, out, capacity);
  }
  emend_stats(plugin->emend, &counters);
  uint64_t removed = 0;
  for (int reason = 0; reason < EMEND_REASONS; reason++) {
    removed += counters.removed[reason];
  }
  show(plugin, PORT_LATENCY, emend_latency(plugin->emend));
  show(plugin, PORT_REMOVED, (double)removed);
  show(plugin, PORT_DECISION, counters.decision_us_p99);
}

static const void *extension_data(const char *uri)
{
  static const LV2_Worker_Interface worker = {work, NULL, NULL};
  return strcmp(uri, LV2_WORKER__interface) == 0 ? &worker : NULL;
}

LV2_SYMBOL_EXPORT const LV2_Descriptor *lv2_descriptor(uint32_t index)
{
  static const LV2_Descriptor descriptor = {PLUGIN_URI, instantiate, connect_port, activate,
                                            run,        deactivate,  cleanup,      extension_data};
  return index == 0 ? &descriptor : NULL;
}
