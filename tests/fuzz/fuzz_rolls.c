/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for rolls (JSON): what is read can be written down and read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dataset.h"
#include "fuzz_input.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct text {
  char *bytes;
  size_t size, capacity;
};

static void add(struct text *text, const char *more)
{
  size_t size = strlen(more);
  if (text->capacity - text->size < size) {
    text->capacity = 2 * text->capacity + size;
    text->bytes = realloc(text->bytes, text->capacity);
  }
  if (text->bytes == NULL) {
    abort();
  }
  memcpy(text->bytes + text->size, more, size);
  text->size += size;
}

static void add_frame(struct text *text, const uint8_t *cells)
{
  const char *comma = "";
  for (int pitch = 0; pitch < PITCHES; pitch++) {
    require(cells[pitch] <= 1, "a cell is neither on nor off");
    if (cells[pitch] != 0) {
      char item[16];
      snprintf(item, sizeof item, "%s%d", comma, pitch + PITCH_LOW);
      add(text, item);
      comma = ",";
    }
  }
}

static void add_rolls(struct text *text, const struct dataset *dataset)
{
  add(text, "{\"train\":[");
  for (size_t i = 0; i < dataset->count; i++) {
    const struct sequence *sequence = &dataset->sequences[i];
    add(text, i > 0 ? ",[" : "[");
    for (int t = 0; t < sequence->frames; t++) {
      add(text, t > 0 ? ",[" : "[");
      add_frame(text, sequence->cells + (size_t)t * PITCHES);
      add(text, "]");
    }
    add(text, "]");
  }
  add(text, "]}");
}

static void require_same(const struct dataset *a, const struct dataset *b)
{
  require(a->count == b->count && a->frames == b->frames, "writing and reading changed the shape");
  for (size_t i = 0; i < a->count; i++) {
    const struct sequence *one = &a->sequences[i], *two = &b->sequences[i];
    require(one->frames == two->frames && memcmp(one->cells, two->cells, (size_t)one->frames * PITCHES) == 0,
            "writing and reading changed a cell");
  }
}

static void check(struct dataset *dataset)
{
  const struct frame_def one = {FRAME_BEATS, 0.25, 1}, two = {FRAME_BEATS, 0.25, 2};
  struct dataset again;
  struct error error = {0};
  struct text text = {0};
  size_t frames = 0;
  for (size_t i = 0; i < dataset->count; i++) {
    frames += (size_t)dataset->sequences[i].frames;
  }
  require(dataset->rolls && dataset->values == 1 && dataset->count > 0 && frames == dataset->frames,
          "the data set is not what it says");
  require(dataset_frames(dataset, &one, &error) == STATUS_OK, "rolls are no frames");
  require(dataset_frames(dataset, &two, &error) == STATUS_UNSUPPORTED, "rolls have onsets");
  add_rolls(&text, dataset);
  const char *path = input_put("again.json", (const uint8_t *)text.bytes, text.size);
  require(dataset_load(&again, path, "train", &error) == STATUS_OK, "what was written cannot be read");
  require_same(dataset, &again);
  dataset_free(&again);
  free(text.bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  static const char *const splits[] = {"train", "valid", ""};
  const char *path = input_put("rolls.json", data, size);
  for (size_t i = 0; i < sizeof splits / sizeof splits[0]; i++) {
    struct dataset dataset;
    struct error error = {0};
    const enum status status = dataset_load(&dataset, path, splits[i], &error);
    if (status == STATUS_OK) {
      check(&dataset);
      dataset_free(&dataset);
    } else {
      require(dataset.sequences == NULL, "a refusal left something");
      require(status == STATUS_FORMAT || status == STATUS_NOT_FOUND, "the refusal is of the wrong kind");
      require_line(error.text);
    }
  }
  return 0;
}
