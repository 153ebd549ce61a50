/* SPDX-License-Identifier: MIT */
/* emend as a CLAP note effect: events to libemend and back at the same frame. Settings are parameters; another
 * preset is loaded on the host's main thread. */
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "beside.h"
#include "clap_abi.h"
#include "clap_notes.h"
#include "emend/emend.h"

enum param { PARAM_BYPASS, PARAM_STRENGTH, PARAM_MODE, PARAM_LOOK_AHEAD, PARAM_PRESET, PARAM_COUNT };

enum { STATE_MAX = 4096, STATE_VERSION = 1 };

static const char *const switches[] = {"off", "on", NULL};

static const struct {
  const char *name, *key; /* for people; in the state */
  double low, high, otherwise;
  uint32_t flags;
} params[PARAM_COUNT] = {
  [PARAM_BYPASS] = {"Bypass", "bypass", 0, 1, 0,
                    CLAP_PARAM_IS_STEPPED | CLAP_PARAM_IS_BYPASS | CLAP_PARAM_IS_AUTOMATABLE},
  [PARAM_STRENGTH] = {"Strength", "strength", 0, 1, 0.5, CLAP_PARAM_IS_AUTOMATABLE},
  [PARAM_MODE] = {"Monitor only", "monitor", 0, 1, 0, CLAP_PARAM_IS_STEPPED | CLAP_PARAM_IS_AUTOMATABLE},
  [PARAM_LOOK_AHEAD] = {"Look-ahead (ms)", "look_ahead", 0, 200, 0, 0},
  [PARAM_PRESET] = {"Preset", "preset", 0, 2, 0, CLAP_PARAM_IS_STEPPED},
};

static char data_dir[BESIDE_PATH]; /* set by the entry's init */

struct plugin {
  clap_plugin_t clap;
  const clap_host_t *host;
  emend *emend; /* while active; NULL: it could not be made, and everything passes */
  double rate;
  _Atomic double value[PARAM_COUNT];
  double taken[PARAM_COUNT]; /* by the audio thread; NAN: none yet */
  bool plays;
  int64_t position; /* where the transport should be at the next block, in 2^-31 s */
  struct clap_notes notes;
};

static struct plugin *of(const clap_plugin_t *clap)
{
  return clap->plugin_data;
}

static void say(const struct plugin *plugin, const char *text)
{
  const clap_host_log_t *log =
    plugin->host->get_extension != NULL ? plugin->host->get_extension(plugin->host, CLAP_EXT_LOG) : NULL;
  if (log != NULL && log->log != NULL) {
    log->log(plugin->host, CLAP_LOG_ERROR, text);
  }
}

/* The nearest value that the parameter can have; false for no number. */
static bool nearest(clap_id id, double *value)
{
  if (id >= PARAM_COUNT || isnan(*value)) {
    return false;
  }
  *value = fmin(fmax(*value, params[id].low), params[id].high);
  if ((params[id].flags & CLAP_PARAM_IS_STEPPED) != 0) {
    *value = round(*value);
  }
  return true;
}

static void set(struct plugin *plugin, clap_id id, double value)
{
  if (nearest(id, &value)) {
    atomic_store_explicit(&plugin->value[id], value, memory_order_relaxed);
  }
}

static double get(const struct plugin *plugin, enum param id)
{
  return atomic_load_explicit(&plugin->value[id], memory_order_relaxed);
}

/* --- Main thread --- */

static bool init(const clap_plugin_t *clap)
{
  struct plugin *plugin = of(clap);
  for (int id = 0; id < PARAM_COUNT; id++) {
    atomic_init(&plugin->value[id], params[id].otherwise);
  }
  return true;
}

static void destroy(const clap_plugin_t *clap)
{
  struct plugin *plugin = of(clap);
  emend_free(plugin->emend);
  free(plugin);
}

static void forget_taken(struct plugin *plugin)
{
  for (int id = 0; id < PARAM_COUNT; id++) {
    plugin->taken[id] = NAN;
  }
  plugin->taken[PARAM_PRESET] = get(plugin, PARAM_PRESET);
  plugin->plays = false;
}

static bool activate(const clap_plugin_t *clap, double rate, uint32_t least, uint32_t most)
{
  struct plugin *plugin = of(clap);
  emend_error error;
  (void)least, (void)most;
  emend_free(plugin->emend);
  plugin->rate = rate;
  if (emend_new(&plugin->emend, plugin_presets[(int)get(plugin, PARAM_PRESET)],
                data_dir[0] != '\0' ? data_dir : NULL, rate, &error) != EMEND_OK) {
    say(plugin, error.text);
    return error.status != EMEND_USAGE; /* without its preset emend passes everything; a rate of 0 is refused */
  }
  (void)emend_set_look_ahead(plugin->emend, (uint32_t)(get(plugin, PARAM_LOOK_AHEAD) / 1e3 * rate));
  forget_taken(plugin);
  return true;
}

static void deactivate(const clap_plugin_t *clap)
{
  struct plugin *plugin = of(clap);
  emend_free(plugin->emend);
  plugin->emend = NULL;
}

static void on_main_thread(const clap_plugin_t *clap)
{
  struct plugin *plugin = of(clap);
  emend_error error;
  if (plugin->emend == NULL) {
    return;
  }
  if (emend_swap_preset(plugin->emend, plugin_presets[(int)get(plugin, PARAM_PRESET)], &error) != EMEND_OK) {
    say(plugin, error.text);
  }
  (void)emend_idle(plugin->emend);
}

/* --- Audio thread --- */

static bool start_processing(const clap_plugin_t *clap)
{
  struct plugin *plugin = of(clap);
  if (plugin->emend != NULL) {
    (void)emend_start(plugin->emend);
  }
  forget_taken(plugin);
  return true;
}

static void stop_processing(const clap_plugin_t *clap)
{
  struct plugin *plugin = of(clap);
  if (plugin->emend != NULL) {
    (void)emend_all_notes_off(plugin->emend, false);
  }
}

static void reset(const clap_plugin_t *clap)
{
  (void)start_processing(clap);
}

static void take_params(struct plugin *plugin)
{
  double now[PARAM_COUNT];
  for (int id = 0; id < PARAM_COUNT; id++) {
    now[id] = get(plugin, (enum param)id);
  }
  if (now[PARAM_STRENGTH] != plugin->taken[PARAM_STRENGTH]) {
    (void)emend_set_strength(plugin->emend, (float)now[PARAM_STRENGTH]);
  }
  if (now[PARAM_BYPASS] != plugin->taken[PARAM_BYPASS] || now[PARAM_MODE] != plugin->taken[PARAM_MODE]) {
    (void)emend_set_mode(plugin->emend, now[PARAM_BYPASS] > 0 ? EMEND_BYPASS
                                        : now[PARAM_MODE] > 0 ? EMEND_MONITOR
                                                              : EMEND_CLEAN);
  }
  if (now[PARAM_PRESET] != plugin->taken[PARAM_PRESET]) {
    plugin->host->request_callback(plugin->host);
  }
  memcpy(plugin->taken, now, sizeof now);
}

/* A stop or a jump: what sounds would sound on. */
static void take_transport(struct plugin *plugin, const clap_event_transport_t *transport, uint32_t frames)
{
  const int64_t second = INT64_C(1) << 31;
  if (transport == NULL || (transport->flags & CLAP_TRANSPORT_HAS_SECONDS_TIMELINE) == 0) {
    return;
  }
  const bool plays = (transport->flags & CLAP_TRANSPORT_IS_PLAYING) != 0;
  const int64_t away = llabs(transport->song_pos_seconds - plugin->position);
  if (plugin->plays && (!plays || away > second / 100)) {
    (void)emend_all_notes_off(plugin->emend, false);
  }
  plugin->plays = plays;
  plugin->position = transport->song_pos_seconds + (int64_t)(frames / plugin->rate * (double)second);
}

static void take_event(struct plugin *plugin, const clap_event_header_t *event, uint32_t frames)
{
  const uint32_t time = event->time < frames ? event->time : frames > 0 ? frames - 1 : 0;
  uint8_t bytes[3];
  if (event->space_id != CLAP_CORE_EVENT_SPACE_ID) {
    clap_notes_pass(&plugin->notes, event);
    return;
  }
  switch (event->type) {
  case CLAP_EVENT_NOTE_ON:
  case CLAP_EVENT_NOTE_OFF:
    if (plugin->emend != NULL && clap_notes_take(&plugin->notes, (const clap_event_note_t *)event, bytes)) {
      (void)emend_event(plugin->emend, time, bytes, sizeof bytes);
      return;
    }
    break;
  case CLAP_EVENT_MIDI:
    if (plugin->emend != NULL) {
      const uint8_t *data = ((const clap_event_midi_t *)event)->data;
      const uint8_t kind = data[0] & 0xF0;
      (void)emend_event(plugin->emend, time, data, data[0] >= 0xF8 ? 1 : kind == 0xC0 || kind == 0xD0 ? 2 : 3);
      return;
    }
    break;
  case CLAP_EVENT_MIDI_SYSEX:
    if (plugin->emend != NULL) {
      const clap_event_midi_sysex_t *sysex = (const clap_event_midi_sysex_t *)event;
      (void)emend_event(plugin->emend, time, sysex->buffer, sysex->size);
      return;
    }
    break;
  case CLAP_EVENT_PARAM_VALUE: {
    const clap_event_param_value_t *value = (const clap_event_param_value_t *)event;
    set(plugin, value->param_id, value->value);
    return;
  }
  case CLAP_EVENT_TRANSPORT: return;
  default: break;
  }
  clap_notes_pass(&plugin->notes, event);
}

static void take_events(struct plugin *plugin, const clap_input_events_t *in, uint32_t frames)
{
  const uint32_t count = in != NULL ? in->size(in) : 0;
  for (uint32_t i = 0; i < count; i++) {
    const clap_event_header_t *event = in->get(in, i);
    if (event != NULL) {
      take_event(plugin, event, frames);
    }
  }
}

static int32_t process(const clap_plugin_t *clap, const clap_process_t *process)
{
  struct plugin *plugin = of(clap);
  emend_message message;
  take_events(plugin, process->in_events, process->frames_count);
  if (plugin->emend != NULL) {
    take_params(plugin);
    take_transport(plugin, process->transport, process->frames_count);
    (void)emend_end_block(plugin->emend, process->frames_count);
    while (process->out_events != NULL && emend_output(plugin->emend, &message)) {
      clap_notes_give_passed(&plugin->notes, message.frame, process->out_events);
      clap_notes_give(&plugin->notes, message.frame, message.bytes, message.size, process->out_events);
    }
  }
  if (process->out_events != NULL) {
    clap_notes_give_passed(&plugin->notes, UINT32_MAX, process->out_events);
  }
  clap_notes_end_block(&plugin->notes);
  return CLAP_PROCESS_CONTINUE;
}

/* --- Extensions --- */

static uint32_t ports_count(const clap_plugin_t *clap, bool is_input)
{
  (void)clap, (void)is_input;
  return 1;
}

static bool ports_get(const clap_plugin_t *clap, uint32_t index, bool is_input, clap_note_port_info_t *info)
{
  (void)clap;
  if (index != 0) {
    return false;
  }
  *info = (clap_note_port_info_t){.id = is_input ? 0 : 1,
                                  .supported_dialects = CLAP_NOTE_DIALECT_MIDI | CLAP_NOTE_DIALECT_CLAP,
                                  .preferred_dialect = CLAP_NOTE_DIALECT_MIDI};
  (void)snprintf(info->name, sizeof info->name, "%s", is_input ? "In" : "Out");
  return true;
}

static uint32_t params_count(const clap_plugin_t *clap)
{
  (void)clap;
  return PARAM_COUNT;
}

static bool params_info(const clap_plugin_t *clap, uint32_t index, clap_param_info_t *info)
{
  (void)clap;
  if (index >= PARAM_COUNT) {
    return false;
  }
  memset(info, 0, sizeof *info);
  info->id = index;
  info->flags = params[index].flags;
  info->min_value = params[index].low;
  info->max_value = params[index].high;
  info->default_value = params[index].otherwise;
  (void)snprintf(info->name, sizeof info->name, "%s", params[index].name);
  return true;
}

static bool params_value(const clap_plugin_t *clap, clap_id id, double *value)
{
  if (id >= PARAM_COUNT) {
    return false;
  }
  *value = get(of(clap), (enum param)id);
  return true;
}

static bool params_text(const clap_plugin_t *clap, clap_id id, double value, char *text, uint32_t size)
{
  (void)clap;
  if (!nearest(id, &value)) {
    return false;
  }
  const bool stepped = (params[id].flags & CLAP_PARAM_IS_STEPPED) != 0;
  const char *const *words = id == PARAM_PRESET ? plugin_presets : switches;
  const int length =
    stepped ? snprintf(text, size, "%s", words[(int)value]) : snprintf(text, size, "%.4g", value);
  return length >= 0 && (uint32_t)length < size;
}

static bool params_parse(const clap_plugin_t *clap, clap_id id, const char *text, double *value)
{
  const char *const *words = id == PARAM_PRESET ? plugin_presets : switches;
  char *end = NULL;
  (void)clap;
  if (id >= PARAM_COUNT) {
    return false;
  }
  for (int i = 0; (params[id].flags & CLAP_PARAM_IS_STEPPED) != 0 && words[i] != NULL; i++) {
    if (strcmp(text, words[i]) == 0) {
      *value = i;
      return true;
    }
  }
  *value = strtod(text, &end);
  return end != text && *end == '\0' && nearest(id, value);
}

static void params_flush(const clap_plugin_t *clap, const clap_input_events_t *in,
                         const clap_output_events_t *out)
{
  struct plugin *plugin = of(clap);
  const uint32_t count = in != NULL ? in->size(in) : 0;
  (void)out;
  for (uint32_t i = 0; i < count; i++) {
    const clap_event_header_t *event = in->get(in, i);
    if (event != NULL && event->space_id == CLAP_CORE_EVENT_SPACE_ID && event->type == CLAP_EVENT_PARAM_VALUE) {
      const clap_event_param_value_t *value = (const clap_event_param_value_t *)event;
      set(plugin, value->param_id, value->value);
    }
  }
}

/* The state is text, a value a line, so that one of a newer emend still says what this one knows. */
static bool state_save(const clap_plugin_t *clap, const clap_ostream_t *stream)
{
  char text[STATE_MAX];
  size_t used = (size_t)snprintf(text, sizeof text, "emend %d\n", STATE_VERSION), done = 0;
  for (int id = 0; id < PARAM_COUNT; id++) {
    used += (size_t)snprintf(text + used, sizeof text - used, "%s %.17g\n", params[id].key,
                             get(of(clap), (enum param)id));
  }
  while (done < used) {
    const int64_t written = stream->write(stream, text + done, used - done);
    if (written <= 0) {
      return false;
    }
    done += (size_t)written;
  }
  return true;
}

static void load_line(struct plugin *plugin, const char *line)
{
  for (int id = 0; id < PARAM_COUNT; id++) {
    const size_t length = strlen(params[id].key);
    char *end;
    if (strncmp(line, params[id].key, length) == 0 && line[length] == ' ') {
      const double value = strtod(line + length + 1, &end);
      if (end != line + length + 1 && *end == '\0') {
        set(plugin, (clap_id)id, value);
      }
    }
  }
}

static bool state_load(const clap_plugin_t *clap, const clap_istream_t *stream)
{
  struct plugin *plugin = of(clap);
  char text[STATE_MAX + 1];
  size_t used = 0;
  int64_t got = 1;
  while (used < STATE_MAX && (got = stream->read(stream, text + used, STATE_MAX - used)) > 0) {
    used += (size_t)got <= STATE_MAX - used ? (size_t)got : 0;
  }
  text[used] = '\0';
  if (got < 0 || strncmp(text, "emend ", 6) != 0) {
    say(plugin, "this is no state of emend; the settings stay as they are");
    return false;
  }
  char *next = text;
  while (next != NULL) {
    char *line = next;
    next = strchr(line, '\n');
    if (next != NULL) {
      *next++ = '\0';
    }
    load_line(plugin, line);
  }
  on_main_thread(clap);
  return true;
}

static uint32_t latency_get(const clap_plugin_t *clap)
{
  const struct plugin *plugin = of(clap);
  return plugin->emend != NULL ? emend_latency(plugin->emend) : 0;
}

static const void *get_extension(const clap_plugin_t *clap, const char *id)
{
  static const clap_plugin_note_ports_t ports = {ports_count, ports_get};
  static const clap_plugin_params_t settings = {params_count, params_info,  params_value,
                                                params_text,  params_parse, params_flush};
  static const clap_plugin_state_t state = {state_save, state_load};
  static const clap_plugin_latency_t latency = {latency_get};
  (void)clap;
  return strcmp(id, CLAP_EXT_NOTE_PORTS) == 0 ? (const void *)&ports
         : strcmp(id, CLAP_EXT_PARAMS) == 0   ? (const void *)&settings
         : strcmp(id, CLAP_EXT_STATE) == 0    ? (const void *)&state
         : strcmp(id, CLAP_EXT_LATENCY) == 0  ? (const void *)&latency
                                              : NULL;
}

/* --- Entry --- */

static const char *const features[] = {"note-effect", "utility", NULL};

static const clap_plugin_descriptor_t descriptor = {
  .clap_version = {1, 2, 0},
  .id = "emend.emend",
  .name = "emend",
  .vendor = "the emend authors",
  .url = "",
  .manual_url = "",
  .support_url = "",
  .version = EMEND_VERSION,
  .description = "Removes notes that were not meant, as you play",
  .features = features,
};

static uint32_t factory_count(const clap_plugin_factory_t *factory)
{
  (void)factory;
  return 1;
}

static const clap_plugin_descriptor_t *factory_descriptor(const clap_plugin_factory_t *factory, uint32_t index)
{
  (void)factory;
  return index == 0 ? &descriptor : NULL;
}

static const clap_plugin_t *factory_create(const clap_plugin_factory_t *factory, const clap_host_t *host,
                                           const char *id)
{
  (void)factory;
  struct plugin *plugin = host != NULL && strcmp(id, descriptor.id) == 0 ? calloc(1, sizeof *plugin) : NULL;
  if (plugin == NULL) {
    return NULL;
  }
  plugin->host = host;
  plugin->clap = (clap_plugin_t){.desc = &descriptor,
                                 .plugin_data = plugin,
                                 .init = init,
                                 .destroy = destroy,
                                 .activate = activate,
                                 .deactivate = deactivate,
                                 .start_processing = start_processing,
                                 .stop_processing = stop_processing,
                                 .reset = reset,
                                 .process = process,
                                 .get_extension = get_extension,
                                 .on_main_thread = on_main_thread};
  return &plugin->clap;
}

static bool entry_init(const char *path)
{
  char folder[BESIDE_PATH] = "";
  const char *slash = path != NULL ? strrchr(path, '/') : NULL;
  if (slash != NULL && (size_t)(slash - path) < sizeof folder) {
    memcpy(folder, path, (size_t)(slash - path));
  }
  (void)presets_beside(folder, data_dir);
  return true;
}

static void entry_deinit(void)
{
}

static const void *entry_factory(const char *id)
{
  static const clap_plugin_factory_t factory = {factory_count, factory_descriptor, factory_create};
  return strcmp(id, CLAP_PLUGIN_FACTORY_ID) == 0 ? &factory : NULL;
}

CLAP_EXPORT const clap_plugin_entry_t clap_entry = {{1, 2, 0}, entry_init, entry_deinit, entry_factory};
