/* SPDX-License-Identifier: MIT */
#include "live_page.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "console.h"
#include "file.h"

static void find_place(char path[DATAFILE_PATH_MAX])
{
  datafile_user_data("page", path);
}

enum status live_page_last(char url[PAGE_URL_MAX], struct error *error)
{
  char path[DATAFILE_PATH_MAX];
  uint8_t *data = NULL;
  size_t size = 0, length = 0;

  find_place(path);
  if (path[0] == '\0' || access(path, R_OK) != 0) {
    return error_set(error, STATUS_NOT_FOUND, "no page is served; start emend live --page");
  }
  enum status status = file_read(path, PAGE_URL_MAX, &data, &size, error);
  while (status == STATUS_OK && length < size && data[length] > ' ' && data[length] < 0x7F) {
    length++;
  }
  if (status == STATUS_OK) {
    snprintf(url, PAGE_URL_MAX, "%.*s", (int)length, (const char *)data);
  }
  free(data);
  return status;
}

/* The folders above a path, each for its owner alone; the write that follows tells what failed. */
static void make_folders(const char *path)
{
  char part[DATAFILE_PATH_MAX];

  for (const char *end = strchr(path + 1, '/'); end != NULL; end = strchr(end + 1, '/')) {
    snprintf(part, sizeof part, "%.*s", (int)(end - path), path);
    (void)mkdir(part, S_IRWXU);
  }
}

/* For the user's eyes alone: whoever has the token may play. */
static void keep_url(const char *url)
{
  char path[DATAFILE_PATH_MAX], line[PAGE_URL_MAX + 1];
  struct error error;

  find_place(path);
  if (path[0] == '\0') {
    return;
  }
  snprintf(line, sizeof line, "%s\n", url);
  make_folders(path);
  const mode_t before = umask(S_IRWXG | S_IRWXO);
  const enum status status = file_write(path, line, strlen(line), &error);
  (void)umask(before);
  if (status != STATUS_OK) {
    live_warn("`emend page` will not find the page: %s", error.text);
  }
}

struct page *live_page_start(const struct settings *settings, FILE *out)
{
  char before[PAGE_URL_MAX] = "";
  const struct page_options options = {
    .address = settings->page_address, .port = settings->page_port, .before = before};
  struct page *page = NULL;
  struct error error;

  if (!settings->page) {
    return NULL;
  }
  (void)!live_page_last(before, NULL); /* there need not be one */
  if (page_open(&page, &options, &error) != STATUS_OK) {
    live_warn("%s", error.text);
    return NULL;
  }
  live_tell(out, "The page: %s", page_url(page));
  keep_url(page_url(page));
  return page;
}

static void count(struct page_state *state, const struct live_view *view)
{
  const struct live_counters *counters = live_counters(view->session->live);
  const struct histogram *decisions = &view->session->stream.decisions;

  state->notes_in = report_counter(&counters->notes_in);
  state->notes_out = report_counter(&counters->notes_out);
  for (int i = 0; i < DAMAGE_COUNT; i++) {
    state->removed[i] = report_counter(&counters->suppressed[i]);
  }
  state->sounding = report_counter(&counters->sounding);
  state->dropped = report_counter(&counters->dropped);
  state->xruns = report_counter(&view->counters->xruns);
  state->overflowed = report_counter(&view->counters->overflowed);
  state->load = view->load;
  state->median = histogram_percentile(decisions, 0.5) / 1e3;
  state->percentile_99 = histogram_percentile(decisions, 0.99) / 1e3;
  state->most = (double)report_counter(&decisions->max) / 1e3;
  page_state_bars(state, decisions);
}

void live_page_show(struct page *page, const struct live_view *view)
{
  const struct live *live = view->session->live;
  struct page_state state = {.seconds = view->seconds,
                             .mode = (int)live_current_mode(live),
                             .strength = (double)live_current_strength(live),
                             .look_ahead =
                               (double)live_current_look_ahead(live) / (double)NANOS_PER_MILLISECOND,
                             .port = (int)view->state,
                             .captures = view->captures,
                             .capturing = (int)view->capturing,
                             .learner = (int)view->learner,
                             .learnt = view->learnt};

  if (page == NULL) {
    return;
  }
  snprintf(state.preset, sizeof state.preset, "%s", view->session->preset.name);
  snprintf(state.description, sizeof state.description, "%s", view->session->preset.description);
  snprintf(state.driver, sizeof state.driver, "%s", view->driver);
  snprintf(state.place, sizeof state.place, "%s", view->place);
  count(&state, view);
  page_tell_state(page, &state);
}
