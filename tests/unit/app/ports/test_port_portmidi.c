/* SPDX-License-Identifier: MIT */
/* PortMidi's driver with a library and a sequencer of the test's own. Nothing is timed: the test polls until
 * what must come has come, and a bound ends it if it does not. */
#include <stdlib.h>
#include <string.h>

#include <portmidi.h>

#include "alsa_seq.h"
#include "cmocka_all.h"
#include "port.h"
#include "rt_thread.h"

enum { POLLS_MAX = 3000, KEY = 60 };

static const PmDeviceInfo devices[] = {
  {.structVersion = 200, .interf = "test", .name = "keyboard", .input = 1},
  {.structVersion = 200, .interf = "test", .name = "synth", .output = 1},
};
static const struct alsa_address keyboard_address = {20, 0}, synth_address = {24, 0};

/* The system outside the driver, as it stands. */
static struct {
  _Atomic int open;    /* streams */
  _Atomic bool failed; /* reading gives an error */
  _Atomic int room;    /* that the listener leaves */
  _Atomic int asked;   /* the client last asked for room */
  _Atomic int written;
  _Atomic int silenced;
  bool listed; /* the sequencer knows the devices' names */
  struct alsa_address gone;
  int exits; /* how many announcements of it wait */
  struct port *port;
} outside;

PMEXPORT PmError Pm_Initialize(void)
{
  return pmNoError;
}

PMEXPORT PmError Pm_Terminate(void)
{
  assert_int_equal(outside.open, 0);
  return pmNoError;
}

PMEXPORT int Pm_CountDevices(void)
{
  return (int)(sizeof devices / sizeof devices[0]);
}

PMEXPORT const PmDeviceInfo *Pm_GetDeviceInfo(PmDeviceID id)
{
  return &devices[id];
}

static PmError open_stream(PortMidiStream **stream)
{
  *stream = &outside;
  outside.open++;
  return pmNoError;
}

PMEXPORT PmError Pm_OpenInput(PortMidiStream **stream, PmDeviceID device, void *inputDriverInfo,
                              int32_t bufferSize, PmTimeProcPtr time_proc, void *time_info)
{
  (void)device;
  (void)inputDriverInfo;
  (void)bufferSize;
  (void)time_proc;
  (void)time_info;
  return open_stream(stream);
}

PMEXPORT PmError Pm_OpenOutput(PortMidiStream **stream, PmDeviceID device, void *outputDriverInfo,
                               int32_t bufferSize, PmTimeProcPtr time_proc, void *time_info, int32_t latency)
{
  (void)device;
  (void)outputDriverInfo;
  (void)bufferSize;
  (void)time_proc;
  (void)time_info;
  (void)latency;
  return open_stream(stream);
}

PMEXPORT PmError Pm_Close(PortMidiStream *stream)
{
  (void)stream;
  outside.open--;
  return pmNoError;
}

PMEXPORT PmError Pm_SetFilter(PortMidiStream *stream, int32_t filters)
{
  (void)stream;
  (void)filters;
  return pmNoError;
}

PMEXPORT PmError Pm_Poll(PortMidiStream *stream)
{
  (void)stream;
  return outside.failed ? pmHostError : pmNoData;
}

PMEXPORT int Pm_Read(PortMidiStream *stream, PmEvent *buffer, int32_t length)
{
  (void)stream;
  (void)buffer;
  (void)length;
  return 0;
}

PMEXPORT PmError Pm_Write(PortMidiStream *stream, PmEvent *buffer, int32_t length)
{
  (void)stream;
  (void)buffer;
  outside.written += length;
  return pmNoError;
}

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
enum status __wrap_alsa_seq_probe(const char *driver, struct error *error);
struct alsa_watch *__wrap_alsa_watch_new(void);
void __wrap_alsa_watch_free(struct alsa_watch *watch);
int __wrap_alsa_watch_exits(struct alsa_watch *watch, struct alsa_address exits[ALSA_EXITS_MAX]);
int __wrap_alsa_watch_listeners(struct alsa_watch *watch, struct alsa_listener listeners[ALSA_EXITS_MAX]);
bool __wrap_alsa_watch_lost(struct alsa_watch *watch);
bool __wrap_alsa_watch_find(struct alsa_watch *watch, const char *name, struct alsa_address *address);
int __wrap_alsa_watch_descriptor(struct alsa_watch *watch);
int __wrap_alsa_room_inside(int descriptor, int client);

enum status __wrap_alsa_seq_probe(const char *driver, struct error *error)
{
  (void)driver;
  (void)error;
  return STATUS_OK;
}

struct alsa_watch *__wrap_alsa_watch_new(void)
{
  return (struct alsa_watch *)&outside;
}

void __wrap_alsa_watch_free(struct alsa_watch *watch)
{
  (void)watch;
}

int __wrap_alsa_watch_listeners(struct alsa_watch *watch, struct alsa_listener listeners[ALSA_EXITS_MAX])
{
  (void)watch;
  (void)listeners;
  return 0;
}

int __wrap_alsa_watch_exits(struct alsa_watch *watch, struct alsa_address exits[ALSA_EXITS_MAX])
{
  (void)watch;
  const int count = outside.exits;
  for (int i = 0; i < count; i++) {
    exits[i] = outside.gone;
  }
  outside.exits = 0;
  return count;
}

bool __wrap_alsa_watch_lost(struct alsa_watch *watch)
{
  (void)watch;
  return false;
}

bool __wrap_alsa_watch_find(struct alsa_watch *watch, const char *name, struct alsa_address *address)
{
  (void)watch;
  if (outside.listed) {
    *address = strcmp(name, "synth") == 0 ? synth_address : keyboard_address;
  }
  return outside.listed;
}

int __wrap_alsa_watch_descriptor(struct alsa_watch *watch)
{
  (void)watch;
  return -1;
}

int __wrap_alsa_room_inside(int descriptor, int client)
{
  (void)descriptor;
  outside.asked = client;
  return outside.room;
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static void on_time(void *user, nanos now)
{
  (void)user;
  (void)now;
}

static void on_receive(void *user, nanos now, const uint8_t *bytes, size_t size)
{
  (void)user;
  (void)now;
  (void)bytes;
  (void)size;
}

static void on_silence(void *user, nanos now)
{
  (void)user;
  const uint8_t off[] = {MIDI_NOTE_OFF, KEY, 64};
  assert_true(port_driver_portmidi.send(outside.port, now, off, sizeof off));
  outside.silenced++;
}

static int plug_in(void **state)
{
  const struct port_options options = {.client_name = "emend", .in = "keyboard", .out = "synth"};
  const struct port_stream stream = {
    .begin = on_time, .receive = on_receive, .advance = on_time, .silence = on_silence};
  struct error error;
  (void)state;
  memset(&outside, 0, sizeof outside);
  outside.room = ALSA_ROOM_UNKNOWN;
  outside.listed = true;
  return port_driver_portmidi.open(&outside.port, &options, &stream, &error) != STATUS_OK;
}

static int unplug(void **state)
{
  (void)state;
  if (outside.port) {
    port_driver_portmidi.close(outside.port);
  }
  return outside.open != 0;
}

static enum port_state poll_once(char line[256])
{
  realtime_sleep(NANOS_PER_MILLISECOND);
  return port_driver_portmidi.poll(outside.port, line, 256);
}

static void poll_until(enum port_state wanted, const char *said)
{
  char line[256] = "";
  enum port_state state = PORT_WAITING;
  for (int i = 0; i < POLLS_MAX && (state != wanted || !strstr(line, said)); i++) {
    state = poll_once(line);
  }
  assert_int_equal(state, wanted);
  assert_non_null(strstr(line, said));
}

static void wait_for(const _Atomic int *count, int wanted)
{
  for (int i = 0; i < POLLS_MAX && *count < wanted; i++) {
    realtime_sleep(NANOS_PER_MILLISECOND);
  }
  const int reached = *count;
  assert_int_equal(reached, wanted);
}

static const char vanished[] = "a device vanished; waiting for it",
                  connected[] = "connected to keyboard and synth";

static void a_device_that_left_stays_lost_while_nobody_reads(void **state)
{
  char line[256];
  (void)state;
  assert_int_equal(poll_once(line), PORT_CONNECTED);
  outside.room = 0;
  outside.failed = true;
  poll_until(PORT_LOST, vanished);
  wait_for(&outside.silenced, 1);
  outside.gone = keyboard_address;
  outside.exits = 1; /* it is announced late */
  for (int i = 0; i < 10; i++) {
    assert_int_equal(poll_once(line), PORT_LOST);
    assert_null(strstr(line, connected)); /* though that nobody reads may be told */
  }
  assert_int_equal(outside.open, 2);
  outside.failed = false;
  outside.room = ALSA_ROOM_UNKNOWN;
  poll_until(PORT_CONNECTED, connected);
  assert_int_equal(poll_once(line), PORT_CONNECTED);
  wait_for(&outside.written, 2); /* the note-off before it was closed, another after */
  assert_int_equal(port_driver_portmidi.counters(outside.port)->disconnects, 1);
}

/* Come back under a name that the sequencer does not have, its address may be anybody's. */
static void an_address_that_is_not_found_is_forgotten(void **state)
{
  char line[256];
  (void)state;
  outside.gone = synth_address;
  outside.exits = 1;
  outside.listed = false;
  poll_until(PORT_LOST, vanished);
  outside.exits = 1;
  poll_until(PORT_CONNECTED, connected);
  outside.exits = 1;
  assert_int_equal(poll_once(line), PORT_CONNECTED);
  assert_string_equal(line, "");
  port_driver_portmidi.close(outside.port);
  outside.port = NULL;
  const int asked = outside.asked; /* for the last note-off */
  assert_int_equal(asked, -1);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup_teardown(a_device_that_left_stays_lost_while_nobody_reads, plug_in, unplug),
    cmocka_unit_test_setup_teardown(an_address_that_is_not_found_is_forgotten, plug_in, unplug),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
