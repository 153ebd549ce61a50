/* SPDX-License-Identifier: MIT */
#include "eval_print.h"

#include "json_out.h"
#include "model_config.h"

const char *const eval_tasks[] = {"nll", "denoise", "impute", NULL};

static json_t *score_json(const struct score *score)
{
  return json_pack("{s:f, s:f, s:f}", "precision", score_precision(score), "recall", score_recall(score), "f1",
                   score_f1(score));
}

static json_t *head_json(const struct eval_told *told)
{
  const struct eval_flags *flags = told->flags;

  return json_pack("{s:o, s:s, s:s, s:o, s:o, s:I, s:I}", "model", json_text(flags->model), "kind",
                   net_kind_name(told->model->config.kind), "task", eval_tasks[flags->task], "data",
                   json_text(flags->data), "split", json_text(flags->split), "sequences",
                   (json_int_t)told->data->count, "frames", (json_int_t)told->data->frames);
}

enum status eval_tell_nll(const struct eval_told *told, const struct eval_nll *result, struct error *error)
{
  const struct eval_flags *flags = told->flags;

  if (!flags->json) {
    printf("%s on %s, %s: %zu sequences, %zu frames\n", flags->model, flags->data, flags->split,
           result->sequences, result->frames);
    if (result->exact) {
      printf("  exact       %8.4f nats a frame\n", result->bound);
      return STATUS_OK;
    }
    printf("  bound       %8.4f nats a frame (reconstruction %.4f, divergence %.4f)\n", result->bound,
           result->reconstruction, result->kl);
    printf("  surrogate   %8.4f (the arithmetic of 2014; not a bound)\n", result->surrogate);
    if (result->particles > 0) {
      printf("  importance  %8.4f (%d particles)\n", result->importance, result->particles);
    }
    return STATUS_OK;
  }
  json_t *object = head_json(told);
  if (result->exact) {
    json_object_set_new(object, "exact", json_pack("{s:f}", "nats_per_frame", result->bound));
    return json_out(object, "-", error);
  }
  json_object_set_new(object, "bound",
                      json_pack("{s:f, s:f, s:f}", "nats_per_frame", result->bound, "reconstruction",
                                result->reconstruction, "kl", result->kl));
  json_object_set_new(object, "surrogate", json_pack("{s:f}", "nats_per_frame", result->surrogate));
  json_object_set_new(object, "importance",
                      result->particles > 0 ? json_pack("{s:i, s:f}", "particles", result->particles,
                                                        "nats_per_frame", result->importance)
                                            : json_null());
  return json_out(object, "-", error);
}

static void print_score(const char *name, const struct score *score)
{
  printf("  %-22s F1 %.4f  precision %.4f  recall %.4f\n", name, score_f1(score), score_precision(score),
         score_recall(score));
}

static void print_denoise(const struct eval_told *told, const struct eval_denoise *result)
{
  const struct eval_flags *flags = told->flags;

  printf("%s on %s, %s, seed %llu: %s\n", flags->model, flags->data, flags->split,
         (unsigned long long)flags->seed, told->data->rolls ? "cells of frames" : "notes within 50 ms");
  print_score("as received", &result->before);
  if (told->data->rolls) {
    print_score("on one frame ago", &result->hold);
    print_score("one-frame notes dropped", &result->drop_short);
    print_score("the paper's rule", &result->paper);
  } else {
    print_score("rules", &result->rules);
  }
  print_score("emend's gate", &result->gate);
  printf("  the gate lets %.4f of what is true through\n", result->recall_of_true);
}

enum status eval_tell_denoise(const struct eval_told *told, const struct eval_denoise *result,
                              struct error *error)
{
  const struct eval_flags *flags = told->flags;

  if (!flags->json) {
    print_denoise(told, result);
    return STATUS_OK;
  }
  json_t *object = head_json(told), *after = json_object(), *baselines = json_object();
  json_object_set_new(object, "noise", json_real(flags->noise));
  json_object_set_new(object, "strength", json_real(flags->strength));
  json_object_set_new(object, "seed", json_integer((json_int_t)flags->seed));
  json_object_set_new(object, "before", score_json(&result->before));
  if (told->data->rolls) {
    json_object_set_new(after, "paper", score_json(&result->paper));
    json_object_set_new(baselines, "hold", score_json(&result->hold));
    json_object_set_new(baselines, "drop_short", score_json(&result->drop_short));
  } else {
    json_object_set_new(baselines, "rules", score_json(&result->rules));
  }
  json_object_set_new(after, "gate", score_json(&result->gate));
  json_object_set_new(object, "after", after);
  json_object_set_new(object, "baselines", baselines);
  json_object_set_new(object, "recall_of_true", json_real(result->recall_of_true));
  return json_out(object, "-", error);
}

static void print_impute(const struct eval_told *told, const struct eval_impute *result)
{
  const struct eval_flags *flags = told->flags;

  printf("%s on %s, %s, seed %llu: cells of a gap of %d frames in each of %zu sequences (%zu too short)\n",
         flags->model, flags->data, flags->split, (unsigned long long)flags->seed, flags->gap,
         result->sequences, result->skipped);
  print_score("left empty", &result->before);
  print_score("last frame held", &result->hold);
  print_score("last and next frame", &result->half);
  print_score("best match copied", &result->copy);
  print_score("the paper's procedure", &result->paper);
  if (result->fills) {
    print_score("emend's filler", &result->fill);
  }
}

enum status eval_tell_impute(const struct eval_told *told, const struct eval_impute *result,
                             struct error *error)
{
  const struct eval_flags *flags = told->flags;

  if (!flags->json) {
    print_impute(told, result);
    return STATUS_OK;
  }
  json_t *object = head_json(told);
  json_t *after = json_pack("{s:o, s:o}", "paper", score_json(&result->paper), "fill",
                            result->fills ? score_json(&result->fill) : json_null());
  json_t *baselines = json_pack("{s:o, s:o, s:o}", "hold", score_json(&result->hold), "half",
                                score_json(&result->half), "copy", score_json(&result->copy));
  json_object_set_new(object, "gap", json_integer(flags->gap));
  json_object_set_new(object, "strength", json_real(flags->strength));
  json_object_set_new(object, "seed", json_integer((json_int_t)flags->seed));
  json_object_set_new(object, "scored", json_string("frame cells of the gaps"));
  json_object_set_new(object, "gaps", json_integer((json_int_t)result->sequences));
  json_object_set_new(object, "skipped", json_integer((json_int_t)result->skipped));
  json_object_set_new(object, "before", score_json(&result->before));
  json_object_set_new(object, "after", after);
  json_object_set_new(object, "baselines", baselines);
  return json_out(object, "-", error);
}

static void print_restore(const struct eval_told *told, const struct eval_restore *result)
{
  const struct eval_flags *flags = told->flags;

  printf("%s on %s, %s, seed %llu: notes within 50 ms; %.0f %% of the notes and %.0f %% of the chords lost\n",
         flags->model, flags->data, flags->split, (unsigned long long)flags->seed,
         100 * eval_restore_rates.drop, 100 * eval_restore_rates.drop_chord);
  print_score("as recorded", &result->before);
  print_score("voted by matches", &result->vote);
  print_score("  of what was added", &result->vote_added);
  print_score("emend's filler", &result->fill);
  print_score("  of what was added", &result->fill_added);
}

enum status eval_tell_restore(const struct eval_told *told, const struct eval_restore *result,
                              struct error *error)
{
  const struct eval_flags *flags = told->flags;

  if (!flags->json) {
    print_restore(told, result);
    return STATUS_OK;
  }
  json_t *object = head_json(told);
  json_object_set_new(object, "drop", json_real(eval_restore_rates.drop));
  json_object_set_new(object, "drop_chord", json_real(eval_restore_rates.drop_chord));
  json_object_set_new(object, "strength", json_real(flags->strength));
  json_object_set_new(object, "seed", json_integer((json_int_t)flags->seed));
  json_object_set_new(object, "scored", json_string("notes within 50 ms"));
  json_object_set_new(object, "before", score_json(&result->before));
  json_object_set_new(object, "after", json_pack("{s:o}", "fill", score_json(&result->fill)));
  json_object_set_new(object, "added", json_pack("{s:o}", "fill", score_json(&result->fill_added)));
  json_object_set_new(object, "baselines",
                      json_pack("{s:o, s:o, s:f}", "vote", score_json(&result->vote), "vote_added",
                                score_json(&result->vote_added), "vote_share", result->vote_share));
  return json_out(object, "-", error);
}
