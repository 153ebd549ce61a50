/* SPDX-License-Identifier: MIT */
/* list_figures FILE: a line "data system kind frames nats_per_frame" for each object of the JSON array that
 * `emend bench table1 --json` prints; spaces within become '_'. Fails on anything that is not such an array. */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const texts[] = {"data", "system", "kind"};

static int print_text(const char *text)
{
  for (; *text != '\0'; text++) {
    putchar(*text == ' ' ? '_' : *text);
  }
  return putchar(' ') != EOF;
}

static int print_figure(const json_t *figure)
{
  const json_t *frames = json_object_get(figure, "frames");
  const json_t *nats = json_object_get(figure, "nats_per_frame");

  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    const char *text = json_string_value(json_object_get(figure, texts[i]));
    if (text == NULL || !print_text(text)) {
      return 0;
    }
  }
  if (!json_is_integer(frames) || !json_is_number(nats) || !isfinite(json_number_value(nats))) {
    return 0;
  }
  return printf("%" JSON_INTEGER_FORMAT " %.6f\n", json_integer_value(frames), json_number_value(nats)) > 0;
}

int main(int argc, char **argv)
{
  json_error_t wrong;
  json_t *list = argc == 2 ? json_load_file(argv[1], JSON_REJECT_DUPLICATES, &wrong) : NULL;

  if (!json_is_array(list)) {
    fprintf(stderr, "not a JSON array: %s\n", argc == 2 ? wrong.text : "no file is named");
    return EXIT_FAILURE;
  }
  for (size_t i = 0; i < json_array_size(list); i++) {
    if (!print_figure(json_array_get(list, i))) {
      fprintf(stderr, "figure %zu lacks something\n", i);
      return EXIT_FAILURE;
    }
  }
  json_decref(list);
  return EXIT_SUCCESS;
}
