/* SPDX-License-Identifier: MIT */
/* A stream that sends on what it receives, over any driver: ports are tested without the engine.
 * Usage: pass_through DRIVER SECONDS [IN [OUT]]. Ends after so many seconds or at SIGTERM. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port.h"
#include "rt_thread.h"

enum { WAITING_MAX = 4096, BYTES_MAX = 1 << 15 };

struct waiting {
  nanos time;
  size_t at, size;
};

/* What the port had no room for waits here, in order. Single-threaded: the driver's live thread. */
struct pass_through {
  const struct port_driver *driver;
  struct port *port;
  uint8_t sounding[CHANNELS][KEYS];
  struct waiting waiting[WAITING_MAX];
  size_t count;
  uint8_t bytes[BYTES_MAX];
  size_t used;
  uint64_t lost;
};

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
  (void)number;
  stopped = 1;
}

static void on_begin(void *user, nanos now)
{
  (void)user;
  (void)now;
}

static void on_advance(void *user, nanos now)
{
  struct pass_through *pass = user;
  (void)now;
  size_t sent = 0;
  while (sent < pass->count &&
         pass->driver->send(pass->port, pass->waiting[sent].time, pass->bytes + pass->waiting[sent].at,
                            pass->waiting[sent].size)) {
    sent++;
  }
  pass->count -= sent;
  memmove(pass->waiting, pass->waiting + sent, pass->count * sizeof(pass->waiting[0]));
  if (pass->count == 0) {
    pass->used = 0;
  }
}

static void pass_on(struct pass_through *pass, nanos time, const uint8_t *bytes, size_t size)
{
  if (pass->count == 0 && pass->driver->send(pass->port, time, bytes, size)) {
    return;
  }
  if (pass->count == WAITING_MAX || pass->used + size > BYTES_MAX) {
    pass->lost++;
    return;
  }
  pass->waiting[pass->count++] = (struct waiting){time, pass->used, size};
  memcpy(pass->bytes + pass->used, bytes, size);
  pass->used += size;
}

static void on_receive(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct pass_through *pass = user;
  if (message_is_note_on(bytes, size)) {
    pass->sounding[bytes[0] & 0x0F][bytes[1]]++;
  } else if (message_is_note_off(bytes, size) && pass->sounding[bytes[0] & 0x0F][bytes[1]] > 0) {
    pass->sounding[bytes[0] & 0x0F][bytes[1]]--;
  }
  pass_on(pass, time, bytes, size);
}

static void on_silence(void *user, nanos now)
{
  struct pass_through *pass = user;
  for (unsigned channel = 0; channel < CHANNELS; channel++) {
    for (unsigned key = 0; key < KEYS; key++) {
      const uint8_t off[3] = {(uint8_t)(MIDI_NOTE_OFF | channel), (uint8_t)key, 64};
      for (; pass->sounding[channel][key] > 0; pass->sounding[channel][key]--) {
        pass_on(pass, now, off, sizeof(off));
      }
    }
  }
}

static void on_lost(void *user, nanos now)
{
  on_silence(user, now); /* it does not wait to see which keys are still down */
}

static void on_listener(void *user, nanos now, uint64_t id, bool here)
{
  (void)user;
  (void)now;
  (void)id;
  (void)here;
}

static void run(struct pass_through *pass, double seconds)
{
  nanos limit = realtime_now() + (nanos)(seconds * (double)NANOS_PER_SECOND);
  char line[256];
  enum port_state last = PORT_FAILED;
  pass->driver->describe(pass->port, line, sizeof(line));
  printf("%s\n", line);
  while (!stopped && realtime_now() < limit) {
    enum port_state state = pass->driver->poll(pass->port, line, sizeof(line));
    if (line[0] || state != last) {
      printf("state %d: %s\n", (int)state, line);
      fflush(stdout);
    }
    last = state;
    realtime_sleep(100 * NANOS_PER_MILLISECOND);
  }
}

static void print_counters(const struct pass_through *pass)
{
  const struct port_counters *counters = pass->driver->counters(pass->port);
  printf("received %llu sent %llu send_failed %llu overflowed %llu disconnects %llu xruns %llu lost %llu\n",
         (unsigned long long)counters->received, (unsigned long long)counters->sent,
         (unsigned long long)counters->send_failed, (unsigned long long)counters->overflowed,
         (unsigned long long)counters->disconnects, (unsigned long long)counters->xruns,
         (unsigned long long)pass->lost);
}

int main(int count, char **arguments)
{
  struct pass_through *pass = calloc(1, sizeof(*pass));
  pass->driver = count > 2 ? port_driver_find(arguments[1]) : NULL;
  if (!pass->driver) {
    fprintf(stderr, "usage: pass_through DRIVER SECONDS [IN [OUT]]\n");
    free(pass);
    return 2;
  }
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGTERM, &action, NULL);
  sigaction(SIGINT, &action, NULL);
  struct port_options options = {
    .client_name = "emend",
    .in = count > 3 && arguments[3][0] ? arguments[3] : NULL,
    .out = count > 4 && arguments[4][0] ? arguments[4] : NULL,
  };
  const struct port_stream stream = {.user = pass,
                                     .begin = on_begin,
                                     .receive = on_receive,
                                     .advance = on_advance,
                                     .silence = on_silence,
                                     .lost = on_lost,
                                     .listener = on_listener};
  struct error error;
  int status = 1;
  if (pass->driver->open(&pass->port, &options, &stream, &error) == STATUS_OK) {
    run(pass, strtod(arguments[2], NULL));
    print_counters(pass);
    pass->driver->close(pass->port);
    status = 0;
  } else {
    fprintf(stderr, "%s\n", error.text);
  }
  free(pass);
  return status;
}
