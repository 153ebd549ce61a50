#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port_drivers.h"
#include "port_jack.h"
#include "realtime_thread.h"

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
    return error_set(error, STATUS_NO_MEMORY, "jack: no memory for the driver");
  }
  atomic_store(&jack->look_ahead, options->look_ahead);
  *port = &jack->head;
  enum status status = port_setup(&jack->head, options, stream, error);
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
