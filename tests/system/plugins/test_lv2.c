/* SPDX-License-Identifier: MIT */
/* The LV2 plugin under a host of our own: blocks of any size give the same notes at the same frames; hosts that
 * leave ports open, send nonsense, stop with keys down or jump leave no note on. */
#include <dlfcn.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <lv2/atom/atom.h>
#include <lv2/atom/util.h>
#include <lv2/core/lv2.h>
#include <lv2/midi/midi.h>
#include <lv2/urid/urid.h>

#include "cmocka_all.h"
#include "rng.h"
#include "smf_file.h"

enum {
  RATE = 48000,
  BUFFER = 1 << 17,
  BLOCK_MAX = 8192,
  URIS = 64,
  MESSAGES = 4096,
  PORTS = 11,
  SEED = 20261201
};

enum { IN, OUT, ENABLED, STRENGTH, MODE, LOOK_AHEAD, PRESET, PANIC, LATENCY, REMOVED, DECISION };

struct sent {
  uint64_t frame;
  uint8_t bytes[3];
};

static struct {
  struct sent list[MESSAGES];
  int count;
} in, out, wanted;

static char *uris[URIS];
static void *module;
static const LV2_Descriptor *descriptor;
static union {
  LV2_Atom_Sequence sequence;
  uint8_t bytes[BUFFER];
} buffer_in, buffer_out;

static LV2_URID map_uri(LV2_URID_Map_Handle handle, const char *uri)
{
  (void)handle;
  for (LV2_URID i = 0; i < URIS; i++) {
    if (uris[i] == NULL) {
      uris[i] = strdup(uri);
    }
    if (strcmp(uris[i], uri) == 0) {
      return i + 1;
    }
  }
  abort();
}

static LV2_URID_Map map = {NULL, map_uri};

/* An instance with its ports. */
struct host {
  LV2_Handle handle;
  float value[PORTS];
  uint64_t frame;
  int next; /* of `in` */
};

static void connect_all(struct host *host)
{
  descriptor->connect_port(host->handle, IN, &buffer_in);
  descriptor->connect_port(host->handle, OUT, &buffer_out);
  for (uint32_t port = ENABLED; port < PORTS; port++) {
    descriptor->connect_port(host->handle, port, &host->value[port]);
  }
}

static struct host begin(void)
{
  static const LV2_Feature feature = {LV2_URID__map, &map};
  static const LV2_Feature *const features[] = {&feature, NULL};
  struct host host = {.value = {[ENABLED] = 1, [STRENGTH] = 0.5F}};
  host.handle = descriptor->instantiate(descriptor, RATE, "/nonexistent/", features);
  assert_non_null(host.handle);
  descriptor->activate(host.handle);
  return host;
}

static void end(struct host *host)
{
  descriptor->deactivate(host->handle);
  descriptor->cleanup(host->handle);
}

static void put(int64_t frame, const uint8_t *bytes, uint32_t size)
{
  uint8_t space[sizeof(LV2_Atom_Event) + 8];
  LV2_Atom_Event *event = (LV2_Atom_Event *)space;
  event->time.frames = frame;
  event->body.type = map_uri(NULL, LV2_MIDI__MidiEvent);
  event->body.size = size;
  memcpy(space + sizeof *event, bytes, size);
  assert_non_null(lv2_atom_sequence_append_event(&buffer_in.sequence, BUFFER - sizeof(LV2_Atom), event));
}

static void clear_in(void)
{
  buffer_in.sequence.atom.type = map_uri(NULL, LV2_ATOM__Sequence);
  buffer_in.sequence.body.unit = 0;
  buffer_in.sequence.body.pad = 0;
  lv2_atom_sequence_clear(&buffer_in.sequence);
}

static void run(struct host *host, uint32_t frames)
{
  buffer_out.sequence.atom.size = BUFFER - sizeof(LV2_Atom);
  descriptor->run(host->handle, frames);
  LV2_ATOM_SEQUENCE_FOREACH(&buffer_out.sequence, event)
  {
    assert_true(out.count < MESSAGES && event->body.size <= 3 && event->time.frames <= frames);
    struct sent *sent = &out.list[out.count++];
    *sent = (struct sent){.frame = host->frame + (uint64_t)event->time.frames};
    memcpy(sent->bytes, LV2_ATOM_BODY(&event->body), event->body.size);
  }
  host->frame += frames;
}

/* One block of the take. */
static void run_take(struct host *host, uint32_t frames)
{
  clear_in();
  while (host->next < in.count && in.list[host->next].frame < host->frame + frames) {
    put((int64_t)(in.list[host->next].frame - host->frame), in.list[host->next].bytes, 3);
    host->next++;
  }
  run(host, frames);
}

static int count_on(void)
{
  int on[16][128] = {{0}}, count = 0;
  for (int i = 0; i < out.count; i++) {
    const uint8_t *bytes = out.list[i].bytes;
    if (message_is_note_on(bytes, 3)) {
      on[bytes[0] & 15][bytes[1]]++;
    } else if (message_is_note_off(bytes, 3)) {
      on[bytes[0] & 15][bytes[1]]--;
    } else if (message_ends_channel(bytes, 3)) {
      memset(on[bytes[0] & 15], 0, sizeof on[0]);
    }
  }
  for (int i = 0; i < 16 * 128; i++) {
    count += on[i / 128][i % 128] > 0 ? on[i / 128][i % 128] : 0;
  }
  return count;
}

static int set_up(void **state)
{
  struct smf smf;
  struct error error;
  (void)state;
  module = dlopen(EMEND_TEST_LV2, RTLD_NOW | RTLD_LOCAL);
  if (module == NULL) {
    fail_msg("%s", dlerror());
  }
  LV2_Descriptor_Function entry;
  *(void **)&entry = dlsym(module, "lv2_descriptor");
  assert_null(dlsym(module, "emend_new")); /* the entry alone is visible */
  descriptor = entry(0);
  assert_non_null(descriptor);
  assert_null(entry(1));
  assert_int_equal(smf_file_read(&smf, EMEND_TEST_TAKE, &error), STATUS_OK);
  for (size_t i = 0; i < smf.event_count; i++) {
    const struct smf_event *event = &smf.events[i];
    if (event->kind == SMF_CHANNEL && event->size == 3) {
      struct sent *sent = &in.list[in.count++];
      sent->frame = (uint64_t)(event->time / (NANOS_PER_SECOND / RATE));
      memcpy(sent->bytes, event->bytes, 3);
    }
  }
  smf_free(&smf);
  return 0;
}

static int tear_down(void **state)
{
  (void)state;
  dlclose(module);
  for (int i = 0; i < URIS; i++) {
    free(uris[i]);
  }
  return 0;
}

/* The whole take in blocks of `size`, or of random sizes. */
static void play(uint32_t size, struct rng *rng)
{
  struct host host = begin();
  connect_all(&host);
  out.count = 0;
  while (host.next < in.count || host.frame < in.list[in.count - 1].frame + RATE) {
    run_take(&host, size > 0 ? size : rng_below(rng, BLOCK_MAX + 1));
  }
  assert_int_equal(count_on(), 0);
  assert_true(host.value[REMOVED] > 0);
  end(&host);
}

static void test_block_sizes(void **state)
{
  static const uint32_t sizes[] = {1, 7, 64, 8192, 0};
  struct rng rng;
  (void)state;
  print_message("seed %d\n", SEED);
  rng_seed(&rng, SEED);
  play(512, &rng);
  wanted.count = out.count;
  memcpy(wanted.list, out.list, sizeof out.list);
  assert_true(wanted.count > in.count / 2 && wanted.count < in.count);
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
    play(sizes[i], &rng);
    assert_int_equal(out.count, wanted.count);
    for (int k = 0; k < out.count; k++) {
      assert_true(out.list[k].frame == wanted.list[k].frame);
      assert_memory_equal(out.list[k].bytes, wanted.list[k].bytes, 3);
    }
  }
}

static void test_open_ports(void **state)
{
  struct host host = begin();
  (void)state;
  descriptor->run(host.handle, 64); /* nothing is connected */
  descriptor->connect_port(host.handle, 99, &host);
  descriptor->connect_port(host.handle, OUT, &buffer_out);
  run(&host, 0);
  descriptor->connect_port(host.handle, OUT, NULL);
  descriptor->connect_port(host.handle, IN, &buffer_in);
  clear_in();
  put(3, (const uint8_t[]){0x90, 60, 80}, 3);
  descriptor->run(host.handle, 64);
  end(&host);
}

static void test_nonsense_values(void **state)
{
  static const float values[] = {NAN, INFINITY, -INFINITY, -1, 1e30F, 0.5F};
  struct host host = begin();
  (void)state;
  connect_all(&host);
  for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
    for (int port = ENABLED; port <= PANIC; port++) {
      host.value[port] = values[i];
    }
    clear_in();
    put(-5, (const uint8_t[]){0x90, 60, 80}, 3); /* before, behind and cut short */
    put(1 << 30, (const uint8_t[]){0x80, 60, 0}, 3);
    put(0, (const uint8_t[]){0x90}, 1);
    run(&host, 64);
    assert_true(host.value[LATENCY] >= 0 && host.value[LATENCY] <= RATE / 5.0F);
  }
  end(&host);
}

/* Keys down; then what the host does, and a block. */
static void press(struct host *host)
{
  connect_all(host);
  out.count = 0;
  clear_in();
  for (uint8_t key = 48; key < 72; key += 4) {
    put(0, (const uint8_t[]){0x90, key, 80}, 3);
  }
  run(host, 256);
  assert_int_equal(count_on(), 6);
}

static void test_restart_with_keys_down(void **state)
{
  struct host host = begin();
  (void)state;
  press(&host);
  descriptor->deactivate(host.handle);
  descriptor->activate(host.handle);
  clear_in();
  run(&host, 256);
  assert_int_equal(count_on(), 0);
  end(&host);
}

static void test_panic_and_controller(void **state)
{
  struct host host = begin();
  (void)state;
  press(&host);
  host.value[PANIC] = 1;
  clear_in();
  run(&host, 256);
  assert_int_equal(count_on(), 0);
  host.value[PANIC] = 0;
  clear_in();
  run(&host, RATE); /* sooner, the same keys again would be no hand's */
  press(&host);
  clear_in();
  put(0, (const uint8_t[]){0xB0, 123, 0}, 3);
  run(&host, 256);
  assert_int_equal(count_on(), 0);
  end(&host);
}

static void test_bypass_with_keys_down(void **state)
{
  struct host host = begin();
  (void)state;
  press(&host);
  host.value[ENABLED] = 0;
  clear_in();
  for (uint8_t key = 48; key < 72; key += 4) {
    put(10, (const uint8_t[]){0x80, key, 0}, 3);
  }
  run(&host, 256);
  assert_int_equal(count_on(), 0);
  end(&host);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_block_sizes),          cmocka_unit_test(test_open_ports),
    cmocka_unit_test(test_nonsense_values),      cmocka_unit_test(test_restart_with_keys_down),
    cmocka_unit_test(test_panic_and_controller), cmocka_unit_test(test_bypass_with_keys_down),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
