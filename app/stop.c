#include "stop.h"

#include <signal.h>
#include <string.h>

/* A signal handler has no other place to leave its word. */
static volatile sig_atomic_t requested, reload;

static void on_signal(int number)
{
  (void)number;
  requested = 1;
}

void stop_catch(void)
{
  static const int numbers[] = {SIGINT, SIGTERM, SIGHUP};
  struct sigaction action;

  memset(&action, 0, sizeof action);
  action.sa_handler = on_signal;
  action.sa_flags = (int)SA_RESETHAND;
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    sigaction(numbers[i], &action, NULL);
  }
}

static void on_reload(int number)
{
  (void)number;
  reload = 1;
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
  const bool asked = reload != 0;

  reload = 0;
  return asked;
}

bool stop_requested(void)
{
  return requested != 0;
}
