/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "jack.h"
#include "port.h"
#include "rt_thread.h"

/* Closing waits for CLOSE_CYCLES, or for CLOSE_WAIT where that many last longer, but always for the cycle that
 * ends the notes and the ones it lies between. */
enum { CLOSE_CYCLES = 8, CLOSE_CYCLES_MIN = 3 };
#define CLOSE_WAIT (500 * NANOS_PER_MILLISECOND)
/* Without a cycle until the server is taken for dead. jackd's clients are told of its death, and one that was
 * only held up comes back with all connections. */
#define SERVER_PATIENCE (5 * NANOS_PER_SECOND)
#define JACKD_PATIENCE (30 * NANOS_PER_SECOND)

/* libjack prints by itself unless told not to; emend says one line of its own. */
static void be_quiet(const char *message)
{
  (void)message;
}

static void on_shutdown(jack_status_t code, const char *reason, void *port)
{
  (void)code;
  (void)reason;
  struct jack_port *jack = port;
  atomic_store(&jack->server_gone, true);
}

static int on_xrun(void *port)
{
  struct jack_port *jack = port;
  port_count(&jack->head.counters.xruns);
  return 0;
}

static int on_rate(jack_nframes_t rate, void *port)
{
  struct jack_port *jack = port;
  atomic_store(&jack->rate, rate);
  return 0;
}

/* The period is taken from each cycle; nothing else depends on it. */
static int on_buffer_size(jack_nframes_t frames, void *port)
{
  (void)frames;
  (void)port;
  return 0;
}

/* What comes out is as old as what came in, and the look-ahead. */
static void on_latency(jack_latency_callback_mode_t mode, void *port)
{
  struct jack_port *jack = port;
  jack_latency_range_t range;
  uint64_t rate = atomic_load(&jack->rate);
  jack_nframes_t added =
    (jack_nframes_t)((uint64_t)atomic_load(&jack->look_ahead) * rate / (uint64_t)NANOS_PER_SECOND);
  jack_port_get_latency_range(mode == JackCaptureLatency ? jack->in : jack->out, mode, &range);
  range.min += added;
  range.max += added;
  jack_port_set_latency_range(mode == JackCaptureLatency ? jack->out : jack->in, mode, &range);
}

static void on_thread(void *port)
{
  (void)port;
  realtime_prepare_thread();
}

static jack_client_t *open_client(const char *name, struct error *error)
{
  jack_set_error_function(be_quiet);
  jack_set_info_function(be_quiet);
  jack_status_t why = 0;
  jack_client_t *client = jack_client_open(name, JackNoStartServer, &why);
  if (!client) {
    error_set(
      error, STATUS_IO,
      "jack: no JACK server answers (status 0x%x): start one (jackd, QjackCtl, or `pw-jack` for PipeWire) "
      "or choose another --driver",
      (unsigned)why);
  }
  return client;
}

static enum status jack_list(struct port_info *list, size_t capacity, size_t *count, struct error *error)
{
  *count = 0;
  jack_client_t *client = open_client("emend-list", error);
  if (!client) {
    return STATUS_IO;
  }
  *count = jack_port_list(client, list, capacity);
  jack_client_close(client);
  return STATUS_OK;
}

static void describe_server(struct jack_port *jack)
{
  jack_nframes_t rate = jack_get_sample_rate(jack->client);
  jack_nframes_t frames = jack_get_buffer_size(jack->client);
  char thread[64] = "no real-time scheduling: start JACK with -R";
  if (jack_is_realtime(jack->client)) {
    snprintf(thread, sizeof(thread), "SCHED_FIFO %d", jack_client_real_time_priority(jack->client));
  }
  snprintf(jack->described, sizeof(jack->described),
           "JACK, %u frames at %u Hz (%.2f ms a cycle, none added), %s", (unsigned)frames, (unsigned)rate,
           1000.0 * frames / rate, thread);
}

static bool set_callbacks(struct jack_port *jack)
{
  jack_on_info_shutdown(jack->client, on_shutdown, jack);
  return jack_set_process_callback(jack->client, jack_port_process, jack) == 0 &&
         jack_set_latency_callback(jack->client, on_latency, jack) == 0 &&
         jack_set_thread_init_callback(jack->client, on_thread, jack) == 0 &&
         jack_set_port_registration_callback(jack->client, jack_port_on_registration, jack) == 0 &&
         jack_set_port_connect_callback(jack->client, jack_port_on_connection, jack) == 0 &&
         jack_set_xrun_callback(jack->client, on_xrun, jack) == 0 &&
         jack_set_sample_rate_callback(jack->client, on_rate, jack) == 0 &&
         jack_set_buffer_size_callback(jack->client, on_buffer_size, jack) == 0;
}

static void leave_server(struct jack_port *jack)
{
  if (jack->client) {
    jack_client_close(jack->client);
    jack->client = NULL;
  }
}

/* Join a server and start the live thread. Time goes on from where the last server left it. */
static enum status join_server(struct jack_port *jack, struct error *error)
{
  jack->client = open_client(jack->head.client_name, error);
  if (!jack->client) {
    return STATUS_IO;
  }
  nanos now = realtime_now();
  if (atomic_load(&jack->time) < now) {
    atomic_store(&jack->time, now);
  }
  jack->clock = (struct frame_clock){0};
  jack->sources = 0;
  jack->seen_time = now;
  jack->departures_told = atomic_load(&jack->departures);
  jack->new_ports_seen = atomic_load(&jack->new_port_count);
  atomic_store(&jack->rate, jack_get_sample_rate(jack->client));
  atomic_store(&jack->server_gone, false);
  jack->in = jack_port_register(jack->client, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
  jack->out = jack_port_register(jack->client, "out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
  if (!jack->in || !jack->out || !set_callbacks(jack) || jack_activate(jack->client) != 0) {
    leave_server(jack);
    return error_set(error, STATUS_IO, "jack: the server refused emend's ports: restart the JACK server");
  }
  describe_server(jack);
  const char *name = jack_get_client_name(jack->client);
  if (strcmp(name, jack->head.client_name) != 0) {
    port_say(&jack->head, "JACK has another %s: this one is %s", jack->head.client_name, name);
  }
  return STATUS_OK;
}

static void jack_close(struct port *port);

static enum status jack_open(struct port **port, const struct port_options *options,
                             const struct port_stream *stream, struct error *error)
{
  struct jack_port *jack = calloc(1, sizeof(*jack));
  if (!jack) {
    return error_set(error, STATUS_NO_MEMORY, "jack: out of memory for the driver");
  }
  atomic_store(&jack->look_ahead, options->look_ahead);
  *port = &jack->head;
  enum status status = port_setup(&jack->head, options, stream, error);
  if (status == STATUS_OK && ring_init(&jack->listeners, JACK_LISTENERS_RING) != STATUS_OK) {
    status = error_set(error, STATUS_NO_MEMORY, "jack: out of memory for the driver");
  }
  if (status == STATUS_OK) {
    status = join_server(jack, error);
  }
  if (status == STATUS_OK) {
    status = jack_port_connect(jack, error);
  }
  if (status != STATUS_OK) {
    jack_close(&jack->head);
    *port = NULL;
  }
  return status;
}

/* The server died. Its thread has ended, so nothing is live until another server is joined; the
 * first cycle there that somebody hears ends what sounded. */
static void lose_server(struct jack_port *jack)
{
  leave_server(jack);
  jack->was_listened = false;
  atomic_store(&jack->listened, false);
  atomic_store(&jack->rejoined, true);
  atomic_store(&jack->head.silence_wanted, true);
  port_count(&jack->head.counters.disconnects);
  struct port_link *links[] = {&jack->head.in, &jack->head.out};
  for (int i = 0; i < 2; i++) {
    links[i]->state = links[i]->state == LINK_UNUSED ? LINK_UNUSED : LINK_LOST;
  }
  port_say(&jack->head, "the server went away; waiting for one to come back");
}

/* PipeWire's libjack tells nobody that the server died: then no cycle comes any more. */
static nanos server_patience(void)
{
  return strstr(jack_get_version_string(), "PipeWire") ? SERVER_PATIENCE : JACKD_PATIENCE;
}

static bool server_is_gone(struct jack_port *jack, nanos now)
{
  uint32_t cycles = atomic_load_explicit(&jack->cycles, memory_order_relaxed);
  if (cycles != jack->seen_cycles) {
    jack->seen_cycles = cycles;
    jack->seen_time = now;
  }
  return atomic_load(&jack->server_gone) || now - jack->seen_time > server_patience();
}

static enum port_state jack_poll(struct port *port, char *line, size_t size)
{
  struct jack_port *jack = (struct jack_port *)port;
  nanos now = realtime_now();
  if (jack->client && server_is_gone(jack, now)) {
    lose_server(jack);
    port->next_scan = now + PORT_SCAN_INTERVAL;
  }
  if (jack->client) {
    jack_port_watch(jack);
  }
  if (now >= port->next_scan) {
    port->next_scan = now + PORT_SCAN_INTERVAL;
    if (jack->client) {
      jack_port_scan(jack);
    } else if (join_server(jack, NULL) == STATUS_OK) {
      port_say(port, "a server is back");
    }
  }
  enum port_state state = jack->client ? port_links_state(port) : PORT_LOST;
  if (state == PORT_CONNECTED && jack->sources == 0) {
    state = PORT_WAITING;
  }
  return port_report(port, state, line, size);
}

static bool jack_listened(const struct port *port)
{
  return atomic_load(&((const struct jack_port *)port)->listened);
}

static const struct port_counters *jack_counters(const struct port *port)
{
  return &port->counters;
}

static void jack_describe(const struct port *port, char *line, size_t size)
{
  const struct jack_port *jack = (const struct jack_port *)port;
  snprintf(line, size, "%s", jack->described);
}

static void jack_look_ahead(struct port *port, nanos look_ahead)
{
  struct jack_port *jack = (struct jack_port *)port;
  atomic_store(&jack->look_ahead, look_ahead);
  if (jack->client) {
    jack_recompute_total_latencies(jack->client);
  }
}

/* Some cycles more, so that the note-offs have left and been read before the port goes. */
static void wait_cycles(struct jack_port *jack)
{
  nanos cycle = (nanos)jack_get_buffer_size(jack->client) * NANOS_PER_SECOND / atomic_load(&jack->rate);
  uint32_t first = atomic_load_explicit(&jack->cycles, memory_order_acquire);
  uint32_t passed = 0;
  nanos enough = realtime_now() + CLOSE_WAIT;
  nanos limit = enough + (CLOSE_CYCLES_MIN + 1) * cycle;
  nanos now = realtime_now();
  while (passed < CLOSE_CYCLES && (passed < CLOSE_CYCLES_MIN || now < enough) && now < limit &&
         !atomic_load(&jack->server_gone)) {
    realtime_sleep(NANOS_PER_MILLISECOND);
    passed = atomic_load_explicit(&jack->cycles, memory_order_acquire) - first;
    now = realtime_now();
  }
}

static void jack_close(struct port *port)
{
  struct jack_port *jack = (struct jack_port *)port;
  if (jack->client) {
    atomic_store(&jack->rejoined, false);
    atomic_store(&jack->closing, true);
    atomic_store_explicit(&port->silence_wanted, true, memory_order_release);
    wait_cycles(jack);
    leave_server(jack);
  }
  ring_free(&jack->listeners);
  free(jack);
}

const struct port_driver port_driver_jack = {
  .name = "jack",
  .description = "JACK or PipeWire: events leave in the cycle and at the frame they came in",
  .list = jack_list,
  .open = jack_open,
  .send = jack_port_send,
  .poll = jack_poll,
  .listened = jack_listened,
  .counters = jack_counters,
  .describe = jack_describe,
  .look_ahead = jack_look_ahead,
  .close = jack_close,
};

static void list_add(struct port_info *list, size_t capacity, size_t *count, enum port_direction direction,
                     const char *name)
{
  struct port_info *info = &list[*count];
  size_t size = strlen(name) + 1;
  if (*count < capacity && size > 1 && size <= sizeof(info->name)) {
    memcpy(info->name, name, size);
    info->direction = direction;
    *count += 1;
  }
}

/* Aliases too: bridges name hardware there. */
static void list_aliases(jack_port_t *port, struct port_info *list, size_t capacity, size_t *count,
                         enum port_direction direction)
{
  size_t size = (size_t)jack_port_name_size();
  char *first = calloc(2, size);
  if (!first) {
    return;
  }
  char *const aliases[2] = {first, first + size};
  int found = jack_port_get_aliases(port, aliases);
  for (int i = 0; i < found && i < 2; i++) {
    list_add(list, capacity, count, direction, aliases[i]);
  }
  free(first);
}

size_t jack_port_list(jack_client_t *client, struct port_info *list, size_t capacity)
{
  static const struct {
    unsigned long flag;
    enum port_direction direction;
  } sides[] = {{JackPortIsOutput, PORT_IN}, {JackPortIsInput, PORT_OUT}};
  size_t count = 0;
  for (int side = 0; side < 2; side++) {
    const char **names = jack_get_ports(client, NULL, JACK_DEFAULT_MIDI_TYPE, sides[side].flag);
    for (size_t i = 0; names && names[i]; i++) {
      jack_port_t *port = jack_port_by_name(client, names[i]);
      if (port && !jack_port_is_mine(client, port)) {
        list_add(list, capacity, &count, sides[side].direction, names[i]);
        list_aliases(port, list, capacity, &count, sides[side].direction);
      }
    }
    jack_free(names);
  }
  return count;
}

static bool connect_link(struct jack_port *jack, struct port_link *link)
{
  bool in = link->direction == PORT_IN;
  const char *own = jack_port_name(in ? jack->in : jack->out);
  const char *source = in ? link->name : own;
  const char *sink = in ? own : link->name;
  if (!jack_port_connected_to(in ? jack->in : jack->out, link->name) &&
      jack_connect(jack->client, source, sink) != 0) {
    return false;
  }
  link->state = LINK_ON;
  return true;
}

enum status jack_port_connect(struct jack_port *jack, struct error *error)
{
  struct port_info *list = calloc(PORT_LIST_MAX, sizeof(*list));
  if (!list) {
    return error_set(error, STATUS_NO_MEMORY, "jack: out of memory for the list of ports");
  }
  size_t count = jack_port_list(jack->client, list, PORT_LIST_MAX);
  struct port_link *links[] = {&jack->head.in, &jack->head.out};
  enum status status = STATUS_OK;
  for (int i = 0; i < 2 && status == STATUS_OK; i++) {
    struct port_link *link = links[i];
    if (link->state == LINK_UNUSED) {
      continue;
    }
    int found = port_pick(list, count, link->direction, link->wanted, jack->head.client_name);
    if (found < 0) {
      status = port_not_found("jack", link, error);
      break;
    }
    memcpy(link->name, list[found].name, sizeof(link->name));
    if (!connect_link(jack, link)) {
      status = error_set(error, STATUS_IO, "jack: cannot connect to '%s': is it in use by something else?",
                         link->name);
    }
  }
  free(list);
  return status;
}

void jack_port_on_registration(jack_port_id_t id, int came, void *port)
{
  struct jack_port *jack = port;
  if (came) {
    uint32_t count = atomic_load_explicit(&jack->new_port_count, memory_order_relaxed);
    atomic_store_explicit(&jack->new_ports[count % JACK_NEW_PORTS], id, memory_order_relaxed);
    atomic_store_explicit(&jack->new_port_count, count + 1, memory_order_release);
  }
}

/* By name, since JACK gives an id anew. Not one that is the driver's own, nor 0. */
static uint64_t listener_id(const char *name)
{
  uint64_t id = UINT64_C(0xcbf29ce484222325); /* FNV-1a */
  for (; *name; name++) {
    id = (id ^ (uint8_t)*name) * UINT64_C(0x100000001b3);
  }
  return id > JACK_EVERYONE ? id : JACK_EVERYONE + 1;
}

static bool is_port(const jack_port_t *port, const jack_port_t *own)
{
  return port && strcmp(jack_port_name(port), jack_port_name(own)) == 0;
}

void jack_port_on_connection(jack_port_id_t source, jack_port_id_t sink, int made, void *port)
{
  struct jack_port *jack = port;
  const jack_port_t *heard = jack_port_by_id(jack->client, sink);
  if (heard && is_port(jack_port_by_id(jack->client, source), jack->out)) {
    const uint64_t id = listener_id(jack_port_name(heard));
    /* Without room the live thread does not run, or nobody listens for long. */
    (void)ring_write(&jack->listeners, made ? JACK_CAME : JACK_LEFT, &id, sizeof id);
  }
  if (!made && is_port(heard, jack->in)) {
    atomic_fetch_add_explicit(&jack->departures, 1, memory_order_release);
  }
}

/* A connection is told before it carries anything: it must have lasted for a poll. */
static void watch_listeners(struct jack_port *jack)
{
  bool connected = jack_port_connected(jack->out) > 0;
  atomic_store_explicit(&jack->listened, connected && jack->was_listened, memory_order_relaxed);
  jack->was_listened = connected;
}

/* A source that vanished takes its note-offs with it: the live thread ends what it held. */
void jack_port_watch(struct jack_port *jack)
{
  uint32_t departures = atomic_load_explicit(&jack->departures, memory_order_relaxed);
  if (departures != jack->departures_told) {
    port_count(&jack->head.counters.disconnects);
    port_say(&jack->head, "a source left the input; its notes were ended");
  }
  jack->departures_told = departures;
  jack->sources = jack_port_connected(jack->in);
  watch_listeners(jack);
}

/* Has the port of this name (or alias) come since the last scan? */
static bool is_new(const struct jack_port *jack, const char *name)
{
  uint32_t count = atomic_load_explicit(&jack->new_port_count, memory_order_acquire);
  const jack_port_t *now = jack_port_by_name(jack->client, name);
  bool found = now && count - jack->new_ports_seen > JACK_NEW_PORTS;
  for (uint32_t i = jack->new_ports_seen; now && i != count && !found; i++) {
    jack_port_id_t id = atomic_load_explicit(&jack->new_ports[i % JACK_NEW_PORTS], memory_order_relaxed);
    const jack_port_t *came = jack_port_by_id(jack->client, id);
    found = came && strcmp(jack_port_name(came), jack_port_name(now)) == 0;
  }
  return found;
}

/* A port that is still the same at a second look did not leave: someone undid the connection. */
static void watch_release(struct jack_port *jack, struct port_link *link)
{
  bool undone = link->state == LINK_ON &&
                !jack_port_connected_to(link->direction == PORT_IN ? jack->in : jack->out, link->name);
  if (undone && is_new(jack, link->name)) {
    link->state = LINK_SETTLING;
    port_say(&jack->head, "%s vanished; waiting for it", link->name);
    undone = false;
  } else if (undone && link->undone) {
    link->state = LINK_RELEASED;
    port_say(&jack->head, "%s was disconnected by hand", link->name);
  }
  link->undone = undone;
}

static void watch_link(struct jack_port *jack, struct port_link *link, const struct port_info *list,
                       size_t count)
{
  switch (port_link_scan(link, list, count, jack->head.client_name)) {
  case LINK_CONNECT:
    if (connect_link(jack, link)) {
      port_say(&jack->head, "connected to %s", link->name);
    }
    break;
  case LINK_DROP: port_say(&jack->head, "%s vanished; waiting for it", link->name); break;
  case LINK_KEEP: watch_release(jack, link); break;
  }
}

/* Does something that hears emend also hear one of emend's sources directly? */
static void warn_heard_twice(struct jack_port *jack)
{
  const char **sources = jack_port_get_all_connections(jack->client, jack->in);
  const char **sinks = jack_port_get_all_connections(jack->client, jack->out);
  const char *twice = NULL;
  for (size_t i = 0; sinks && sinks[i]; i++) {
    jack_port_t *sink = jack_port_by_name(jack->client, sinks[i]);
    for (size_t j = 0; sink && sources && sources[j]; j++) {
      const char **heard = jack_port_get_all_connections(jack->client, sink);
      for (size_t k = 0; heard && heard[k]; k++) {
        twice = strcmp(heard[k], sources[j]) == 0 ? sinks[i] : twice;
      }
      jack_free(heard);
    }
  }
  if (twice && !jack->heard_twice) {
    port_say(&jack->head, "%s also hears the keyboard directly: disconnect that, or notes sound twice", twice);
  }
  jack->heard_twice = twice != NULL;
  jack_free(sources);
  jack_free(sinks);
}

void jack_port_scan(struct jack_port *jack)
{
  struct port_info *list = calloc(PORT_LIST_MAX, sizeof(*list));
  if (!list) {
    return;
  }
  uint32_t came = atomic_load_explicit(&jack->new_port_count, memory_order_acquire);
  size_t count = jack_port_list(jack->client, list, PORT_LIST_MAX);
  watch_link(jack, &jack->head.in, list, count);
  watch_link(jack, &jack->head.out, list, count);
  warn_heard_twice(jack);
  jack->new_ports_seen = came;
  free(list);
}
