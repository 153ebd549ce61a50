/* SPDX-License-Identifier: MIT */
#include "counting_port.h"

void counting_hear(struct counting_port *port, const uint8_t *bytes, size_t size)
{
  if (message_is_note_on(bytes, size)) {
    port->ons++;
    port->sounding++;
    port->depth[bytes[0] & 0x0F][bytes[1]]++;
  } else if (!message_is_note_off(bytes, size)) {
    port->others++;
  } else if (port->depth[bytes[0] & 0x0F][bytes[1]] > 0) {
    port->offs++;
    port->sounding--;
    port->depth[bytes[0] & 0x0F][bytes[1]]--;
  } else {
    port->strays++;
  }
}

bool counting_emit(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct counting_port *port = user;
  if (port->room == 0) {
    return false;
  }
  port->room--;
  port->time_back = port->time_back || time < port->last;
  port->last = time;
  counting_hear(port, bytes, size);
  return true;
}
