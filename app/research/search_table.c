/* SPDX-License-Identifier: MIT */
#include "search_table.h"

#include <stdlib.h>
#include <string.h>

static int group_of(const struct search_row *row)
{
  static const int ranks[] = {
    [SEARCH_EXACT] = 0, [SEARCH_BOUND] = 0, [SEARCH_DENOISING] = 1, [SEARCH_SURROGATE] = 2, [SEARCH_LOSS] = 3};

  if (row->state == SEARCH_FINISHED) {
    return row->result.failed ? 4 : ranks[row->result.number];
  }
  return 5 + (int)row->state;
}

static int by_rank(const void *a, const void *b)
{
  const struct search_row *x = a, *y = b;

  if (group_of(x) != group_of(y)) {
    return group_of(x) < group_of(y) ? -1 : 1;
  }
  if (group_of(x) < 4 && x->result.nats != y->result.nats) {
    return x->result.nats < y->result.nats ? -1 : 1;
  }
  return (x->result.trial > y->result.trial) - (x->result.trial < y->result.trial);
}

static void read_row(const struct search_table *table, int trial, struct search_row *row)
{
  struct error why = {STATUS_OK, ""};

  *row = (struct search_row){0};
  row->state = search_look(table->folder, &table->space, trial, &row->result, &why);
  row->result.trial = trial;
  if (row->state == SEARCH_BROKEN) {
    snprintf(row->why, sizeof row->why, "%.*s", (int)sizeof row->why - 1, why.text);
  }
}

enum status search_table_read(struct search_table *table, const char *folder, struct error *error)
{
  int *trials;

  *table = (struct search_table){.folder = folder};
  enum status status = search_folder_space(folder, &table->space, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = search_trials(folder, &trials, &table->count, error);
  if (status == STATUS_OK && table->count > 0) {
    table->rows = calloc(table->count, sizeof *table->rows);
    if (table->rows == NULL) {
      status = error_set(error, STATUS_NO_MEMORY, "out of memory for %zu trials", table->count);
    }
  }
  for (size_t i = 0; table->rows != NULL && i < table->count; i++) {
    read_row(table, trials[i], &table->rows[i]);
  }
  if (table->rows != NULL) {
    qsort(table->rows, table->count, sizeof *table->rows, by_rank);
  }
  free(trials);
  return status;
}

void search_table_free(struct search_table *table)
{
  free(table->rows);
  table->rows = NULL;
  search_space_free(&table->space);
}

static bool is_ranked(const struct search_row *row)
{
  return group_of(row) < 4;
}

/* How wide the columns of the drawn settings are, by the space's items. */
static void measure(const struct search_table *table, int widths[SEARCH_ITEMS_MAX])
{
  for (int i = 0; i < table->space.count; i++) {
    widths[i] = (int)strlen(table->space.items[i].name);
  }
  for (size_t k = 0; k < table->count && is_ranked(&table->rows[k]); k++) {
    struct search_settings settings;
    search_draw(&table->space, table->rows[k].result.trial, &settings);
    for (int i = 0; i < settings.count; i++) {
      const int width = (int)strlen(settings.values[i].text);
      widths[i] = width > widths[i] ? width : widths[i];
    }
  }
}

static void print_head(const struct search_table *table, const struct search_row *row,
                       const int widths[SEARCH_ITEMS_MAX])
{
  printf("Nats a frame of %zu frames of validation:\n", row->result.frames);
  printf("%4s  %-11s  %-9s  %9s  %6s  %8s", "rank", "trial", "kind", "nats", "epochs", "seconds");
  for (int i = 0; i < table->space.count; i++) {
    if (table->space.items[i].drawn) {
      printf("  %*s", widths[i], table->space.items[i].name);
    }
  }
  printf("\n");
}

static void print_row(const struct search_table *table, size_t rank, const struct search_row *row,
                      const int widths[SEARCH_ITEMS_MAX])
{
  const struct search_result *result = &row->result;
  struct search_settings settings;

  search_draw(&table->space, result->trial, &settings);
  printf("%4zu  trial-%05d  %-9s  %9.4f  %6d  %8.0f", rank, result->trial, search_number_name(result->number),
         result->nats, result->epochs, result->seconds);
  for (int i = 0; i < settings.count; i++) {
    if (settings.values[i].drawn) {
      printf("  %*s", widths[i], settings.values[i].text);
    }
  }
  printf("\n");
}

/* What the kinds of number in the table mean. */
static void print_meanings(const struct search_table *table)
{
  bool told[SEARCH_LOSS + 1] = {false};

  for (size_t i = 0; i < table->count && is_ranked(&table->rows[i]); i++) {
    const enum search_number number = table->rows[i].result.number;
    if (!told[number]) {
      printf("%s: %s.\n", search_number_name(number), search_number_meaning(number));
      told[number] = true;
    }
  }
}

/* "2 unfinished: trial-00001, trial-00004." */
static void print_others(const struct search_table *table, enum search_state state, const char *what)
{
  size_t count = 0;

  for (size_t i = 0; i < table->count; i++) {
    count += table->rows[i].state == state;
  }
  if (count == 0) {
    return;
  }
  printf("%zu %s:", count, what);
  for (size_t i = 0, told = 0; i < table->count; i++) {
    if (table->rows[i].state == state) {
      printf("%s trial-%05d", told++ > 0 ? "," : "", table->rows[i].result.trial);
    }
  }
  printf("\n");
}

/* "4 trials: 2 with a figure, 1 failed, 1 running, 0 not finished." */
static void print_counts(const struct search_table *table)
{
  size_t ranked = 0, failed = 0, running = 0;

  for (size_t i = 0; i < table->count; i++) {
    const struct search_row *row = &table->rows[i];
    ranked += is_ranked(row);
    failed += group_of(row) == 4;
    running += row->state == SEARCH_RUNNING;
  }
  printf("%zu trial%s begun: %zu with a figure, %zu failed, %zu running, %zu not finished.\n", table->count,
         table->count == 1 ? "" : "s", ranked, failed, running, table->count - ranked - failed - running);
}

void search_table_print(const struct search_table *table)
{
  int widths[SEARCH_ITEMS_MAX] = {0};

  print_counts(table);
  measure(table, widths);
  print_meanings(table);
  for (size_t i = 0; i < table->count && is_ranked(&table->rows[i]); i++) {
    const struct search_row *row = &table->rows[i];
    if (i == 0 || group_of(row) != group_of(row - 1)) {
      print_head(table, row, widths);
    }
    print_row(table, i + 1, row, widths);
  }
  if (table->count == 0 || !is_ranked(&table->rows[0])) {
    printf("No trial in %s has a figure yet.\n", table->folder);
  }
  for (size_t i = 0; i < table->count; i++) {
    const struct search_row *row = &table->rows[i];
    if (group_of(row) == 4) {
      printf("trial-%05d failed: %s\n", row->result.trial, row->result.reason);
    }
  }
  print_others(table, SEARCH_RUNNING, "running");
  print_others(table, SEARCH_UNFINISHED, "unfinished");
  print_others(table, SEARCH_BROKEN, "broken, to be done again");
  for (size_t i = 0; i < table->count; i++) {
    if (table->rows[i].state == SEARCH_BROKEN) {
      printf("  %s\n", table->rows[i].why);
    }
  }
}

static json_t *names_json(const struct search_table *table, enum search_state state)
{
  json_t *list = json_array();

  for (size_t i = 0; i < table->count; i++) {
    if (table->rows[i].state == state) {
      char name[32];
      snprintf(name, sizeof name, "trial-%05d", table->rows[i].result.trial);
      json_array_append_new(list, json_string(name));
    }
  }
  return list;
}

static json_t *rows_json(const struct search_table *table, bool failed)
{
  json_t *list = json_array();

  for (size_t i = 0; i < table->count && table->rows[i].state == SEARCH_FINISHED; i++) {
    const struct search_result *result = &table->rows[i].result;
    struct search_settings settings;
    if (result->failed == failed) {
      search_draw(&table->space, result->trial, &settings);
      json_array_append_new(list, search_result_json(&table->space, &settings, result));
    }
  }
  return list;
}

json_t *search_table_json(const struct search_table *table)
{
  return json_pack("{s:s, s:o, s:o, s:o, s:o, s:o}", "folder", table->folder, "trials", rows_json(table, false),
                   "failed", rows_json(table, true), "running", names_json(table, SEARCH_RUNNING), "unfinished",
                   names_json(table, SEARCH_UNFINISHED), "broken", names_json(table, SEARCH_BROKEN));
}
