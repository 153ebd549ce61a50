/* SPDX-License-Identifier: MIT */
#include "stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include "terminal.h"

/* A signal handler has no other place to leave its word. */
static atomic_bool requested, reload;
static _Atomic int64_t requested_at; /* seconds */

/* A second signal within a second is ignored until all notes are off. */
static void on_signal(int number)
{
  struct timespec now;

  clock_gettime(CLOCK_MONOTONIC, &now);
  if (!atomic_exchange(&requested, true)) {
    atomic_store(&requested_at, now.tv_sec);
  } else if (now.tv_sec > atomic_load(&requested_at) + 1) {
    terminal_close();
    signal(number, SIG_DFL);
    raise(number);
  }
}

static void handle(void (*handler)(int))
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
  struct sigaction action;

  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    sigaction(numbers[i], &action, NULL);
  }
}

void stop_catch(void)
{
  handle(on_signal);
}

bool stop_let_go(void)
{
  handle(SIG_DFL);
  return !stop_requested();
}

static void on_reload(int number)
{
  (void)number;
  atomic_store(&reload, true);
}

void stop_catch_reload(void)
{
  struct sigaction action;

  memset(&action, 0, sizeof action);
  action.sa_handler = on_reload;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  sigaction(SIGHUP, &action, NULL);
}

bool stop_take_reload(void)
{
  return atomic_exchange(&reload, false);
}

bool stop_requested(void)
{
  return atomic_load(&requested);
}
