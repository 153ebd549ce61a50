/* SPDX-License-Identifier: MIT */
#include "eval_private.h"

void eval_pace_init(struct eval_pace *pace, const struct eval_watch *watch, size_t total)
{
  pace->watch = watch;
  pace->total = total;
  atomic_init(&pace->done, 0);
  atomic_init(&pace->stopped, false);
  atomic_flag_clear(&pace->telling);
}

bool eval_pace_go_on(struct eval_pace *pace, size_t done)
{
  const size_t sum = atomic_fetch_add(&pace->done, done) + done;
  if (pace->watch != NULL && !atomic_flag_test_and_set(&pace->telling)) {
    if (!pace->watch->tell(pace->watch->user, (double)sum / (double)pace->total)) {
      atomic_store(&pace->stopped, true);
    }
    atomic_flag_clear(&pace->telling);
  }
  return !atomic_load(&pace->stopped);
}

enum status eval_stopped(struct error *error)
{
  return error_set(error, STATUS_INTERRUPTED, "stopped before the end; there are no figures");
}
