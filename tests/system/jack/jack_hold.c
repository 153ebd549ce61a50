/* SPDX-License-Identifier: MIT */
/* Keys go down through emend and are let go while nobody hears it; do they sound on at the listener?
 * Usage: jack_hold TRIES MILLISECONDS [PROCESS]. A keyboard and a listener, connected to emend:in and
 * emend:out. With PROCESS, emend's, that is stopped for so long; else the listener is disconnected for so long.
 * Prints how many keys sounded, and sound on a second later; fails where any does, or none did. */
#include <jack/jack.h>
#include <jack/midiport.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { KEYS = 128, LOWEST = 40, HELD = 10, TRIES_TO_CONNECT = 50, CLOSING = 5 };
enum { NOTE_OFF = 0x80, NOTE_ON = 0x90, VELOCITY = 80 };

static jack_client_t *keyboard, *listener;
static jack_port_t *out, *in;
static atomic_int order; /* a status byte for all keys; 0: none */
static atomic_int sounding[KEYS];
static volatile sig_atomic_t result;

/* jackd can be jammed after lost cycles, and a client that closes waits for it. */
static void on_alarm(int number)
{
  (void)number;
  _Exit(result);
}

static void nap(long milliseconds)
{
  nanosleep(&(struct timespec){milliseconds / 1000, milliseconds % 1000 * 1000000}, NULL);
}

static int play(jack_nframes_t frames, void *user)
{
  (void)user;
  void *buffer = jack_port_get_buffer(out, frames);
  const int status = atomic_exchange(&order, 0);
  jack_midi_clear_buffer(buffer);
  for (int key = LOWEST; status != 0 && key < LOWEST + HELD; key++) {
    jack_midi_data_t *event = jack_midi_event_reserve(buffer, 0, 3);
    if (event) {
      memcpy(event, (const jack_midi_data_t[]){(jack_midi_data_t)status, (jack_midi_data_t)key, VELOCITY}, 3);
    }
  }
  return 0;
}

static int hear(jack_nframes_t frames, void *user)
{
  (void)user;
  void *buffer = jack_port_get_buffer(in, frames);
  for (uint32_t i = 0; i < jack_midi_get_event_count(buffer); i++) {
    jack_midi_event_t event;
    if (jack_midi_event_get(&event, buffer, i) != 0 || event.size != 3 || event.buffer[1] >= KEYS) {
      continue;
    }
    atomic_int *count = &sounding[event.buffer[1]];
    if ((event.buffer[0] & 0xF0) == NOTE_ON && event.buffer[2] > 0) {
      atomic_fetch_add(count, 1);
    } else if ((event.buffer[0] & 0xE0) == NOTE_OFF && atomic_load(count) > 0) {
      atomic_fetch_sub(count, 1);
    }
  }
  return 0;
}

static int count_sounding(void)
{
  int sum = 0;
  for (int key = 0; key < KEYS; key++) {
    sum += atomic_load(&sounding[key]);
  }
  return sum;
}

static bool connect(jack_client_t *client, const char *source, const char *sink)
{
  for (int i = 0; i < TRIES_TO_CONNECT; i++) {
    if (jack_connect(client, source, sink) == 0) {
      return true;
    }
    nap(100);
  }
  fprintf(stderr, "jack_hold: no connection from %s to %s\n", source, sink);
  return false;
}

static bool set_up(void)
{
  keyboard = jack_client_open("hold-keyboard", JackNoStartServer, NULL);
  listener = jack_client_open("hold-listener", JackNoStartServer, NULL);
  if (!keyboard || !listener) {
    return false;
  }
  out = jack_port_register(keyboard, "out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
  in = jack_port_register(listener, "in", JACK_DEFAULT_MIDI_TYPE, JackPortIsInput, 0);
  return out && in && jack_set_process_callback(keyboard, play, NULL) == 0 &&
         jack_set_process_callback(listener, hear, NULL) == 0 && jack_activate(keyboard) == 0 &&
         jack_activate(listener) == 0 && connect(keyboard, jack_port_name(out), "emend:in") &&
         connect(listener, "emend:out", jack_port_name(in));
}

/* The keys are let go in the midst of it. */
static bool disturb(pid_t process, long milliseconds)
{
  const bool away =
    process > 0 ? kill(process, SIGSTOP) == 0 : jack_disconnect(listener, "emend:out", jack_port_name(in)) == 0;
  nap(milliseconds / 2);
  atomic_store(&order, NOTE_OFF);
  nap(milliseconds - milliseconds / 2);
  return away &&
         (process > 0 ? kill(process, SIGCONT) == 0 : connect(listener, "emend:out", jack_port_name(in)));
}

int main(int count, char **arguments)
{
  const long tries = count > 2 ? strtol(arguments[1], NULL, 10) : 0;
  const long milliseconds = count > 2 ? strtol(arguments[2], NULL, 10) : 0;
  const pid_t process = count > 3 ? (pid_t)strtol(arguments[3], NULL, 10) : 0;
  int heard = 0, stuck = 0;
  const struct sigaction action = {.sa_handler = on_alarm};
  sigaction(SIGALRM, &action, NULL);
  if (tries < 1 || !set_up()) {
    return 2;
  }
  nap(1000);
  for (long i = 0; i < tries; i++) {
    atomic_store(&order, NOTE_ON);
    nap(300);
    heard += count_sounding();
    if (!disturb(process, milliseconds)) {
      return 2;
    }
    nap(1000);
    stuck += count_sounding();
    for (int key = 0; key < KEYS; key++) {
      atomic_store(&sounding[key], 0);
    }
  }
  printf("%ld tries of %ld ms: %d keys sounded, %d sound on\n", tries, milliseconds, heard, stuck);
  fflush(stdout);
  result = stuck > 0 || heard == 0;
  alarm(CLOSING);
  jack_client_close(keyboard);
  jack_client_close(listener);
  return result;
}
