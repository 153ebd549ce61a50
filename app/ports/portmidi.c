/* SPDX-License-Identifier: MIT */
#include <portmidi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alsa_seq.h"
#include "event.h"
#include "port.h"
#include "port_loop.h"
#include "port_private.h"
#include "portmidi_bytes.h"

enum { EVENT_BYTES = 4, SYSEX_END = 0xF7 };

size_t portmidi_decode(struct portmidi_decoder *decoder, uint32_t event, uint8_t bytes[4])
{
  uint8_t first = (uint8_t)(event & 0xFF);
  for (int i = 0; i < EVENT_BYTES; i++) {
    bytes[i] = (uint8_t)(event >> (8 * i));
  }
  if (first >= MIDI_CLOCK) {
    return 1;
  }
  bool goes_on = decoder->inside && (first < 0x80 || first == SYSEX_END);
  if (first != MIDI_SYSEX && !goes_on) {
    decoder->inside = false;
    return first < 0x80 ? 0 : message_size(first);
  }
  decoder->inside = true;
  for (size_t i = 0; i < EVENT_BYTES; i++) {
    if (bytes[i] == SYSEX_END) {
      decoder->inside = false;
      return i + 1;
    }
  }
  return EVENT_BYTES;
}

bool portmidi_encode(const uint8_t *bytes, size_t size, size_t *at, uint32_t *event)
{
  if (*at >= size) {
    return false;
  }
  *event = 0;
  for (int i = 0; i < EVENT_BYTES && *at < size; i++, (*at)++) {
    *event |= (uint32_t)bytes[*at] << (8 * i);
  }
  return true;
}

enum { INPUT_BUFFER = 4096, READ_MAX = 64, READS_MAX = 16 };

/* PortMidi may not be called from two threads: all calls are made before the loop starts, by the loop, or
 * after it has ended. The control thread only asks. */
struct portmidi_port {
  struct port_loop loop;
  /* Loop thread. */
  PortMidiStream *in, *out;
  struct portmidi_decoder decoder;
  uint8_t piece[LOOP_PIECE]; /* SysEx bytes gathered for one post */
  size_t piece_size;
  bool closing; /* once what sounds has been ended */
  /* Between threads. */
  _Atomic bool close_wanted;  /* a device left: close both; false again when they are */
  _Atomic bool rescan_wanted; /* nothing is open: look for them again */
  _Atomic bool is_open;
  _Atomic int out_client; /* of the sequencer, to ask for room */
  _Atomic bool failed;    /* the system reported an error */
  /* Control thread. */
  struct alsa_watch *watch;
  int descriptor; /* the loop asks the sequencer through it; const while it runs */
  struct alsa_address in_address, out_address;
  bool was_open;
  struct slow_listener listener;
};

static size_t list_devices(struct port_info *list, size_t capacity)
{
  size_t count = 0;
  int devices = Pm_CountDevices();
  for (int id = 0; id < devices && count < capacity; id++) {
    const PmDeviceInfo *device = Pm_GetDeviceInfo(id);
    if (device && device->name) {
      snprintf(list[count].name, sizeof(list[count].name), "%s", device->name);
      list[count].direction = device->input ? PORT_IN : PORT_OUT;
      count++;
    }
  }
  return count;
}

/* PortMidi reads the devices once, when it is initialised. */
static enum status begin_library(struct error *error)
{
  enum status status = alsa_seq_probe("portmidi", error);
  if (status == STATUS_OK && Pm_Initialize() != pmNoError) {
    return error_set(error, STATUS_IO, "portmidi: the system's MIDI does not answer: choose another --driver");
  }
  return status;
}

static enum status list_ports(struct port_info *list, size_t capacity, size_t *count, struct error *error)
{
  *count = 0;
  enum status status = begin_library(error);
  if (status == STATUS_OK) {
    *count = list_devices(list, capacity);
    (void)Pm_Terminate();
  }
  return status;
}

/* A name is taken whole before in part, as everywhere; ids are PortMidi's own. */
static PmDeviceID find_device(const struct port_link *link)
{
  PmDeviceID part = pmNoDevice;
  int devices = Pm_CountDevices();
  for (int id = 0; id < devices; id++) {
    const PmDeviceInfo *device = Pm_GetDeviceInfo(id);
    if (!device || !device->name || !!device->input != (link->direction == PORT_IN) ||
        !port_name_matches(device->name, link->wanted)) {
      continue;
    }
    if (strlen(device->name) == strlen(link->wanted)) {
      return id;
    }
    part = part == pmNoDevice ? id : part;
  }
  return part;
}

static void close_streams(struct portmidi_port *port)
{
  if (port->in) {
    (void)Pm_Close(port->in);
  }
  if (port->out) {
    (void)Pm_Close(port->out);
  }
  port->in = NULL;
  port->out = NULL;
  port->piece_size = 0;
  port->decoder = (struct portmidi_decoder){0};
  atomic_store(&port->is_open, false);
}

/* Output has latency 0: it leaves at once, and times in int32 milliseconds are of no concern. */
static bool open_streams(struct portmidi_port *port, PmDeviceID in, PmDeviceID out)
{
  if (Pm_OpenInput(&port->in, in, NULL, INPUT_BUFFER, NULL, NULL) != pmNoError) {
    port->in = NULL;
    return false;
  }
  if (Pm_OpenOutput(&port->out, out, NULL, 0, NULL, NULL, 0) != pmNoError) {
    port->out = NULL;
    close_streams(port);
    return false;
  }
  (void)Pm_SetFilter(port->in, 0); /* active sensing is filtered by default */
  atomic_store(&port->failed, false);
  atomic_store(&port->is_open, true);
  return true;
}

static void flush_piece(struct portmidi_port *port, nanos now)
{
  if (port->piece_size > 0) {
    port_loop_post(&port->loop, now, port->piece, port->piece_size);
    port->piece_size = 0;
  }
}

static void take_event(struct portmidi_port *port, nanos now, uint32_t event)
{
  uint8_t bytes[4];
  bool inside = port->decoder.inside;
  size_t size = portmidi_decode(&port->decoder, event, bytes);
  if (size > 0 && bytes[0] >= MIDI_CLOCK) {
    port_loop_post(&port->loop, now, bytes, size); /* may come within a SysEx */
    return;
  }
  if (inside && !port->decoder.inside && bytes[size > 0 ? size - 1 : 0] != 0xF7) {
    flush_piece(port, now); /* the SysEx was broken off */
  }
  if (port->piece_size + size > sizeof(port->piece)) {
    flush_piece(port, now);
  }
  memcpy(port->piece + port->piece_size, bytes, size);
  port->piece_size += size;
  if (!port->decoder.inside) {
    flush_piece(port, now);
  }
}

/* PortMidi's stamps are int32 milliseconds: what is read is stamped anew, at most a turn late. */
static void read_input(struct portmidi_port *port, nanos now)
{
  PmEvent events[READ_MAX];
  for (int i = 0; i < READS_MAX; i++) {
    PmError ready = Pm_Poll(port->in);
    int count = ready > 0 ? Pm_Read(port->in, events, READ_MAX) : (int)ready;
    if (count == pmBufferOverflow) {
      /* The whole buffer is gone: what is held is not known. */
      port->decoder = (struct portmidi_decoder){0};
      port->piece_size = 0;
      port_loop_overflowed(&port->loop);
      return;
    }
    if (count < 0) {
      atomic_store(&port->failed, true);
      return;
    }
    for (int j = 0; j < count; j++) {
      take_event(port, now, (uint32_t)events[j].message);
    }
    if (count < READ_MAX) {
      return;
    }
  }
}

/* Nothing is open here, as terminating asks for. */
static void rescan(struct portmidi_port *port)
{
  (void)Pm_Terminate();
  if (Pm_Initialize() != pmNoError) {
    return;
  }
  PmDeviceID in = find_device(&port->loop.head.in);
  PmDeviceID out = find_device(&port->loop.head.out);
  if (in != pmNoDevice && out != pmNoDevice && open_streams(port, in, out)) {
    atomic_store(&port->loop.head.silence_wanted, true);
  }
}

static void gather(struct port_loop *loop, nanos now)
{
  struct portmidi_port *port = (struct portmidi_port *)loop;
  if (port->closing && atomic_load(&loop->drained)) {
    close_streams(port);
    port->closing = false;
    atomic_store(&port->close_wanted, false); /* last: the control thread looks at it first */
  }
  if (atomic_load(&port->close_wanted) && !port->closing) {
    /* The output may still be there: it is told that all notes end before it is closed. */
    atomic_store(&loop->head.silence_wanted, true);
    port->closing = true;
  }
  if (port->in && !port->closing) {
    read_input(port, now);
  } else if (!port->in && atomic_exchange(&port->rescan_wanted, false)) {
    rescan(port);
  }
}

static bool write_message(struct port_loop *loop, const uint8_t *bytes, size_t size)
{
  enum { ROOM = 32 };
  struct portmidi_port *port = (struct portmidi_port *)loop;
  if (port->out && alsa_room_inside(port->descriptor, atomic_load(&port->out_client)) < ROOM) {
    slow_listener_waits(&port->listener, true);
    return false; /* PortMidi would lose the message */
  }
  slow_listener_waits(&port->listener, false);
  PmEvent events[LOOP_PIECE / 4 + 1];
  int32_t count = 0;
  uint32_t event;
  for (size_t at = 0; portmidi_encode(bytes, size, &at, &event);) {
    events[count++] = (PmEvent){.message = (PmMessage)event};
  }
  if (!port->out || Pm_Write(port->out, events, count) != pmNoError) {
    port_count(&loop->head.counters.send_failed); /* a lost device: what follows must not wait */
  }
  return true;
}

static const struct port_loop_ops loop_ops = {.gather = gather, .write = write_message};

static enum status open_named(struct portmidi_port *port, struct error *error)
{
  struct port_link *in = &port->loop.head.in;
  struct port_link *out = &port->loop.head.out;
  PmDeviceID in_id = find_device(in);
  PmDeviceID out_id = find_device(out);
  if (Pm_CountDevices() == 0) {
    return error_set(error, STATUS_NOT_FOUND,
                     "portmidi: the system has no MIDI devices: plug one in, or choose another --driver");
  }
  if (in_id == pmNoDevice || out_id == pmNoDevice) {
    return port_not_found("portmidi", in_id == pmNoDevice ? in : out, error);
  }
  snprintf(in->name, sizeof(in->name), "%s", Pm_GetDeviceInfo(in_id)->name);
  snprintf(out->name, sizeof(out->name), "%s", Pm_GetDeviceInfo(out_id)->name);
  if (!open_streams(port, in_id, out_id)) {
    return error_set(error, STATUS_IO,
                     "portmidi: '%s' and '%s' cannot be opened: is one of them in use by another program?",
                     in->name, out->name);
  }
  in->state = LINK_ON;
  out->state = LINK_ON;
  return STATUS_OK;
}

static void remember_addresses(struct portmidi_port *port)
{
  const struct alsa_address none = {-1, -1};
  port->in_address = none;
  port->out_address = none;
  if (port->watch) {
    (void)alsa_watch_find(port->watch, port->loop.head.in.name, &port->in_address);
    (void)alsa_watch_find(port->watch, port->loop.head.out.name, &port->out_address);
    atomic_store(&port->out_client, port->out_address.client);
  }
}

static enum status start(struct portmidi_port *port, struct error *error)
{
  enum status status = begin_library(error);
  if (status != STATUS_OK) {
    return status;
  }
  status = open_named(port, error);
  if (status == STATUS_OK) {
    alsa_seq_enlarge_pools();
    port->watch = alsa_watch_new();
    port->descriptor = alsa_watch_descriptor(port->watch);
    port->was_open = true;
    remember_addresses(port);
    status = port_loop_start(&port->loop, error);
  }
  if (status != STATUS_OK) {
    close_streams(port);
    (void)Pm_Terminate();
    alsa_watch_free(port->watch);
  }
  return status;
}

static enum status open_driver(struct port **result, const struct port_options *options,
                               const struct port_stream *stream, struct error *error)
{
  if (!options->in || !options->out) {
    return error_set(error, STATUS_USAGE,
                     "portmidi: it has no ports of its own: name a device with --in and one with --out "
                     "(`emend devices` lists them)");
  }
  struct portmidi_port *port = calloc(1, sizeof(*port));
  if (!port) {
    return error_set(error, STATUS_NO_MEMORY, "portmidi: out of memory for the driver");
  }
  enum status status = port_setup(&port->loop.head, options, stream, error);
  if (status == STATUS_OK) {
    status = port_loop_init(&port->loop, &loop_ops, false, error);
  }
  if (status == STATUS_OK) {
    *result = &port->loop.head;
    status = start(port, error);
    if (status == STATUS_OK) {
      return status;
    }
    port_loop_free(&port->loop);
  }
  *result = NULL;
  free(port);
  return status;
}

/* PortMidi does not notice that a device leaves; the sequencer does. */
static bool device_left(struct portmidi_port *port)
{
  struct alsa_address exits[ALSA_EXITS_MAX];
  int count = alsa_watch_exits(port->watch, exits);
  port_loop_hear_listeners(&port->loop, port->watch);
  bool left = atomic_load(&port->failed);
  for (int i = 0; i < count; i++) {
    left = left || (exits[i].client == port->in_address.client && exits[i].port == port->in_address.port) ||
           (exits[i].client == port->out_address.client && exits[i].port == port->out_address.port);
  }
  return left;
}

static enum port_state poll_driver(struct port *head, char *line, size_t size)
{
  struct portmidi_port *port = (struct portmidi_port *)head;
  nanos now = realtime_now();
  bool left = device_left(port); /* asked at each turn: what is announced late must not wait for the device */
  bool closing = atomic_load(&port->close_wanted);
  bool is_open = atomic_load(&port->is_open);
  slow_listener_tell(&port->listener, head, now);
  if (alsa_watch_lost(port->watch)) {
    port_loop_overflowed(&port->loop); /* PortMidi does not always tell */
  }
  if (is_open && port->was_open && left) {
    atomic_store(&port->close_wanted, true);
    port->was_open = false;
    head->next_scan = now + PORT_SCAN_INTERVAL;
    port_count(&head->counters.disconnects);
    port_say(head, "a device vanished; waiting for it");
  } else if (is_open && !port->was_open && !closing) {
    port->was_open = true;
    remember_addresses(port);
    port_say(head, "connected to %s and %s", head->in.name, head->out.name);
  } else if (!is_open && now >= head->next_scan) {
    head->next_scan = now + PORT_SCAN_INTERVAL;
    atomic_store(&port->rescan_wanted, true);
  }
  return port_report(head, is_open && port->was_open ? PORT_CONNECTED : PORT_LOST, line, size);
}

static void describe(const struct port *port, char *line, size_t size)
{
  port_loop_describe((const struct port_loop *)port, "PortMidi, read every millisecond", line, size);
}

static void close_driver(struct port *head)
{
  struct portmidi_port *port = (struct portmidi_port *)head;
  port_loop_stop(&port->loop);
  close_streams(port);
  (void)Pm_Terminate();
  alsa_watch_free(port->watch);
  port_loop_free(&port->loop);
  free(port);
}

const struct port_driver port_driver_portmidi = {
  .name = "portmidi",
  .description = "PortMidi: devices by name, no ports of its own",
  .list = list_ports,
  .open = open_driver,
  .send = port_loop_send,
  .poll = poll_driver,
  .counters = port_loop_counters,
  .describe = describe,
  .close = close_driver,
};
