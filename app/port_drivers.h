/* The drivers' tables, for port.c and for drivers that stand in for each other. */
#ifndef EMEND_PORT_DRIVERS_H
#define EMEND_PORT_DRIVERS_H

#include "port.h"

#if defined(EMEND_HAVE_JACK)
extern const struct port_driver port_driver_jack;
#endif
extern const struct port_driver port_driver_rtmidi;
extern const struct port_driver port_driver_portmidi;

#endif
