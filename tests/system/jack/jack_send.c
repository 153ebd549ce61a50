/* SPDX-License-Identifier: MIT */
/* Plays random MIDI under JACK and logs each event with its absolute frame.
 * Usage: jack_send SINK EVENTS A_SECOND SEED LOG [stay|return]. SINK "-": waits to be connected.
 * Leaves with the last notes held, as a keyboard does whose cable is pulled. "stay": prints "played" and holds
 * them until it is killed; "return": the same after its connection was gone for a moment. */
#include <jack/jack.h>
#include <jack/midiport.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "jack_log.h"

enum { LOG_BYTES = 64 << 20, TRIES = 100, EVENT_MAX = 5000, CHANNEL_COUNT = 16, KEY_COUNT = 128 };

struct sender {
  jack_client_t *client;
  jack_port_t *out;
  struct jack_log log;
  uint64_t cycle; /* its first frame, unwrapped */
  uint64_t due;   /* the frame of the next event; 0: not begun */
  uint64_t random;
  double gap; /* mean frames between events */
  bool held[CHANNEL_COUNT][KEY_COUNT];
  uint8_t event[EVENT_MAX];
  size_t size; /* of the next event */
  _Atomic long left;
  _Atomic bool go;
};

static uint32_t draw(struct sender *sender, uint32_t below)
{
  sender->random = sender->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
  return (uint32_t)((sender->random >> 33) % below);
}

static void make_sysex(struct sender *sender)
{
  sender->size = draw(sender, 50) == 0 ? EVENT_MAX : 3 + draw(sender, 300);
  sender->event[0] = 0xF0;
  for (size_t i = 1; i + 1 < sender->size; i++) {
    sender->event[i] = (uint8_t)draw(sender, 128);
  }
  sender->event[sender->size - 1] = 0xF7;
}

static void make_event(struct sender *sender)
{
  static const uint8_t other[] = {0xA0, 0xB0, 0xC0, 0xD0, 0xE0, 0xF8, 0xFE};
  uint8_t channel = (uint8_t)draw(sender, CHANNEL_COUNT);
  uint8_t key = (uint8_t)draw(sender, KEY_COUNT);
  uint32_t kind = draw(sender, 100);
  if (kind < 80) {
    bool *held = &sender->held[channel][key];
    *held = !*held;
    sender->event[0] = (uint8_t)((*held ? 0x90 : 0x80) | channel);
    sender->size = 3;
  } else if (kind < 99) {
    uint8_t status = other[draw(sender, sizeof(other))];
    sender->event[0] = status < 0xF0 ? (uint8_t)(status | channel) : status;
    sender->size = status >= 0xF0 ? 1 : (status & 0xE0) == 0xC0 ? 2 : 3;
    key = status == 0xB0 && key >= 120 ? 1 : key; /* no "all notes off" */
  } else {
    make_sysex(sender);
    return;
  }
  sender->event[1] = key;
  sender->event[2] = (uint8_t)(1 + draw(sender, 127));
}

static void next_event(struct sender *sender)
{
  sender->due += draw(sender, (uint32_t)(2 * sender->gap) + 1);
  make_event(sender);
}

static int process(jack_nframes_t frames, void *user)
{
  struct sender *sender = user;
  void *buffer = jack_port_get_buffer(sender->out, frames);
  jack_midi_clear_buffer(buffer);
  sender->cycle += (uint32_t)(jack_last_frame_time(sender->client) - (uint32_t)sender->cycle);
  if (!sender->go) {
    return 0;
  }
  if (sender->due == 0) {
    sender->due = sender->cycle;
    next_event(sender);
  }
  while (sender->left > 0 && sender->due < sender->cycle + frames) {
    sender->due = sender->due < sender->cycle ? sender->cycle : sender->due;
    uint8_t *room =
      jack_midi_event_reserve(buffer, (jack_nframes_t)(sender->due - sender->cycle), sender->size);
    if (!room) {
      break; /* the next cycle has room */
    }
    memcpy(room, sender->event, sender->size);
    jack_log_add(&sender->log, sender->due, sender->event, sender->size);
    sender->left--;
    next_event(sender);
  }
  return 0;
}

static void nap(long milliseconds)
{
  nanosleep(&(struct timespec){.tv_nsec = milliseconds * 1000000}, NULL);
}

static bool connect(struct sender *sender, const char *sink)
{
  for (int i = 0; i < TRIES; i++) {
    bool wanted = sink[0] != '-' && jack_port_by_name(sender->client, sink);
    if (wanted ? jack_connect(sender->client, jack_port_name(sender->out), sink) == 0
               : jack_port_connected(sender->out) > 0) {
      nap(500); /* the connection is there some cycles later */
      return true;
    }
    nap(100);
  }
  return false;
}

static void stay(struct sender *sender, const char *sink, bool returns)
{
  if (returns) {
    (void)jack_port_disconnect(sender->client, sender->out);
    (void)jack_connect(sender->client, jack_port_name(sender->out), sink);
  }
  puts("played");
  fflush(stdout);
  pause();
}

int main(int count, char **arguments)
{
  static struct sender sender;
  if (count < 6 || count > 7 || !jack_log_open(&sender.log, LOG_BYTES)) {
    return 2;
  }
  sender.client = jack_client_open("sender", JackNoStartServer, NULL);
  if (!sender.client) {
    return 1;
  }
  sender.left = strtol(arguments[2], NULL, 10);
  sender.gap = jack_get_sample_rate(sender.client) / strtod(arguments[3], NULL);
  sender.random = strtoull(arguments[4], NULL, 10);
  sender.out = jack_port_register(sender.client, "out", JACK_DEFAULT_MIDI_TYPE, JackPortIsOutput, 0);
  jack_set_process_callback(sender.client, process, &sender);
  if (!sender.out || jack_activate(sender.client) != 0 || !connect(&sender, arguments[1])) {
    fprintf(stderr, "sender: no port %s\n", arguments[1]);
    return 1;
  }
  sender.go = true;
  while (sender.left > 0) {
    nap(20);
  }
  nap(500);
  if (count == 7) {
    stay(&sender, arguments[1], strcmp(arguments[6], "return") == 0);
  }
  jack_client_close(sender.client);
  bool written = jack_log_write(&sender.log, arguments[5]);
  free(sender.log.bytes);
  return written ? 0 : 1;
}
