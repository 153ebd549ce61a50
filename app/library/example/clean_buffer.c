/* SPDX-License-Identifier: MIT */
/* Clean a buffer of MIDI events with libemend:
 *   cc clean_buffer.c $(pkg-config --cflags --libs emend) -o clean_buffer && ./clean_buffer [preset [data_dir]]
 */
#include <emend/emend.h>
#include <stdio.h>

enum { RATE = 48000, BLOCK = 256 };

struct event {
  uint32_t frame; /* since the start */
  uint8_t bytes[3];
};

/* Middle C, E and G; the key of the E bounces 12 ms after its stroke. */
static const struct event played[] = {
  {0, {0x90, 60, 80}},    {14400, {0x80, 60, 0}}, {24000, {0x90, 64, 84}}, {24576, {0x90, 64, 20}},
  {25000, {0x80, 64, 0}}, {38400, {0x80, 64, 0}}, {48000, {0x90, 67, 82}}, {62400, {0x80, 67, 0}},
};
enum { PLAYED = sizeof played / sizeof played[0] };

/* What came out of the block that begins at frame `start`. */
static void print_output(emend *cleaner, uint32_t start)
{
  emend_message message;

  while (emend_output(cleaner, &message)) {
    printf("%6u ", (unsigned)(start + message.frame));
    for (uint32_t i = 0; i < message.size; i++) {
      printf(" %02X", message.bytes[i]);
    }
    printf("\n");
  }
}

int main(int argc, char **argv)
{
  emend *cleaner;
  emend_error error;
  emend_counters counters;
  int next = 0;

  if (emend_new(&cleaner, argc > 1 ? argv[1] : "pop", argc > 2 ? argv[2] : NULL, RATE, &error) != EMEND_OK) {
    fprintf(stderr, "%s\n", error.text);
    return 1;
  }
  emend_status status = emend_start(cleaner);
  for (uint32_t start = 0; start < 2 * RATE && status == EMEND_OK; start += BLOCK) {
    for (; next < PLAYED && played[next].frame < start + BLOCK && status == EMEND_OK; next++) {
      status = emend_event(cleaner, played[next].frame - start, played[next].bytes, 3);
    }
    if (status == EMEND_OK) {
      status = emend_end_block(cleaner, BLOCK);
    }
    print_output(cleaner, start);
  }
  if (status != EMEND_OK) {
    fprintf(stderr, "%s\n", emend_status_text(status));
  }
  emend_stats(cleaner, &counters);
  printf("%u notes in, %u out\n", (unsigned)counters.notes_in, (unsigned)counters.notes_out);
  emend_free(cleaner);
  return status != EMEND_OK;
}
