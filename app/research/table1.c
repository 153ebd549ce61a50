/* SPDX-License-Identifier: MIT */
#include "table1.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "json_out.h"

enum { CELL_MAX = 24 };

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
    "surrogate: the arithmetic of 2014, which does not bound anything. (2014): trained with it as the loss.\n"
    "Each line is one network. paper: Bayer & Osendorfer 2014, Table 1, test split; its '<' are surrogates.\n");
}

static void print_table(const struct table1 *table, const struct table1_options *options, bool markdown)
{
  print_heading(markdown);
  for (int set = 0; set < TABLE1_SETS; set++) {
    for (int system = 0; table->sets[set].loaded && system < TABLE1_SYSTEMS; system++) {
      print_line(table, set, system, markdown);
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
              (json_int_t)table->sets[set].data.frames, "split", json_text(options->split), "model",
              json_text(figure->model), "paper_test", paper > 0 ? json_real(paper) : json_null());
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
  return json_out(list, "-", error);
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

const char *const table1_kinds[TABLE1_KINDS] = {"exact", "bound", "importance", "surrogate"};

const struct table1_name table1_sets[TABLE1_SETS] = {
  {"piano", "Piano-midi.de"}, {"nottingham", "Nottingham"}, {"jsb", "JSB chorales"}, {"muse", "MuseData"}};

enum { VRAE, VRAE_2014, VOSP, VOSP_2014, FD, PLAIN, NADE, DEEP, TIED, TIED_VOSP, TIED_VRAE };

const struct table1_system table1_systems[TABLE1_SYSTEMS] = {
  [VRAE] = {"VRAE", {0}, false},
  [VRAE_2014] = {"VRAE (2014)", {4.00, 2.00, 5.53, 0}, true},
  [VOSP] = {"VOSP", {0}, false},
  [VOSP_2014] = {"VOSP (2014)", {6.08, 2.63, 6.21, 0}, true},
  [FD] = {"FD", {7.39, 3.09, 8.01, 0}, false},
  [PLAIN] = {"plain", {7.58, 3.43, 8.58, 0}, false},
  [NADE] = {"RNN-NADE", {7.05, 2.31, 5.19, 0}, false},
  [DEEP] = {"Deep RNN", {0, 2.95, 7.92, 0}, false},
  [TIED] = {"tied", {0}, false},
  [TIED_VOSP] = {"tied VOSP", {0}, false},
  [TIED_VRAE] = {"tied VRAE", {0}, false},
};

/* A model's file and the line of the table that it fills. */
struct entry {
  const char *name; /* DATA-name.safetensors */
  enum net_kind kind;
  int system;
  bool surrogate; /* trained with it as the loss */
};

enum { ENTRIES = 11 };

static const struct entry entries[ENTRIES] = {
  {"vrae", NET_VRAE, VRAE, false},
  {"vosp", NET_VOSP, VOSP, false},
  {"vrae-surrogate", NET_VRAE, VRAE_2014, true},
  {"vosp-surrogate", NET_VOSP, VOSP_2014, true},
  {"fd", NET_RNN, FD, false},
  {"rnn", NET_RNN, PLAIN, false},
  {"nade", NET_RNN, NADE, false},
  {"deep", NET_RNN, DEEP, false},
  {"tied", NET_RNN, TIED, false},
  {"tied-vosp", NET_VOSP, TIED_VOSP, false},
  {"tied-vrae", NET_VRAE, TIED_VRAE, false},
};

/* --- Data --- */

static void load_set(struct table1_set *set, const char *folder, const char *name, const char *split)
{
  char path[DATAFILE_PATH_MAX];

  const int size = snprintf(path, sizeof path, "%s/%s.json", folder, name);
  const enum status status = size < 0 || (size_t)size >= sizeof path
                               ? error_set(&set->wrong, STATUS_USAGE, "%.300s: the path is too long", folder)
                             : access(path, F_OK) != 0
                               ? error_set(&set->wrong, STATUS_NOT_FOUND, "there is no %.400s", path)
                               : dataset_load(&set->data, path, split, &set->wrong);
  set->loaded = status == STATUS_OK;
}

/* Why there is nothing to measure: what is wrong with a file rather than that one is missing. */
static enum status nothing_loaded(const struct table1 *table, const char *folder, struct error *error)
{
  char path[DATAFILE_PATH_MAX];

  for (int i = 0; i < TABLE1_SETS; i++) {
    const int size = snprintf(path, sizeof path, "%s/%s.json", folder, table1_sets[i].name);
    if (size > 0 && (size_t)size < sizeof path && access(path, F_OK) == 0) {
      *error = table->sets[i].wrong;
      return error->status;
    }
  }
  return error_set(error, STATUS_NOT_FOUND,
                   "%.300s holds none of piano.json, nottingham.json, jsb.json, muse.json", folder);
}

enum status table1_load(struct table1 *table, const struct table1_options *options, struct error *error)
{
  bool any = false;

  *table = (struct table1){.sets = {{.loaded = false}}};
  for (int i = 0; i < TABLE1_SETS; i++) {
    load_set(&table->sets[i], options->data, table1_sets[i].name, options->split);
    any = any || table->sets[i].loaded;
  }
  return any ? STATUS_OK : nothing_loaded(table, options->data, error);
}

void table1_free(struct table1 *table)
{
  for (int i = 0; i < TABLE1_SETS; i++) {
    if (table->sets[i].loaded) {
      dataset_free(&table->sets[i].data);
      table->sets[i].loaded = false;
    }
  }
}

/* --- Models --- */

/* A model that is there, and the frames of its data. */
struct job {
  int set;
  const struct entry *entry;
  char name[TABLE1_NAME_MAX], path[DATAFILE_PATH_MAX];
};

struct run {
  struct table1 *table;
  const struct table1_options *options;
  table1_tell tell;
  void *user;
  const struct job *job; /* the one at work */
  double done, total;    /* frames */
};

static bool find_model(const struct table1_options *options, struct job *job)
{
  char relative[TABLE1_NAME_MAX + 16];

  snprintf(job->name, sizeof job->name, "%s-%s.safetensors", table1_sets[job->set].name, job->entry->name);
  if (options->models == NULL) {
    snprintf(relative, sizeof relative, "presets/bench/%s", job->name);
    return datafile_find(relative, job->path, NULL) == STATUS_OK;
  }
  const int size = snprintf(job->path, sizeof job->path, "%s/%s", options->models, job->name);
  return size > 0 && (size_t)size < sizeof job->path && access(job->path, F_OK) == 0;
}

static double frames_of(const struct run *run, const struct job *job)
{
  return (double)run->table->sets[job->set].data.frames;
}

/* The models that are there for the data that is there; returns how many. */
static int list_jobs(struct run *run, struct job *jobs)
{
  int count = 0;

  for (int set = 0; set < TABLE1_SETS; set++) {
    for (int i = 0; run->table->sets[set].loaded && i < ENTRIES; i++) {
      struct job *job = &jobs[count];
      *job = (struct job){.set = set, .entry = &entries[i]};
      if (find_model(run->options, job)) {
        run->total += frames_of(run, job);
        count++;
      }
    }
  }
  return count;
}

static void put(struct run *run, int system, enum table1_kind kind, double nats)
{
  struct table1_figure *figure = &run->table->sets[run->job->set].figures[system][kind];

  *figure = (struct table1_figure){.measured = true, .nats = nats};
  snprintf(figure->model, sizeof figure->model, "%s", run->job->name);
}

static void put_all(struct run *run, const struct eval_nll *result)
{
  const struct entry *entry = run->job->entry;

  if (result->exact) {
    put(run, entry->system, TABLE1_EXACT, result->bound);
    return;
  }
  put(run, entry->system, TABLE1_BOUND, result->bound);
  if (entry->surrogate) {
    put(run, entry->system, TABLE1_SURROGATE, result->surrogate);
  } else if (result->particles > 0) {
    put(run, entry->system, TABLE1_IMPORTANCE, result->importance);
  }
}

static bool tell_share(void *user, double share)
{
  const struct run *run = user;

  return run->tell(run->user, run->job->name, (run->done + share * frames_of(run, run->job)) / run->total);
}

/* A line is named after its system: what a file holds must be that. */
static enum status check_model(const struct job *job, const struct model *model, struct error *error)
{
  const struct net_config *config = &model->config;
  const int system = job->entry->system;

  enum status status = model_need_kind(model, job->entry->kind, job->path, "emend bench table1", error);
  if (status != STATUS_OK) {
    return status;
  }
  const bool tied = system >= TIED;
  const bool cell = system == FD      ? config->cell == CELL_FD
                    : system == PLAIN ? config->cell != CELL_FD && config->cell != CELL_DEEP
                    : system == DEEP  ? config->cell == CELL_DEEP
                                      : true;
  if ((config->tie == TIE_PITCH) != tied || !cell ||
      (config->emission != EMISSION_BERNOULLI) != (tied || system == NADE)) {
    return error_set(error, STATUS_UNSUPPORTED,
                     "%.300s is not what its name says, %s; see emend info for what it is", job->path,
                     table1_systems[system].name);
  }
  return STATUS_OK;
}

static enum status measure(struct run *run, const struct model *model, struct error *error)
{
  const struct eval_watch watch = {tell_share, run};
  const struct entry *entry = run->job->entry;
  const int particles = entry->kind == NET_RNN || entry->surrogate ? 0 : run->options->particles;
  struct dataset *data = &run->table->sets[run->job->set].data;
  struct eval_nll result;

  enum status status = dataset_frames(data, &model->config.frame, error);
  if (status == STATUS_OK) {
    status = eval_nll(model, data, particles, run->options->seed, &watch, &result, error);
  }
  if (status == STATUS_OK && result.frames != data->frames) {
    status = error_set(error, STATUS_FORMAT, "%.300s was measured on %zu of %zu frames", run->job->path,
                       result.frames, data->frames);
  }
  if (status == STATUS_OK) {
    put_all(run, &result);
  }
  return status;
}

static enum status run_job(struct run *run, const struct job *job, struct error *error)
{
  struct model *model = NULL;

  run->job = job;
  enum status status = model_load(&model, job->path, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = check_model(job, model, error);
  if (status == STATUS_OK) {
    status = measure(run, model, error);
  }
  model_free(model);
  run->done += frames_of(run, job);
  return status;
}

enum status table1_run(struct table1 *table, const struct table1_options *options, table1_tell tell, void *user,
                       struct error *error)
{
  struct run run = {.table = table, .options = options, .tell = tell, .user = user};
  struct job jobs[TABLE1_SETS * ENTRIES];
  enum status status = STATUS_OK;

  const int count = list_jobs(&run, jobs);
  if (count == 0) {
    return error_set(
      error, STATUS_NOT_FOUND,
      "%.300s holds no model of this data; --models names the folder of DATA-SYSTEM.safetensors%s",
      options->models != NULL ? options->models : "presets/bench",
      options->models != NULL ? "" : " (presets/bench comes with emend's source code only)");
  }
  for (int i = 0; i < count && status == STATUS_OK; i++) {
    status = run_job(&run, &jobs[i], error);
  }
  return status;
}
