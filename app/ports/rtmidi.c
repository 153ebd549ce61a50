/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alsa_seq.h"
#include "port.h"
#include "port_loop.h"
#include "port_private.h"
#include "rtmidi_devices.h"

enum status rtmidi_no_system(struct error *error)
{
  return error_set(error, STATUS_IO, RTMIDI_NAME ": the %s does not answer: choose another --driver",
                   RTMIDI_TITLE);
}

size_t rtmidi_devices_list(RtMidiPtr device, enum port_direction direction, struct port_info *list,
                           size_t capacity, size_t count)
{
  rtmidi_expect(device);
  unsigned ports = rtmidi_get_port_count(device);
  for (unsigned i = 0; device->ok && i < ports && count < capacity; i++) {
    struct port_info *info = &list[count];
    int size = (int)sizeof(info->name);
    info->name[0] = '\0';
    if (rtmidi_get_port_name(device, i, info->name, &size) >= 0 && device->ok && info->name[0]) {
      info->direction = direction;
      count++;
    }
    rtmidi_expect(device);
  }
  return count;
}

void rtmidi_devices_free(RtMidiInPtr in, RtMidiOutPtr out)
{
  if (in) {
    /* Freed at once, RtMidi would delete the callback's data under its running thread. */
    if (in->ptr) {
      rtmidi_expect(in);
      rtmidi_close_port(in);
      if (in->data) { /* without one RtMidi complains aloud */
        rtmidi_in_cancel_callback(in);
      }
    }
    rtmidi_in_free(in);
  }
  if (out) {
    if (out->ptr) {
      rtmidi_expect(out);
      rtmidi_close_port(out);
    }
    rtmidi_out_free(out);
  }
}

enum status rtmidi_devices_new(const char *name, RtMidiInPtr *in, RtMidiOutPtr *out, struct error *error)
{
  *in = NULL;
  *out = NULL;
  enum status status = alsa_seq_probe(RTMIDI_NAME, error);
  if (status != STATUS_OK) {
    return status;
  }
  *in = rtmidi_in_create(RTMIDI_SYSTEM, name, 1);
  *out = rtmidi_out_create(RTMIDI_SYSTEM, name);
  if (*in && (*in)->ok && *out && (*out)->ok) {
    return STATUS_OK;
  }
  rtmidi_devices_free(*in, *out);
  *in = NULL;
  *out = NULL;
  return rtmidi_no_system(error);
}

struct rtmidi_port {
  struct port_loop loop;
  RtMidiInPtr in;
  RtMidiOutPtr out;
  /* Held by the control thread while it looks at or reconnects the output; the loop only tries it. */
  pthread_mutex_t out_lock;
  /* Const while the loop runs. */
  int descriptor; /* to ask the sequencer for room through */
  struct alsa_address own_in, own_out;
  /* Loop thread. */
  int allowance; /* cells of the readers' pools that may be filled before asking again */
  /* RtMidi's input thread. */
  pthread_t raised;
  bool is_raised;
  /* Control thread. */
  struct alsa_watch *watch;
  int sources;   /* connected at the last look */
  bool listened; /* at the last look */
  struct slow_listener listener;
};

/* RtMidi's thread. It has an ordinary priority unless it is raised from within. */
static void on_message(double delta, const unsigned char *bytes, size_t size, void *user)
{
  (void)delta; /* since the message before, and 0 at first: of no use as a time */
  struct rtmidi_port *port = user;
  if (!port->is_raised || !pthread_equal(port->raised, pthread_self())) {
    port->is_raised = true;
    port->raised = pthread_self();
    (void)realtime_raise();
  }
  port_loop_post(&port->loop, realtime_now(), bytes, size);
}

/* Where a reader is slow RtMidi drops the message, prints a line and reports success: so it is asked only
 * when there is room, for the longest piece of a SysEx too. */
static bool has_room(struct rtmidi_port *port, size_t size)
{
  enum { ROOM = 32, ALLOWANCE_MAX = 64, CELL = 16 };
  int cells = 1 + (int)(size / CELL);
  if (port->allowance < cells) {
    int room = alsa_room_ahead(port->descriptor, port->own_out);
    port->allowance = room > 2 * ALLOWANCE_MAX ? ALLOWANCE_MAX : room / 2;
    if (room < ROOM || port->allowance < cells) {
      return false;
    }
  }
  port->allowance -= cells;
  return true;
}

static bool write_message(struct port_loop *loop, const uint8_t *bytes, size_t size)
{
  struct rtmidi_port *port = (struct rtmidi_port *)loop;
  if (!has_room(port, size)) {
    slow_listener_waits(&port->listener, true);
    return false;
  }
  slow_listener_waits(&port->listener, false);
  if (pthread_mutex_trylock(&port->out_lock) != 0) {
    return false;
  }
  rtmidi_expect(port->out);
  int result = rtmidi_out_send_message(port->out, bytes, (int)size);
  if (result != 0 || !port->out->ok) {
    port_count(&loop->head.counters.send_failed); /* it would fail again: what follows must not wait */
  }
  (void)pthread_mutex_unlock(&port->out_lock);
  return true;
}

static const struct port_loop_ops loop_ops = {.write = write_message};

static enum status list_ports(struct port_info *list, size_t capacity, size_t *count, struct error *error)
{
  RtMidiInPtr in;
  RtMidiOutPtr out;
  *count = 0;
  enum status status = rtmidi_devices_new("emend-list", &in, &out, error);
  if (status == STATUS_OK) {
    *count = rtmidi_devices_list(in, PORT_IN, list, capacity, 0);
    *count = rtmidi_devices_list(out, PORT_OUT, list, capacity, *count);
    rtmidi_devices_free(in, out);
  }
  return status;
}

static void lock_out(struct rtmidi_port *port)
{
  (void)pthread_mutex_lock(&port->out_lock);
}

/* The loop may have wanted to write meanwhile. */
static void unlock_out(struct rtmidi_port *port)
{
  (void)pthread_mutex_unlock(&port->out_lock);
  realtime_bell_ring(&port->loop.bell);
}

static size_t list_all(struct rtmidi_port *port, struct port_info *list, size_t capacity)
{
  size_t count = rtmidi_devices_list(port->in, PORT_IN, list, capacity, 0);
  lock_out(port);
  count = rtmidi_devices_list(port->out, PORT_OUT, list, capacity, count);
  unlock_out(port);
  return count;
}

/* emend's own port, there whether or not a named one is connected to it. */
static bool open_own(RtMidiPtr device, const char *name)
{
  if (!RTMIDI_VIRTUAL) {
    return true;
  }
  rtmidi_expect(device);
  rtmidi_open_virtual_port(device, name);
  return device->ok;
}

static int index_of(RtMidiPtr device, enum port_direction direction, const char *name, struct port_info *list)
{
  size_t count = rtmidi_devices_list(device, direction, list, PORT_LIST_MAX, 0);
  for (size_t i = 0; i < count; i++) {
    if (strcmp(list[i].name, name) == 0) {
      return (int)i;
    }
  }
  return -1;
}

static bool open_named(RtMidiPtr device, struct port_link *link, const char *own, struct port_info *list)
{
  int index = index_of(device, link->direction, link->name, list);
  if (index < 0) {
    return false;
  }
  rtmidi_expect(device);
  rtmidi_open_port(device, (unsigned)index, own);
  if (device->ok) {
    link->state = LINK_ON;
  }
  return device->ok;
}

/* RtMidi connects a device once: it is closed, made a virtual port again and connected anew. Closing
 * the input ends its thread. */
static bool reopen(struct rtmidi_port *port, struct port_link *link, bool named, struct port_info *list)
{
  bool in = link->direction == PORT_IN;
  RtMidiPtr device = in ? port->in : port->out;
  const char *own = in ? "in" : "out";
  if (!in) {
    lock_out(port);
  }
  rtmidi_expect(device);
  rtmidi_close_port(device);
  bool opened = open_own(device, own) && (!named || open_named(device, link, own, list));
  if (!in) {
    unlock_out(port);
  }
  return opened;
}

static enum status open_link(struct rtmidi_port *port, struct port_link *link, struct port_info *list,
                             struct error *error)
{
  if (link->state == LINK_UNUSED) {
    return STATUS_OK;
  }
  size_t count = list_all(port, list, PORT_LIST_MAX);
  int found = port_pick(list, count, link->direction, link->wanted, port->loop.head.client_name);
  if (found < 0) {
    return port_not_found(RTMIDI_NAME, link, error);
  }
  memcpy(link->name, list[found].name, sizeof(link->name));
  RtMidiPtr device = link->direction == PORT_IN ? port->in : port->out;
  if (!open_named(device, link, link->direction == PORT_IN ? "in" : "out", list)) {
    return error_set(error, STATUS_IO, RTMIDI_NAME ": '%s' cannot be opened: is it in use by another program?",
                     link->name);
  }
  return STATUS_OK;
}

static enum status open_ports(struct rtmidi_port *port, struct error *error)
{
  struct port *head = &port->loop.head;
  if (!RTMIDI_VIRTUAL && (head->in.state == LINK_UNUSED || head->out.state == LINK_UNUSED)) {
    return error_set(error, STATUS_USAGE,
                     RTMIDI_NAME
                     ": this system has no ports of a program's own: name both with --in and --out");
  }
  rtmidi_in_ignore_types(port->in, false, false, false); /* by default it drops SysEx, clock and sensing */
  rtmidi_in_set_callback(port->in, on_message, port);
  if (!open_own(port->out, "out") || !open_own(port->in, "in")) {
    return rtmidi_no_system(error);
  }
  alsa_seq_enlarge_pools();
  struct port_info *list = calloc(PORT_LIST_MAX, sizeof(*list));
  if (!list) {
    return error_set(error, STATUS_NO_MEMORY, RTMIDI_NAME ": out of memory for the list of ports");
  }
  enum status status = open_link(port, &head->out, list, error);
  if (status == STATUS_OK) {
    status = open_link(port, &head->in, list, error);
  }
  free(list);
  return status;
}

static void free_port(struct rtmidi_port *port)
{
  rtmidi_devices_free(port->in, port->out);
  alsa_watch_free(port->watch);
  (void)pthread_mutex_destroy(&port->out_lock);
  port_loop_free(&port->loop);
  free(port);
}

static void watch_own(struct rtmidi_port *port)
{
  bool found = alsa_watch_find_own(port->watch, "in", &port->own_in) &&
               alsa_watch_find_own(port->watch, "out", &port->own_out);
  port->descriptor = found ? alsa_watch_descriptor(port->watch) : -1;
}

static enum status start(struct rtmidi_port *port, struct error *error)
{
  enum status status = rtmidi_devices_new(port->loop.head.client_name, &port->in, &port->out, error);
  if (status == STATUS_OK) {
    port->watch = alsa_watch_new();
    status = open_ports(port, error);
    watch_own(port);
  }
  return status == STATUS_OK ? port_loop_start(&port->loop, error) : status;
}

static enum status open_driver(struct port **result, const struct port_options *options,
                               const struct port_stream *stream, struct error *error)
{
  struct rtmidi_port *port = calloc(1, sizeof(*port));
  if (!port || pthread_mutex_init(&port->out_lock, NULL) != 0) {
    free(port);
    return error_set(error, STATUS_NO_MEMORY, RTMIDI_NAME ": out of memory for the driver");
  }
  enum status status = port_setup(&port->loop.head, options, stream, error);
  if (status == STATUS_OK) {
    status = port_loop_init(&port->loop, &loop_ops, RTMIDI_WHOLE_SYSEX, error);
  }
  if (status != STATUS_OK) {
    (void)pthread_mutex_destroy(&port->out_lock);
    free(port);
    return status;
  }
  *result = &port->loop.head;
  status = start(port, error);
  if (status != STATUS_OK) {
    *result = NULL;
    free_port(port);
  }
  return status;
}

static void drop_link(struct rtmidi_port *port, struct port_link *link, struct port_info *list)
{
  struct port *head = &port->loop.head;
  link->state = LINK_LOST;
  (void)reopen(port, link, false, list);
  atomic_store_explicit(&head->silence_wanted, true, memory_order_release);
  port_count(&head->counters.disconnects);
  port_say(head, "%s vanished; waiting for it", link->name);
}

static void watch_link(struct rtmidi_port *port, struct port_link *link, struct port_info *list)
{
  size_t count = list_all(port, list, PORT_LIST_MAX);
  switch (port_link_scan(link, list, count, port->loop.head.client_name)) {
  case LINK_CONNECT:
    if (reopen(port, link, true, list)) {
      port_say(&port->loop.head, "connected to %s", link->name);
    }
    break;
  case LINK_DROP: drop_link(port, link, list); break;
  case LINK_KEEP: break;
  }
}

/* A device that is pulled and put back between two scans keeps its name and loses its connection. */
static void watch_exits(struct rtmidi_port *port, struct port_info *list)
{
  struct alsa_address exits[ALSA_EXITS_MAX];
  struct port_link *links[] = {&port->loop.head.in, &port->loop.head.out};
  int count = alsa_watch_exits(port->watch, exits);
  port_loop_hear_listeners(&port->loop, port->watch);
  for (int i = 0; i < 2 * count; i++) {
    struct port_link *link = links[i % 2];
    struct alsa_address address;
    if (link->state == LINK_ON && alsa_address_of(link->name, &address) &&
        address.client == exits[i / 2].client && address.port == exits[i / 2].port) {
      drop_link(port, link, list);
    }
  }
}

/* A source that vanished takes its note-offs with it, whoever had connected it. */
static void watch_sources(struct rtmidi_port *port)
{
  int sources = alsa_watch_sources(port->watch);
  if (sources < port->sources) {
    atomic_store_explicit(&port->loop.head.silence_wanted, true, memory_order_release);
    port_say(&port->loop.head, "a source left the input; its notes were ended");
  }
  port->sources = sources;
}

static void scan(struct rtmidi_port *port)
{
  struct port_info *list = calloc(PORT_LIST_MAX, sizeof(*list));
  if (list) {
    watch_exits(port, list);
    watch_link(port, &port->loop.head.in, list);
    watch_link(port, &port->loop.head.out, list);
    free(list);
  }
}

static enum port_state poll_driver(struct port *head, char *line, size_t size)
{
  struct rtmidi_port *port = (struct rtmidi_port *)head;
  nanos now = realtime_now();
  watch_sources(port);
  if (alsa_watch_lost(port->watch)) {
    port_loop_overflowed(&port->loop); /* RtMidi hides it, and has thrown away what the sequencer held */
  }
  slow_listener_tell(&port->listener, head, now);
  if (now >= head->next_scan) {
    head->next_scan = now + PORT_SCAN_INTERVAL;
    scan(port);
  }
  port->listened = alsa_watch_heard(port->watch, port->own_out);
  enum port_state state = port_links_state(head);
  if (state == PORT_CONNECTED && port->watch && port->sources == 0) {
    state = PORT_WAITING;
  }
  return port_report(head, state, line, size);
}

static bool is_listened(const struct port *head)
{
  const struct rtmidi_port *port = (const struct rtmidi_port *)head;
  return port->listened;
}

static void describe(const struct port *port, char *line, size_t size)
{
  port_loop_describe((const struct port_loop *)port, RTMIDI_TITLE, line, size);
}

static void close_driver(struct port *head)
{
  struct rtmidi_port *port = (struct rtmidi_port *)head;
  port_loop_stop(&port->loop);
  free_port(port);
}

const struct port_driver port_driver_rtmidi = {
  .name = RTMIDI_NAME,
  .description = RTMIDI_TITLE ": ports of emend's own, and devices by name",
  .list = list_ports,
  .open = open_driver,
  .send = port_loop_send,
  .poll = poll_driver,
  .listened = is_listened,
  .counters = port_loop_counters,
  .describe = describe,
  .close = close_driver,
};
