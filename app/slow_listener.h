/* A listener that does not read holds up what is sent; it is told so that nobody looks for the fault in emend.
 */
#ifndef EMEND_SLOW_LISTENER_H
#define EMEND_SLOW_LISTENER_H

#include "port_common.h"

/* All zero at first. */
struct slow_listener {
  _Atomic bool waits; /* between threads */
  /* Control thread. */
  nanos since; /* 0: it is not waited for */
  bool told;
};

/* There is no room for the next message, or there was. Live thread. */
static inline void slow_listener_waits(struct slow_listener *listener, bool waits)
{
  atomic_store_explicit(&listener->waits, waits, memory_order_relaxed);
}

/* Say, once, that it is waited for since a second, and that it reads again. Control thread. */
void slow_listener_tell(struct slow_listener *listener, struct port *port, nanos now);

#endif
