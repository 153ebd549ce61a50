#include "stop.h"

#include <signal.h>
#include <string.h>

/* A signal handler has no other place to leave its word. */
static volatile sig_atomic_t requested;

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

bool stop_requested(void)
{
  return requested != 0;
}
