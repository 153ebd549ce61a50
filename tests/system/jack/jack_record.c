/* SPDX-License-Identifier: MIT */
/* Records MIDI under JACK with the absolute frame of each event, until SIGTERM.
 * Usage: jack_record SOURCE LOG. Waits for the port SOURCE ("-": to be connected) and prints "ready" when it is
 * connected. */
#include <jack/jack.h>
#include <jack/midiport.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "jack_log.h"

enum { LOG_BYTES = 64 << 20, TRIES = 100 };

struct recorder {
  jack_client_t *client;
  jack_port_t *in;
  struct jack_log log;
  uint64_t cycle; /* its first frame, unwrapped */
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
  (void)number;
  stopped = 1;
}

static void nap(long milliseconds)
{
  nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

static int on_xrun(void *user)
{
  (void)user;
  return fputs("xrun\n", stdout) < 0;
}

static int process(jack_nframes_t frames, void *user)
{
  struct recorder *recorder = user;
  void *buffer = jack_port_get_buffer(recorder->in, frames);
  recorder->cycle += (uint32_t)(jack_last_frame_time(recorder->client) - (uint32_t)recorder->cycle);
  for (uint32_t i = 0; i < jack_midi_get_event_count(buffer); i++) {
    jack_midi_event_t event;
    if (jack_midi_event_get(&event, buffer, i) == 0) {
      jack_log_add(&recorder->log, recorder->cycle + event.time, event.buffer, event.size);
    }
  }
  return 0;
}

static bool connect(struct recorder *recorder, const char *source)
{
  for (int i = 0; i < TRIES && !stopped; i++) {
    bool wanted = source[0] != '-' && jack_port_by_name(recorder->client, source);
    if (wanted ? jack_connect(recorder->client, source, jack_port_name(recorder->in)) == 0
               : jack_port_connected(recorder->in) > 0) {
      return true;
    }
    nap(100);
  }
  return false;
}

int main(int count, char **arguments)
{
  static struct recorder recorder;
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  if (count != 3 || !jack_log_open(&recorder.log, LOG_BYTES)) {
    return 2;
  }
  recorder.client = jack_client_open("recorder", JackNoStartServer, NULL);
  if (!recorder.client) {
    return 1;
  }
  recorder.in = jack_port_register(recorder.client, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
  jack_set_process_callback(recorder.client, process, &recorder);
  jack_set_xrun_callback(recorder.client, on_xrun, NULL);
  if (!recorder.in || jack_activate(recorder.client) != 0 || !connect(&recorder, arguments[1])) {
    fprintf(stderr, "recorder: no port %s\n", arguments[1]);
    return 1;
  }
  puts("ready");
  fflush(stdout);
  while (!stopped) {
    nap(50);
  }
  jack_client_close(recorder.client);
  bool written = jack_log_write(&recorder.log, arguments[2]);
  free(recorder.log.bytes);
  return written ? 0 : 1;
}
