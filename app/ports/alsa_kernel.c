/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alsa_seq.h"

/* Apart from alsa_seq.c: the kernel's header and libasound's cannot be read together. */
#if defined(EMEND_HAVE_ALSA)

#include <sound/asequencer.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static bool is_sequencer(int descriptor, const struct stat *wanted)
{
  struct stat found;
  return fstat(descriptor, &found) == 0 && S_ISCHR(found.st_mode) && found.st_rdev == wanted->st_rdev;
}

/* A pool can only be set through its own client, which the libraries keep to themselves: so it is
 * looked for among the open files. */
void alsa_seq_enlarge_pools(void)
{
  enum { DESCRIPTORS = 1024, EVENTS = 2000 };
  struct stat sequencer;
  if (stat("/dev/snd/seq", &sequencer) != 0) {
    return;
  }
  for (int descriptor = 0; descriptor < DESCRIPTORS; descriptor++) {
    struct snd_seq_client_pool pool = {0};
    if (!is_sequencer(descriptor, &sequencer) ||
        ioctl(descriptor, SNDRV_SEQ_IOCTL_CLIENT_ID, &pool.client) < 0 ||
        ioctl(descriptor, SNDRV_SEQ_IOCTL_GET_CLIENT_POOL, &pool) < 0) {
      continue;
    }
    pool.output_pool = EVENTS;
    pool.input_pool = EVENTS;
    int refused = ioctl(descriptor, SNDRV_SEQ_IOCTL_SET_CLIENT_POOL, &pool);
    (void)refused; /* the smaller pool still works, and its losses are seen */
  }
}

int alsa_room_inside(int descriptor, int client)
{
  struct snd_seq_client_pool pool = {.client = client};
  if (descriptor < 0 || ioctl(descriptor, SNDRV_SEQ_IOCTL_GET_CLIENT_POOL, &pool) < 0 || pool.input_pool == 0) {
    return ALSA_ROOM_UNKNOWN; /* the kernel's own clients have no pool: they take what comes */
  }
  return pool.input_free;
}

int alsa_room_ahead(int descriptor, struct alsa_address source)
{
  enum { SINKS_MAX = 64 };
  int least = ALSA_ROOM_UNKNOWN;
  for (int i = 0; descriptor >= 0 && i < SINKS_MAX; i++) {
    struct snd_seq_query_subs query = {
      .root = {.client = (unsigned char)source.client, .port = (unsigned char)source.port},
      .type = SNDRV_SEQ_QUERY_SUBS_READ,
      .index = i,
    };
    if (ioctl(descriptor, SNDRV_SEQ_IOCTL_QUERY_SUBS, &query) < 0) {
      break;
    }
    int room = alsa_room_inside(descriptor, query.addr.client);
    least = room < least ? room : least;
  }
  return least;
}

#else

int alsa_room_inside(int descriptor, int client)
{
  (void)descriptor;
  (void)client;
  return ALSA_ROOM_UNKNOWN;
}

int alsa_room_ahead(int descriptor, struct alsa_address source)
{
  (void)descriptor;
  (void)source;
  return ALSA_ROOM_UNKNOWN;
}

void alsa_seq_enlarge_pools(void)
{
}

#endif

/* The number that a line has after `label`. */
static bool read_number(const char *line, const char *label, long *number)
{
  size_t size = strlen(label);
  if (strncmp(line, label, size) != 0) {
    return false;
  }
  const char *text = line + size + strspn(line + size, " :");
  char *end;
  *number = strtol(text, &end, 10);
  return end > text;
}

/* Of a table of the kernel's, as /proc shows it: each client begins a paragraph, its pools and their counters
 * are set in below it. Only what is set in is taken for a counter: a client chooses its own name. */
long alsa_lost_read(FILE *clients, int client)
{
  char line[256];
  long current = -1, number;
  bool input = false;
  while (fgets(line, sizeof(line), clients)) {
    if (read_number(line, "Client ", &number)) {
      current = number;
      input = false;
    } else if (strcmp(line, "  Input pool :\n") == 0) {
      input = true;
    } else if (current == client && input && read_number(line, "    Alloc failures", &number)) {
      return number;
    }
  }
  return -1;
}

long alsa_lost_inside(int client)
{
  FILE *clients = fopen("/proc/asound/seq/clients", "re");
  if (!clients) {
    return -1;
  }
  long lost = alsa_lost_read(clients, client);
  (void)fclose(clients);
  return lost;
}
