/* SPDX-License-Identifier: MIT */
#include "port_file.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "file_faults.h"
#include "replay.h"
#include "rt_thread.h"
#include "smf_file.h"

/* At least so often does time pass for the engine, as in a driver's period. */
#define PERIOD (2 * NANOS_PER_MILLISECOND)

struct port {
  struct smf_file file;
  struct replay *replay;
  struct port_stream stream;
  struct port_counters counters;
  pthread_t thread;
  bool running; /* the thread is to be joined; control thread only */
  _Atomic bool stop, over;
  _Atomic int raised; /* what realtime_raise said */
  bool told;          /* that the take is over */
  char name[256];
};

static void on_receive(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct port *port = user;

  atomic_fetch_add_explicit(&port->counters.received, 1, memory_order_relaxed);
  port->stream.receive(port->stream.user, time, bytes, size);
}

static void on_advance(void *user, nanos now)
{
  struct port *port = user;
  port->stream.advance(port->stream.user, now);
}

static void on_tempo(void *user, double bpm)
{
  struct port *port = user;
  port->stream.tempo(port->stream.user, bpm);
}

static void *play(void *user)
{
  struct port *port = user;
  const struct port_stream counted = {
    .user = port, .receive = on_receive, .advance = on_advance, .tempo = on_tempo};
  nanos end = replay_end(port->replay);

  realtime_prepare_thread();
  port->raised = realtime_raise();
  nanos start = realtime_now();
  port->stream.begin(port->stream.user, 0);
  while (!atomic_load(&port->stop) && replay_position(port->replay) < end) {
    nanos now = realtime_now() - start;
    replay_step(port->replay, &counted, now < end ? now : end);
    nanos wait = replay_next(port->replay) - now;
    if (wait > 0) {
      realtime_sleep(wait < PERIOD ? wait : PERIOD);
    }
  }
  port->stream.silence(port->stream.user, replay_position(port->replay));
  atomic_store(&port->over, true);
  return NULL;
}

static enum status file_list(struct port_info *list, size_t capacity, size_t *count, struct error *error)
{
  (void)list;
  (void)capacity;
  (void)error;
  *count = 0;
  return STATUS_OK;
}

static void file_close(struct port *port)
{
  if (port->running) {
    atomic_store(&port->stop, true);
    pthread_join(port->thread, NULL);
  }
  replay_free(port->replay);
  smf_file_close(&port->file);
  free(port);
}

static enum status start(struct port *port, const struct port_options *options, struct error *error)
{
  const struct replay_options how = {.look_ahead = options->look_ahead};
  enum status status = smf_file_open(&port->file, options->in, error);

  if (status == STATUS_OK) {
    status = file_faults_tell(&port->file.smf, options->in, false, "live", error);
  }
  if (status == STATUS_OK) {
    status = replay_new(&port->replay, &port->file.smf, &how, options->in, error);
  }
  if (status == STATUS_OK && pthread_create(&port->thread, NULL, play, port) != 0) {
    status = error_set(error, STATUS_NO_MEMORY, "no thread to play %.300s", options->in);
  }
  port->running = status == STATUS_OK;
  return status;
}

static enum status file_open(struct port **result, const struct port_options *options,
                             const struct port_stream *stream, struct error *error)
{
  *result = NULL;
  if (options->in == NULL) {
    return error_set(error, STATUS_USAGE, "the file driver wants --in IN.mid --out OUT.mid");
  }
  struct port *port = calloc(1, sizeof *port);
  if (port == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot play %.300s", options->in);
  }
  port->stream = *stream;
  snprintf(port->name, sizeof port->name, "%s", options->in);
  enum status status = start(port, options, error);
  if (status != STATUS_OK) {
    file_close(port);
    return status;
  }
  *result = port;
  return STATUS_OK;
}

static bool file_send(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct port *port = user;

  if (!replay_send(port->replay, time, bytes, size)) {
    atomic_fetch_add_explicit(&port->counters.send_failed, 1, memory_order_relaxed);
    return false;
  }
  atomic_fetch_add_explicit(&port->counters.sent, 1, memory_order_relaxed);
  return true;
}

static enum port_state file_poll(struct port *port, char *line, size_t size)
{
  bool over = atomic_load(&port->over);

  snprintf(line, size, "%s", over && !port->told ? "the take is over" : "");
  port->told = over;
  return over ? PORT_LOST : PORT_CONNECTED;
}

static const struct port_counters *file_counters(const struct port *port)
{
  return &port->counters;
}

static void file_describe(const struct port *port, char *line, size_t size)
{
  const char *slash = strrchr(port->name, '/');
  char schedule[REALTIME_LINE];

  realtime_explain(port->raised, schedule);
  snprintf(line, size, "plays %s in real time; %s", slash != NULL ? slash + 1 : port->name, schedule);
}

enum status port_file_save(struct port *port, const char *path, struct error *error)
{
  struct replay_result result;

  if (port->running) {
    atomic_store(&port->stop, true);
    pthread_join(port->thread, NULL);
    port->running = false;
  }
  enum status status = replay_finish(port->replay, port->file.data, port->file.size, &result, error);
  if (status == STATUS_OK) {
    status = file_write(path, result.data, result.size, error);
  }
  replay_result_free(&result);
  return status;
}

const struct port_driver port_driver_file = {
  .name = "file",
  .description = "a MIDI file, played in real time",
  .list = file_list,
  .open = file_open,
  .send = file_send,
  .poll = file_poll,
  .counters = file_counters,
  .describe = file_describe,
  .close = file_close,
};
