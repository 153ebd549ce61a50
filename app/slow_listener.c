#include "slow_listener.h"

#define PATIENCE NANOS_PER_SECOND

void slow_listener_tell(struct slow_listener *listener, struct port *port, nanos now)
{
  if (!atomic_load_explicit(&listener->waits, memory_order_relaxed)) {
    if (listener->told) {
      port_say(port, "the output's listener reads again");
    }
    listener->since = 0;
    listener->told = false;
  } else if (listener->since == 0) {
    listener->since = now;
  } else if (!listener->told && now - listener->since >= PATIENCE) {
    port_say(port, "the output's listener does not read; what is played waits for it");
    listener->told = true;
  }
}
