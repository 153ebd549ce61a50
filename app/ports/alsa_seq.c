/* SPDX-License-Identifier: MIT */
#include "alsa_seq.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX = 255 }; /* of clients and of ports */

/* The number at *text, which `end` must follow; *text moves there. */
static bool read_number(const char **text, char end, int *number)
{
  char *rest;
  long value = strtol(*text, &rest, 10);
  bool good = rest != *text && *rest == end && value >= 0 && value <= NUMBER_MAX;
  *text = rest;
  *number = good ? (int)value : -1;
  return good;
}

bool alsa_address_of(const char *name, struct alsa_address *address)
{
  const char *text = strrchr(name, ' ');
  if (!text || !read_number(&text, ':', &address->client)) {
    return false;
  }
  text++;
  return read_number(&text, '\0', &address->port);
}

#if defined(EMEND_HAVE_ALSA)

#include <alloca.h>
#include <alsa/asoundlib.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static const char device[] = "/dev/snd/seq";

static void be_quiet(const char *file, int line, const char *function, int code, const char *format, ...)
{
  (void)file;
  (void)line;
  (void)function;
  (void)code;
  (void)format;
}

enum status alsa_seq_probe(const char *driver, struct error *error)
{
  (void)snd_lib_error_set_handler(be_quiet);
  int descriptor = open(device, O_RDWR | O_CLOEXEC | O_NONBLOCK);
  if (descriptor >= 0) {
    (void)close(descriptor);
    return STATUS_OK;
  }
  if (errno == EACCES || errno == EPERM) {
    return error_set(error, STATUS_IO, "%s: %s may not be opened: join the group 'audio' and log in again",
                     driver, device);
  }
  return error_set(error, STATUS_IO,
                   "%s: there is no ALSA sequencer (%s: %s): load it with `modprobe snd-seq` or choose another "
                   "--driver",
                   driver, device, strerror(errno));
}

struct alsa_watch {
  snd_seq_t *sequencer;
  long lost; /* input, at the last look */
  struct alsa_listener listeners[ALSA_EXITS_MAX];
  int listener_count;
};

static bool subscribe_announcements(snd_seq_t *sequencer)
{
  int port = snd_seq_create_simple_port(sequencer, "watch", SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_NO_EXPORT,
                                        SND_SEQ_PORT_TYPE_APPLICATION);
  return port >= 0 &&
         snd_seq_connect_from(sequencer, port, SND_SEQ_CLIENT_SYSTEM, SND_SEQ_PORT_SYSTEM_ANNOUNCE) == 0;
}

struct alsa_watch *alsa_watch_new(void)
{
  struct alsa_watch *watch = calloc(1, sizeof(*watch));
  if (!watch) {
    return NULL;
  }
  if (snd_seq_open(&watch->sequencer, "default", SND_SEQ_OPEN_DUPLEX, SND_SEQ_NONBLOCK) < 0) {
    free(watch);
    return NULL;
  }
  (void)snd_seq_set_client_name(watch->sequencer, "emend-watch");
  if (!subscribe_announcements(watch->sequencer)) {
    alsa_watch_free(watch);
    return NULL;
  }
  return watch;
}

void alsa_watch_free(struct alsa_watch *watch)
{
  if (watch) {
    (void)snd_seq_close(watch->sequencer);
    free(watch);
  }
}

static bool is_own(struct alsa_watch *watch, int client)
{
  snd_seq_client_info_t *info;
  snd_seq_client_info_alloca(&info);
  return snd_seq_get_any_client_info(watch->sequencer, client, info) >= 0 &&
         snd_seq_client_info_get_pid(info) == (int)getpid();
}

static void add_listener(struct alsa_watch *watch, const snd_seq_addr_t *address, bool here)
{
  watch->listeners[watch->listener_count++] =
    (struct alsa_listener){.address = {address->client, address->port}, .here = here};
}

int alsa_watch_exits(struct alsa_watch *watch, struct alsa_address exits[ALSA_EXITS_MAX])
{
  int count = 0;
  snd_seq_event_t *event;
  while (watch && count < ALSA_EXITS_MAX && watch->listener_count < ALSA_EXITS_MAX &&
         snd_seq_event_input(watch->sequencer, &event) >= 0) {
    const bool came = event->type == SND_SEQ_EVENT_PORT_SUBSCRIBED;
    if (event->type == SND_SEQ_EVENT_PORT_EXIT) {
      exits[count++] = (struct alsa_address){event->data.addr.client, event->data.addr.port};
      add_listener(watch, &event->data.addr, false); /* if it was one: that is not announced by itself */
    } else if ((came || event->type == SND_SEQ_EVENT_PORT_UNSUBSCRIBED) &&
               is_own(watch, event->data.connect.sender.client)) {
      add_listener(watch, &event->data.connect.dest, came);
    }
  }
  return count;
}

int alsa_watch_listeners(struct alsa_watch *watch, struct alsa_listener listeners[ALSA_EXITS_MAX])
{
  const int count = watch ? watch->listener_count : 0;
  if (count > 0) {
    memcpy(listeners, watch->listeners, (size_t)count * sizeof *listeners);
    watch->listener_count = 0;
  }
  return count;
}

/* The next client of this process; `client` begins at -1. */
static bool next_own(struct alsa_watch *watch, snd_seq_client_info_t *client)
{
  while (snd_seq_query_next_client(watch->sequencer, client) >= 0) {
    if (snd_seq_client_info_get_pid(client) == (int)getpid() &&
        snd_seq_client_info_get_client(client) != snd_seq_client_id(watch->sequencer)) {
      return true;
    }
  }
  return false;
}

int alsa_watch_sources(struct alsa_watch *watch)
{
  int sources = 0;
  snd_seq_client_info_t *client;
  snd_seq_port_info_t *port;
  snd_seq_client_info_alloca(&client);
  snd_seq_port_info_alloca(&port);
  snd_seq_client_info_set_client(client, -1);
  while (watch && next_own(watch, client)) {
    snd_seq_port_info_set_client(port, snd_seq_client_info_get_client(client));
    snd_seq_port_info_set_port(port, -1);
    while (snd_seq_query_next_port(watch->sequencer, port) >= 0) {
      sources += snd_seq_port_info_get_write_use(port);
    }
  }
  return sources;
}

bool alsa_watch_heard(struct alsa_watch *watch, struct alsa_address source)
{
  snd_seq_port_info_t *port;
  snd_seq_port_info_alloca(&port);
  return !watch || snd_seq_get_any_port_info(watch->sequencer, source.client, source.port, port) < 0 ||
         snd_seq_port_info_get_read_use(port) > 0;
}

bool alsa_watch_lost(struct alsa_watch *watch)
{
  long lost = 0;
  snd_seq_client_info_t *client;
  snd_seq_client_info_alloca(&client);
  snd_seq_client_info_set_client(client, -1);
  while (watch && next_own(watch, client)) {
    long inside = alsa_lost_inside(snd_seq_client_info_get_client(client));
    lost += inside > 0 ? inside : 0;
  }
  bool more = watch && lost > watch->lost;
  if (watch) {
    watch->lost = lost; /* fewer than before when a client was opened anew */
  }
  return more;
}

static bool find_in_client(struct alsa_watch *watch, int client, const char *name, struct alsa_address *address)
{
  snd_seq_port_info_t *port;
  snd_seq_port_info_alloca(&port);
  snd_seq_port_info_set_client(port, client);
  snd_seq_port_info_set_port(port, -1);
  while (snd_seq_query_next_port(watch->sequencer, port) >= 0) {
    if (strcmp(snd_seq_port_info_get_name(port), name) == 0) {
      *address = (struct alsa_address){client, snd_seq_port_info_get_port(port)};
      return true;
    }
  }
  return false;
}

bool alsa_watch_find(struct alsa_watch *watch, const char *name, struct alsa_address *address)
{
  snd_seq_client_info_t *client;
  snd_seq_client_info_alloca(&client);
  snd_seq_client_info_set_client(client, -1);
  while (snd_seq_query_next_client(watch->sequencer, client) >= 0) {
    if (snd_seq_client_info_get_pid(client) != (int)getpid() &&
        find_in_client(watch, snd_seq_client_info_get_client(client), name, address)) {
      return true;
    }
  }
  return false;
}

bool alsa_watch_find_own(struct alsa_watch *watch, const char *name, struct alsa_address *address)
{
  snd_seq_client_info_t *client;
  snd_seq_client_info_alloca(&client);
  snd_seq_client_info_set_client(client, -1);
  while (watch && next_own(watch, client)) {
    if (find_in_client(watch, snd_seq_client_info_get_client(client), name, address)) {
      return true;
    }
  }
  return false;
}

int alsa_watch_descriptor(struct alsa_watch *watch)
{
  struct pollfd descriptor;
  return watch && snd_seq_poll_descriptors(watch->sequencer, &descriptor, 1, POLLIN) == 1 ? descriptor.fd : -1;
}

#else

enum status alsa_seq_probe(const char *driver, struct error *error)
{
  (void)driver;
  (void)error;
  return STATUS_OK;
}

struct alsa_watch *alsa_watch_new(void)
{
  return NULL;
}

void alsa_watch_free(struct alsa_watch *watch)
{
  (void)watch;
}

int alsa_watch_exits(struct alsa_watch *watch, struct alsa_address exits[ALSA_EXITS_MAX])
{
  (void)watch;
  (void)exits;
  return 0;
}

int alsa_watch_listeners(struct alsa_watch *watch, struct alsa_listener listeners[ALSA_EXITS_MAX])
{
  (void)watch;
  (void)listeners;
  return 0;
}

int alsa_watch_sources(struct alsa_watch *watch)
{
  (void)watch;
  return 0;
}

bool alsa_watch_heard(struct alsa_watch *watch, struct alsa_address source)
{
  (void)watch;
  (void)source;
  return true;
}

bool alsa_watch_lost(struct alsa_watch *watch)
{
  (void)watch;
  return false;
}

bool alsa_watch_find(struct alsa_watch *watch, const char *name, struct alsa_address *address)
{
  (void)watch;
  (void)name;
  (void)address;
  return false;
}

bool alsa_watch_find_own(struct alsa_watch *watch, const char *name, struct alsa_address *address)
{
  (void)watch;
  (void)name;
  (void)address;
  return false;
}

int alsa_watch_descriptor(struct alsa_watch *watch)
{
  (void)watch;
  return -1;
}

#endif
