#include "stop.h"

#include <signal.h>
#include <stdatomic.h>
#include <string.h>

#include "terminal.h"

/* A signal handler has no other place to leave its word. */
static atomic_bool requested, reload;

static void on_signal(int number)
{
  if (atomic_exchange(&requested, true)) {
    terminal_close();
    signal(number, SIG_DFL);
    raise(number);
  }
}

void stop_catch(void)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action;

  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    sigaction(numbers[i], &action, NULL);
  }
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
