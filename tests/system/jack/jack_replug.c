/* SPDX-License-Identifier: MIT */
/* A port "p" that emend connects to, and that leaves and returns under its name while emend may not look, as a
 * USB plug does.
 * Usage: jack_replug NAME in|out MILLISECONDS|hand. "hand": the connection is undone instead. Success where
 * emend then does what it should: connects again, or leaves it be. */
#include <jack/jack.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TRIES = 100, SETTLED_MS = 1300, LEFT_ALONE_MS = 3000 };

static void nap(long milliseconds)
{
  nanosleep(&(struct timespec){.tv_sec = milliseconds / 1000, .tv_nsec = milliseconds % 1000 * 1000000}, NULL);
}

static int process(jack_nframes_t frames, void *user)
{
  (void)frames;
  (void)user;
  return 0;
}

static jack_port_t *come(jack_client_t *client, const char *direction)
{
  unsigned long flags = strcmp(direction, "in") == 0 ? JackPortIsInput : JackPortIsOutput;
  return jack_port_register(client, "p", JACK_DEFAULT_MIDI_TYPE, flags, 0);
}

static bool is_connected(const jack_port_t *port)
{
  for (int i = 0; i < TRIES && jack_port_connected(port) == 0; i++) {
    nap(100);
  }
  return jack_port_connected(port) > 0;
}

static bool replug(jack_client_t *client, jack_port_t *port, const char *direction, long milliseconds)
{
  if (jack_port_unregister(client, port) != 0) {
    return false;
  }
  nap(milliseconds);
  port = come(client, direction);
  return port && is_connected(port);
}

static bool undo(jack_client_t *client, jack_port_t *port)
{
  if (jack_port_disconnect(client, port) != 0) {
    return false;
  }
  nap(LEFT_ALONE_MS);
  return jack_port_connected(port) == 0;
}

int main(int count, char **arguments)
{
  jack_client_t *client = count == 4 ? jack_client_open(arguments[1], JackNoStartServer, NULL) : NULL;
  if (!client) {
    return 2;
  }
  jack_port_t *port = come(client, arguments[2]);
  if (!port || jack_set_process_callback(client, process, NULL) != 0 || jack_activate(client) != 0) {
    return 2;
  }
  puts("ready");
  fflush(stdout);
  if (!is_connected(port)) {
    return 2;
  }
  nap(SETTLED_MS);
  bool hand = strcmp(arguments[3], "hand") == 0;
  bool right = hand ? undo(client, port) : replug(client, port, arguments[2], strtol(arguments[3], NULL, 10));
  puts(right ? "right" : "wrong");
  jack_client_close(client);
  return right ? 0 : 1;
}
