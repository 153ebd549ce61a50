/* SPDX-License-Identifier: MIT */
#include "parallel.h"

#include <assert.h>
#include <pthread.h>
#include <stdbool.h>
#include <stddef.h>
#include <unistd.h>

struct share {
  void (*work)(void *user, int index);
  void *user;
  int index;
  pthread_t thread;
  bool started;
};

static void *run_share(void *user)
{
  const struct share *share = user;
  share->work(share->user, share->index);
  return NULL;
}

void parallel_run(int count, void (*work)(void *user, int index), void *user)
{
  struct share shares[PARALLEL_MAX];
  assert(count <= PARALLEL_MAX);
  for (int i = 1; i < count; i++) {
    shares[i] = (struct share){.work = work, .user = user, .index = i};
    shares[i].started = pthread_create(&shares[i].thread, NULL, run_share, &shares[i]) == 0;
  }
  work(user, 0);
  for (int i = 1; i < count; i++) {
    if (shares[i].started) {
      pthread_join(shares[i].thread, NULL);
    } else {
      work(user, i);
    }
  }
}

int parallel_processors(void)
{
  const long count = sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > PARALLEL_MAX ? PARALLEL_MAX : (int)count;
}
