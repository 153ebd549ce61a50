/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for what the page's server reads by itself: who may come in, and what is asked for. The
 * first byte says which. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_input.h"
#include "page_guard.h"
#include "page_order.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 4 };

static void check_order(const uint8_t *data, size_t size)
{
  struct page_order order;
  struct error error = {STATUS_OK, ""};
  if (page_order_read((const char *)data, size, &order, &error) != STATUS_OK) {
    require(error.status == STATUS_FORMAT, "the refusal is of the wrong kind");
    require_line(error.text);
    return;
  }
  require(order.what >= 0 && order.what < PAGE_DOES, "an order that there is not");
  require(order.value >= 0 && order.value <= PRESET_LOOK_AHEAD_MAX, "a value out of bounds");
  require(strchr(order.name, '/') == NULL && order.name[0] != '.', "a name that is a path");
}

/* A URL, a host, an origin and a site, a line each. */
static void check_guard(char *text)
{
  static const struct page_guard guard = {.token = "0123456789abcdef0123456789abcdef", .port = 7474};
  const char *lines[LINES] = {"", NULL, NULL, NULL};
  for (int i = 0; i < LINES && text != NULL; i++) {
    lines[i] = text;
    text = strchr(text, '\n');
    if (text != NULL) {
      *text++ = '\0';
    }
  }
  const struct page_request request = {
    .url = lines[0], .host = lines[1], .origin = lines[2], .fetch_site = lines[3], .changes = true};
  const char *rest = NULL;
  if (page_guard_check(&guard, &request, &rest) == PAGE_ADMITTED) {
    require(strncmp(lines[0] + 1, guard.token, PAGE_TOKEN) == 0, "admitted without the token");
    require(lines[1] != NULL && strstr(lines[1], ":7474") != NULL, "admitted to another port");
    require(lines[2] != NULL && strcmp(lines[2] + 7, lines[1]) == 0, "admitted from another origin");
    require(rest == lines[0] + PAGE_TOKEN + 2, "the rest is not what follows the token");
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  if (size == 0) {
    return 0;
  }
  if (data[0] % 2 == 0) {
    check_order(data + 1, size - 1);
    return 0;
  }
  char *text = malloc(size);
  if (text == NULL) {
    return 0;
  }
  memcpy(text, data + 1, size - 1);
  text[size - 1] = '\0';
  check_guard(text);
  free(text);
  return 0;
}
