#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alsa_seq.h"

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
