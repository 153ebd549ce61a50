/* SPDX-License-Identifier: MIT */
/* The CLAP plugin under a host of our own: blocks of any size give the same notes at the same frames, note ids
 * come back, states of any kind are taken or refused, and no note stays on. */
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "clap_abi.h"
#include "cmocka_all.h"
#include "rng.h"
#include "smf_file.h"

enum { RATE = 48000, BLOCK_MAX = 8192, EVENTS = 4096, SEED = 20261202, TEXT = 512 };

union any_event {
  clap_event_header_t header;
  clap_event_note_t note;
  clap_event_midi_t midi;
  clap_event_param_value_t param;
};

struct list {
  union any_event events[EVENTS];
  uint64_t frame[EVENTS]; /* since the start */
  int count;
};

static struct list take, in, out, wanted;
static void *module;
static const clap_plugin_factory_t *factory;
static uint64_t now;

static uint32_t in_size(const clap_input_events_t *list)
{
  (void)list;
  return (uint32_t)in.count;
}

static const clap_event_header_t *in_get(const clap_input_events_t *list, uint32_t index)
{
  (void)list;
  return &in.events[index].header;
}

static bool out_push(const clap_output_events_t *list, const clap_event_header_t *event)
{
  (void)list;
  assert_true(out.count < EVENTS && event->size <= sizeof *out.events);
  memcpy(&out.events[out.count], event, event->size);
  assert_true(out.count == 0 || out.frame[out.count - 1] <= now + event->time);
  out.frame[out.count++] = now + event->time;
  return true;
}

static const clap_input_events_t ins = {NULL, in_size, in_get};
static const clap_output_events_t outs = {NULL, out_push};

static const void *host_extension(const clap_host_t *host, const char *id)
{
  (void)host, (void)id;
  return NULL;
}

static bool called;

static void host_request(const clap_host_t *host)
{
  (void)host;
  called = true;
}

static const clap_host_t host = {{1, 2, 0}, NULL,           "test",       "",           "",
                                 "1",       host_extension, host_request, host_request, host_request};

static const clap_plugin_t *begin(void)
{
  const clap_plugin_t *plugin = factory->create_plugin(factory, &host, "emend.emend");
  assert_non_null(plugin);
  assert_true(plugin->init(plugin));
  assert_true(plugin->activate(plugin, RATE, 0, BLOCK_MAX));
  assert_true(plugin->start_processing(plugin));
  now = 0;
  in.count = out.count = 0;
  return plugin;
}

static void end(const clap_plugin_t *plugin)
{
  plugin->stop_processing(plugin);
  plugin->deactivate(plugin);
  plugin->destroy(plugin);
}

static void run(const clap_plugin_t *plugin, uint32_t frames)
{
  const clap_process_t process = {
    .steady_time = (int64_t)now, .frames_count = frames, .in_events = &ins, .out_events = &outs};
  assert_int_equal(plugin->process(plugin, &process), CLAP_PROCESS_CONTINUE);
  now += frames;
  in.count = 0;
}

static union any_event midi(uint32_t time, uint8_t a, uint8_t b, uint8_t c)
{
  return (union any_event){.midi = {{sizeof(clap_event_midi_t), time, 0, CLAP_EVENT_MIDI, 0}, 0, {a, b, c}}};
}

static union any_event note(uint32_t time, uint16_t type, int16_t key, int32_t id, double velocity)
{
  return (union any_event){.note = {{sizeof(clap_event_note_t), time, 0, type, 0}, id, 0, 0, key, velocity}};
}

static void put(union any_event event)
{
  in.events[in.count++] = event;
}

/* Notes on at the output, of either dialect. */
static int count_on(void)
{
  int on[128] = {0}, count = 0;
  for (int i = 0; i < out.count; i++) {
    const union any_event *event = &out.events[i];
    if (event->header.type == CLAP_EVENT_MIDI) {
      const uint8_t *bytes = event->midi.data;
      on[bytes[1] & 127] += message_is_note_on(bytes, 3) ? 1 : message_is_note_off(bytes, 3) ? -1 : 0;
    } else if (event->header.type <= CLAP_EVENT_NOTE_OFF) {
      on[event->note.key] += event->header.type == CLAP_EVENT_NOTE_ON ? 1 : -1;
    }
  }
  for (int key = 0; key < 128; key++) {
    count += on[key] > 0 ? on[key] : 0;
  }
  return count;
}

static int set_up(void **state)
{
  struct smf smf;
  struct error error;
  (void)state;
  module = dlopen(EMEND_TEST_CLAP, RTLD_NOW | RTLD_LOCAL);
  if (module == NULL) {
    fail_msg("%s", dlerror());
  }
  assert_null(dlsym(module, "emend_new")); /* the entry alone is visible */
  const clap_plugin_entry_t *entry = dlsym(module, "clap_entry");
  assert_non_null(entry);
  assert_int_equal(entry->clap_version.major, 1);
  assert_true(entry->init("/nonexistent/emend.clap"));
  assert_null(entry->get_factory("clap.other"));
  factory = entry->get_factory(CLAP_PLUGIN_FACTORY_ID);
  assert_int_equal(factory->get_plugin_count(factory), 1);
  assert_null(factory->get_plugin_descriptor(factory, 1));
  assert_null(factory->create_plugin(factory, &host, "other"));
  assert_int_equal(smf_file_read(&smf, EMEND_TEST_TAKE, &error), STATUS_OK);
  for (size_t i = 0; i < smf.event_count; i++) {
    const struct smf_event *event = &smf.events[i];
    if (event->kind == SMF_CHANNEL && event->size == 3) {
      take.frame[take.count] = (uint64_t)(event->time / (NANOS_PER_SECOND / RATE));
      take.events[take.count++] = midi(0, event->bytes[0], event->bytes[1], event->bytes[2]);
    }
  }
  smf_free(&smf);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  return dlclose(module);
}

/* The whole take in blocks of `size`, or of random sizes. */
static void play(uint32_t size, struct rng *rng)
{
  const clap_plugin_t *plugin = begin();
  for (int next = 0; next < take.count || now < take.frame[take.count - 1] + RATE;) {
    const uint32_t frames = size > 0 ? size : rng_below(rng, BLOCK_MAX + 1);
    while (next < take.count && take.frame[next] < now + frames) {
      union any_event event = take.events[next];
      event.header.time = (uint32_t)(take.frame[next++] - now);
      put(event);
    }
    run(plugin, frames);
  }
  assert_int_equal(count_on(), 0);
  end(plugin);
}

static void test_block_sizes(void **state)
{
  static const uint32_t sizes[] = {1, 7, 64, 8192, 0};
  struct rng rng;
  (void)state;
  print_message("seed %d\n", SEED);
  rng_seed(&rng, SEED);
  play(512, &rng);
  wanted = out;
  assert_true(wanted.count > take.count / 2 && wanted.count < take.count);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    play(sizes[i], &rng);
    assert_int_equal(out.count, wanted.count);
    for (int k = 0; k < out.count; k++) {
      assert_true(out.frame[k] == wanted.frame[k]);
      assert_memory_equal(out.events[k].midi.data, wanted.events[k].midi.data, 3);
    }
  }
}

static void test_note_ids(void **state)
{
  const clap_plugin_t *plugin = begin();
  (void)state;
  put(note(3, CLAP_EVENT_NOTE_ON, 60, 77, 0.123456789));
  put(note(4, CLAP_EVENT_NOTE_ON, 67, 78, 0.7));
  put(note(5, CLAP_EVENT_NOTE_CHOKE, -1, -1, 0)); /* goes past */
  run(plugin, 64);
  assert_int_equal(out.count, 3);
  assert_int_equal(out.events[0].note.note_id, 77);
  assert_true(out.events[0].note.velocity == 0.123456789 && out.events[0].header.time == 3);
  assert_int_equal(out.events[1].note.note_id, 78);
  assert_int_equal(out.events[2].header.type, CLAP_EVENT_NOTE_CHOKE);
  put(note(0, CLAP_EVENT_NOTE_OFF, 60, 77, 0.5));
  put(note(0, CLAP_EVENT_NOTE_OFF, 67, 78, 0.5));
  run(plugin, RATE);
  assert_int_equal(out.count, 5);
  assert_int_equal(out.events[3].header.type, CLAP_EVENT_NOTE_OFF);
  assert_int_equal(out.events[3].note.note_id, 77);
  assert_int_equal(out.events[4].note.note_id, 78);
  end(plugin);
}

static void press(const clap_plugin_t *plugin)
{
  for (uint8_t key = 48; key < 72; key += 4) {
    put(midi(0, 0x90, key, 80));
  }
  run(plugin, 256);
  assert_int_equal(count_on(), 6);
}

static void test_keys_down(void **state)
{
  const clap_plugin_t *plugin = begin();
  (void)state;
  press(plugin);
  plugin->stop_processing(plugin);
  assert_true(plugin->start_processing(plugin));
  run(plugin, 256);
  assert_int_equal(count_on(), 0);
  run(plugin, RATE);
  press(plugin);
  plugin->reset(plugin);
  run(plugin, 0);
  assert_int_equal(count_on(), 0);
  end(plugin);
}

static void set_param(clap_id id, double value)
{
  put((union any_event){
    .param = {
      {sizeof(clap_event_param_value_t), 0, 0, CLAP_EVENT_PARAM_VALUE, 0}, id, NULL, -1, -1, -1, -1, value}});
}

static void test_params(void **state)
{
  static const double values[] = {NAN, INFINITY, -INFINITY, -1, 1e300, 0.25};
  const clap_plugin_t *plugin = begin();
  const clap_plugin_params_t *params = plugin->get_extension(plugin, CLAP_EXT_PARAMS);
  (void)state;
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    for (clap_id id = 0; id < 8; id++) {
      set_param(id, values[i]);
    }
    run(plugin, 64);
    for (uint32_t index = 0; index < params->count(plugin); index++) {
      clap_param_info_t info;
      double value = 0;
      char text[TEXT];
      assert_true(params->get_info(plugin, index, &info) && params->get_value(plugin, info.id, &value));
      assert_true(value >= info.min_value && value <= info.max_value);
      assert_true(params->value_to_text(plugin, info.id, value, text, sizeof text));
      double again;
      assert_true(params->text_to_value(plugin, info.id, text, &again));
      assert_true(fabs(again - value) < 1e-3 * (1 + fabs(value)));
      assert_false(params->text_to_value(plugin, info.id, "nonsense", &again));
    }
  }
  assert_true(called); /* for another preset */
  plugin->on_main_thread(plugin);
  end(plugin);
}

static struct {
  char text[8192];
  uint64_t size, at;
} stored;

static int64_t store(const clap_ostream_t *stream, const void *data, uint64_t size)
{
  (void)stream;
  const uint64_t part = size > 5 ? 5 : size; /* a host may take less */
  memcpy(stored.text + stored.size, data, part);
  stored.size += part;
  return (int64_t)part;
}

static int64_t fetch(const clap_istream_t *stream, void *data, uint64_t size)
{
  (void)stream;
  const uint64_t left = stored.size - stored.at, part = size < left ? size : left;
  memcpy(data, stored.text + stored.at, part);
  stored.at += part;
  return (int64_t)part;
}

static bool load(const clap_plugin_t *plugin, const char *text)
{
  static const clap_istream_t stream = {NULL, fetch};
  const clap_plugin_state_t *extension = plugin->get_extension(plugin, CLAP_EXT_STATE);
  if (text != NULL) {
    stored.size = strlen(text);
    memcpy(stored.text, text, stored.size);
  }
  stored.at = 0;
  return extension->load(plugin, &stream);
}

static double value_of(const clap_plugin_t *plugin, clap_id id)
{
  const clap_plugin_params_t *params = plugin->get_extension(plugin, CLAP_EXT_PARAMS);
  double value = 0;
  assert_true(params->get_value(plugin, id, &value));
  return value;
}

static void test_state(void **state)
{
  static const clap_ostream_t stream = {NULL, store};
  const clap_plugin_t *plugin = begin();
  const clap_plugin_state_t *extension = plugin->get_extension(plugin, CLAP_EXT_STATE);
  (void)state;
  press(plugin);
  set_param(1, 0.3125);
  run(plugin, 64);
  stored.size = 0;
  assert_true(extension->save(plugin, &stream));
  set_param(1, 1);
  run(plugin, 64);
  assert_true(load(plugin, NULL)); /* while it runs */
  assert_true(value_of(plugin, 1) == 0.3125);
  for (uint64_t cut = stored.size; cut-- > 0;) {
    stored.size = cut;
    (void)load(plugin, NULL);
    const double strength = value_of(plugin, 1);
    assert_true(strength >= 0 && strength <= 1);
  }
  assert_true(load(plugin, "emend 99\nstrength 0.5\nunheard_of 7\nstrength nan\nbypass 1e999\n"));
  assert_true(value_of(plugin, 1) == 0.5);
  assert_false(load(plugin, "something else"));
  assert_false(load(plugin, ""));
  end(plugin);
}

static void test_wrong_use(void **state)
{
  const clap_plugin_t *plugin = factory->create_plugin(factory, &host, "emend.emend");
  (void)state;
  assert_true(plugin->init(plugin));
  now = 0;
  in.count = out.count = 0;
  put(midi(0, 0x90, 60, 80));
  run(plugin, 64); /* never activated: it passes */
  assert_int_equal(out.count, 1);
  assert_false(plugin->activate(plugin, 0, 0, 0));
  assert_true(plugin->activate(plugin, RATE, 1, 64));
  assert_true(plugin->activate(plugin, RATE, 1, 64)); /* twice */
  put(midi(99999, 0x90, 60, 80));                     /* behind the block, then before the last one */
  put(midi(0, 0x80, 60, 0));
  const clap_process_t silent = {.frames_count = 64};
  assert_int_equal(plugin->process(plugin, &silent), CLAP_PROCESS_CONTINUE);
  run(plugin, 64);
  plugin->deactivate(plugin);
  plugin->deactivate(plugin);
  plugin->destroy(plugin);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_block_sizes), cmocka_unit_test(test_note_ids), cmocka_unit_test(test_keys_down),
    cmocka_unit_test(test_params),      cmocka_unit_test(test_state),    cmocka_unit_test(test_wrong_use),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
