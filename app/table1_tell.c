#include <string.h>

#include "report.h"
#include "table1.h"

enum { CELL_MAX = 24 };

static bool has_line(const struct table1_set *set, int system)
{
  bool any = table1_systems[system].name != NULL && strchr(table1_systems[system].name, '(') == NULL;

  for (int kind = 0; kind < TABLE1_KINDS; kind++) {
    any = any || set->figures[system][kind].measured;
  }
  return any;
}

static const char *figure_text(const struct table1_figure *figure, char text[CELL_MAX])
{
  snprintf(text, CELL_MAX, figure->measured ? "%.3f" : "-", figure->nats);
  return text;
}

static const char *paper_text(int system, int set, char text[CELL_MAX])
{
  const double nats = table1_systems[system].paper[set];

  snprintf(text, CELL_MAX, nats > 0 ? "%s%.2f" : "-", table1_systems[system].paper_is_surrogate ? "< " : "",
           nats);
  return text;
}

static void print_line(const struct table1 *table, int set, int system, bool markdown)
{
  const struct table1_figure *figures = table->sets[set].figures[system];
  char text[CELL_MAX];

  printf(markdown ? "| %s | %zu | %s |" : "%-14s %7zu  %-12s", table1_sets[set].title,
         table->sets[set].data.frames, table1_systems[system].name);
  for (int kind = 0; kind < TABLE1_KINDS; kind++) {
    printf(markdown ? " %s |" : " %10s", figure_text(&figures[kind], text));
  }
  printf(markdown ? " %s |\n" : " %13s\n", paper_text(system, set, text));
}

static void print_heading(bool markdown)
{
  printf(markdown ? "| %s | %s | %s |" : "%-14s %7s  %-12s", "data", "frames", "system");
  for (int kind = 0; kind < TABLE1_KINDS; kind++) {
    printf(markdown ? " %s |" : " %10s", table1_kinds[kind]);
  }
  printf(markdown ? " %s |\n" : " %13s\n", "paper, test");
  if (markdown) {
    printf("| --- | --- | --- | --- | --- | --- | --- | --- |\n");
  }
}

static void print_legend(const struct table1_options *options)
{
  printf(
    "\nNats a frame on the split '%s': totals over all frames of whole sequences, the first frame counted,\n"
    "divided by the number of frames.\n"
    "exact: the negative log-likelihood. bound: an upper bound on it, with the exact divergence.\n",
    options->split);
  if (options->particles > 0) {
    printf("importance: estimated with %d particles; in expectation no lower than the exact figure.\n",
           options->particles);
  }
  printf(
    "surrogate: the arithmetic of 2014, which is no bound on anything. (2014): the bound of the weights that "
    "were\ntrained by it. paper: Bayer & Osendorfer 2014, Table 1, test split; its '<' are surrogates.\n");
}

static void print_table(const struct table1 *table, const struct table1_options *options, bool markdown)
{
  print_heading(markdown);
  for (int set = 0; set < TABLE1_SETS; set++) {
    for (int system = 0; table->sets[set].loaded && system < TABLE1_SYSTEMS; system++) {
      if (has_line(&table->sets[set], system)) {
        print_line(table, set, system, markdown);
      }
    }
  }
  print_legend(options);
}

static json_t *figure_json(const struct table1 *table, const struct table1_options *options, int set,
                           int system, int kind)
{
  const struct table1_figure *figure = &table->sets[set].figures[system][kind];
  const double paper = table1_systems[system].paper[set];

  json_t *object =
    json_pack("{s:s, s:s, s:s, s:f, s:I, s:o, s:o, s:o}", "data", table1_sets[set].name, "system",
              table1_systems[system].name, "kind", table1_kinds[kind], "nats_per_frame", figure->nats, "frames",
              (json_int_t)table->sets[set].data.frames, "split", report_text(options->split), "model",
              report_text(figure->model), "paper_test", paper > 0 ? json_real(paper) : json_null());
  if (kind == TABLE1_IMPORTANCE) {
    json_object_set_new(object, "particles", json_integer(options->particles));
  }
  return object;
}

static enum status print_json(const struct table1 *table, const struct table1_options *options,
                              struct error *error)
{
  json_t *list = json_array();

  for (int set = 0; set < TABLE1_SETS; set++) {
    for (int system = 0; system < TABLE1_SYSTEMS; system++) {
      for (int kind = 0; kind < TABLE1_KINDS; kind++) {
        if (table->sets[set].figures[system][kind].measured) {
          json_array_append_new(list, figure_json(table, options, set, system, kind));
        }
      }
    }
  }
  return report_json(list, "-", error);
}

enum status table1_print(const struct table1 *table, const struct table1_options *options,
                         enum table1_form form, struct error *error)
{
  if (form == TABLE1_JSON) {
    return print_json(table, options, error);
  }
  print_table(table, options, form == TABLE1_MARKDOWN);
  return STATUS_OK;
}
