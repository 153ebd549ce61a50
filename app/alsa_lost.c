#include <stdio.h>
#include <string.h>

#include "alsa_seq.h"

/* Of a table of the kernel's, as /proc shows it: each client begins a paragraph, its pools and their counters
 * are set in below it. Only what is set in is taken for a counter: a client chooses its own name. */
long alsa_lost_read(FILE *clients, int client)
{
  char line[256];
  int current = -1, number;
  bool input = false;
  long lost;
  while (fgets(line, sizeof(line), clients)) {
    if (sscanf(line, "Client %d :", &number) == 1) {
      current = number;
      input = false;
    } else if (strcmp(line, "  Input pool :\n") == 0) {
      input = true;
    } else if (current == client && input && sscanf(line, "    Alloc failures : %ld", &lost) == 1) {
      return lost;
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
