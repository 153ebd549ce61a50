/* SPDX-License-Identifier: MIT */
/* The parts of CLAP 1.2 that emend uses: names, orders of members and numbers of the interface, as its
 * specification (free-audio/clap, MIT) has them. Threads as there: [main] or [audio]. */
#ifndef EMEND_CLAP_ABI_H
#define EMEND_CLAP_ABI_H

#include <stdbool.h>
#include <stdint.h>

#if defined(_WIN32)
#define CLAP_EXPORT __declspec(dllexport)
#else
#define CLAP_EXPORT __attribute__((visibility("default")))
#endif

enum { CLAP_NAME_SIZE = 256, CLAP_PATH_SIZE = 1024, CLAP_CORE_EVENT_SPACE_ID = 0 };

#define CLAP_INVALID_ID UINT32_MAX

typedef uint32_t clap_id;

typedef struct clap_version {
  uint32_t major, minor, revision;
} clap_version_t;

/* --- Events --- */

enum {
  CLAP_EVENT_NOTE_ON = 0,
  CLAP_EVENT_NOTE_OFF = 1,
  CLAP_EVENT_NOTE_CHOKE = 2,
  CLAP_EVENT_NOTE_END = 3,
  CLAP_EVENT_NOTE_EXPRESSION = 4,
  CLAP_EVENT_PARAM_VALUE = 5,
  CLAP_EVENT_TRANSPORT = 9,
  CLAP_EVENT_MIDI = 10,
  CLAP_EVENT_MIDI_SYSEX = 11,
};

typedef struct clap_event_header {
  uint32_t size, time;
  uint16_t space_id, type;
  uint32_t flags;
} clap_event_header_t;

typedef struct clap_event_note {
  clap_event_header_t header;
  int32_t note_id;
  int16_t port_index, channel, key;
  double velocity;
} clap_event_note_t;

typedef struct clap_event_param_value {
  clap_event_header_t header;
  clap_id param_id;
  void *cookie;
  int32_t note_id;
  int16_t port_index, channel, key;
  double value;
} clap_event_param_value_t;

typedef struct clap_event_midi {
  clap_event_header_t header;
  uint16_t port_index;
  uint8_t data[3];
} clap_event_midi_t;

typedef struct clap_event_midi_sysex {
  clap_event_header_t header;
  uint16_t port_index;
  const uint8_t *buffer;
  uint32_t size;
} clap_event_midi_sysex_t;

enum { CLAP_TRANSPORT_HAS_SECONDS_TIMELINE = 1 << 2, CLAP_TRANSPORT_IS_PLAYING = 1 << 4 };

/* Up to what emend reads; the structure goes on. Positions are fixed-point, in 2^-31. */
typedef struct clap_event_transport {
  clap_event_header_t header;
  uint32_t flags;
  int64_t song_pos_beats, song_pos_seconds;
} clap_event_transport_t;

typedef struct clap_input_events {
  void *ctx;
  uint32_t (*size)(const struct clap_input_events *list);
  const clap_event_header_t *(*get)(const struct clap_input_events *list, uint32_t index);
} clap_input_events_t;

typedef struct clap_output_events {
  void *ctx;
  bool (*try_push)(const struct clap_output_events *list, const clap_event_header_t *event);
} clap_output_events_t;

/* --- Plugin, host, entry --- */

typedef struct clap_process {
  int64_t steady_time;
  uint32_t frames_count;
  const clap_event_transport_t *transport;
  const void *audio_inputs;
  void *audio_outputs;
  uint32_t audio_inputs_count, audio_outputs_count;
  const clap_input_events_t *in_events;
  const clap_output_events_t *out_events;
} clap_process_t;

enum { CLAP_PROCESS_ERROR = 0, CLAP_PROCESS_CONTINUE = 1 };

typedef struct clap_plugin_descriptor {
  clap_version_t clap_version;
  const char *id, *name, *vendor, *url, *manual_url, *support_url, *version, *description;
  const char *const *features;
} clap_plugin_descriptor_t;

typedef struct clap_plugin {
  const clap_plugin_descriptor_t *desc;
  void *plugin_data;
  bool (*init)(const struct clap_plugin *plugin);                                                 /* [main] */
  void (*destroy)(const struct clap_plugin *plugin);                                              /* [main] */
  bool (*activate)(const struct clap_plugin *plugin, double rate, uint32_t least, uint32_t most); /* [main] */
  void (*deactivate)(const struct clap_plugin *plugin);                                           /* [main] */
  bool (*start_processing)(const struct clap_plugin *plugin);                                     /* [audio] */
  void (*stop_processing)(const struct clap_plugin *plugin);                                      /* [audio] */
  void (*reset)(const struct clap_plugin *plugin);                                                /* [audio] */
  int32_t (*process)(const struct clap_plugin *plugin, const clap_process_t *process);            /* [audio] */
  const void *(*get_extension)(const struct clap_plugin *plugin, const char *id);                 /* any */
  void (*on_main_thread)(const struct clap_plugin *plugin);                                       /* [main] */
} clap_plugin_t;

typedef struct clap_host {
  clap_version_t clap_version;
  void *host_data;
  const char *name, *vendor, *url, *version;
  const void *(*get_extension)(const struct clap_host *host, const char *id);
  void (*request_restart)(const struct clap_host *host);
  void (*request_process)(const struct clap_host *host);
  void (*request_callback)(const struct clap_host *host);
} clap_host_t;

#define CLAP_PLUGIN_FACTORY_ID "clap.plugin-factory"

typedef struct clap_plugin_factory {
  uint32_t (*get_plugin_count)(const struct clap_plugin_factory *factory);
  const clap_plugin_descriptor_t *(*get_plugin_descriptor)(const struct clap_plugin_factory *factory,
                                                           uint32_t index);
  const clap_plugin_t *(*create_plugin)(const struct clap_plugin_factory *factory, const clap_host_t *host,
                                        const char *id);
} clap_plugin_factory_t;

typedef struct clap_plugin_entry {
  clap_version_t clap_version;
  bool (*init)(const char *path);
  void (*deinit)(void);
  const void *(*get_factory)(const char *id);
} clap_plugin_entry_t;

/* --- Extensions --- */

#define CLAP_EXT_NOTE_PORTS "clap.note-ports"
#define CLAP_EXT_PARAMS "clap.params"
#define CLAP_EXT_STATE "clap.state"
#define CLAP_EXT_LATENCY "clap.latency"
#define CLAP_EXT_LOG "clap.log"

enum { CLAP_NOTE_DIALECT_CLAP = 1 << 0, CLAP_NOTE_DIALECT_MIDI = 1 << 1 };

typedef struct clap_note_port_info {
  clap_id id;
  uint32_t supported_dialects, preferred_dialect;
  char name[CLAP_NAME_SIZE];
} clap_note_port_info_t;

typedef struct clap_plugin_note_ports {
  uint32_t (*count)(const clap_plugin_t *plugin, bool is_input);
  bool (*get)(const clap_plugin_t *plugin, uint32_t index, bool is_input, clap_note_port_info_t *info);
} clap_plugin_note_ports_t;

enum {
  CLAP_PARAM_IS_STEPPED = 1 << 0,
  CLAP_PARAM_IS_BYPASS = 1 << 4,
  CLAP_PARAM_IS_AUTOMATABLE = 1 << 5,
};

typedef struct clap_param_info {
  clap_id id;
  uint32_t flags;
  void *cookie;
  char name[CLAP_NAME_SIZE], module[CLAP_PATH_SIZE];
  double min_value, max_value, default_value;
} clap_param_info_t;

typedef struct clap_plugin_params {
  uint32_t (*count)(const clap_plugin_t *plugin);
  bool (*get_info)(const clap_plugin_t *plugin, uint32_t index, clap_param_info_t *info);
  bool (*get_value)(const clap_plugin_t *plugin, clap_id id, double *value);
  bool (*value_to_text)(const clap_plugin_t *plugin, clap_id id, double value, char *text, uint32_t size);
  bool (*text_to_value)(const clap_plugin_t *plugin, clap_id id, const char *text, double *value);
  void (*flush)(const clap_plugin_t *plugin, const clap_input_events_t *in, const clap_output_events_t *out);
} clap_plugin_params_t;

typedef struct clap_istream {
  void *ctx;
  int64_t (*read)(const struct clap_istream *stream, void *buffer, uint64_t size);
} clap_istream_t;

typedef struct clap_ostream {
  void *ctx;
  int64_t (*write)(const struct clap_ostream *stream, const void *buffer, uint64_t size);
} clap_ostream_t;

typedef struct clap_plugin_state {
  bool (*save)(const clap_plugin_t *plugin, const clap_ostream_t *stream);
  bool (*load)(const clap_plugin_t *plugin, const clap_istream_t *stream);
} clap_plugin_state_t;

typedef struct clap_plugin_latency {
  uint32_t (*get)(const clap_plugin_t *plugin);
} clap_plugin_latency_t;

enum { CLAP_LOG_ERROR = 3 };

typedef struct clap_host_log {
  void (*log)(const clap_host_t *host, int32_t severity, const char *text);
} clap_host_log_t;

#endif
