/* SPDX-License-Identifier: MIT */
/* count_notes FILE.mid: "ons N offs N sounding N others N", with what is still on at the end. For faults.sh. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "counting_port.h"
#include "file.h"
#include "smf.h"

enum { SIZE_MAX_BYTES = 256 << 20 };

int main(int count, char **arguments)
{
  static struct counting_port heard;
  struct error error = {.text = ""};
  struct smf smf = {0};
  uint8_t *data = NULL;
  size_t size = 0;

  if (count != 2) {
    return 2;
  }
  if (file_read(arguments[1], SIZE_MAX_BYTES, &data, &size, &error) != STATUS_OK ||
      smf_read(&smf, data, size, arguments[1], &error) != STATUS_OK) {
    fprintf(stderr, "count_notes: %s\n", error.text);
    free(data);
    return 1;
  }
  for (size_t i = 0; i < smf.event_count; i++) {
    if (smf.events[i].kind == SMF_CHANNEL) {
      counting_hear(&heard, smf.events[i].bytes, smf.events[i].size);
    }
  }
  printf("ons %" PRIu64 " offs %" PRIu64 " sounding %" PRIu64 " others %" PRIu64 "\n", heard.ons, heard.offs,
         heard.sounding, heard.others + heard.strays);
  smf_free(&smf);
  free(data);
  return 0;
}
