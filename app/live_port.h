/* Which port `emend live` uses: the demo, a file, a driver by name, or the first that works. */
#ifndef EMEND_LIVE_PORT_H
#define EMEND_LIVE_PORT_H

#include "datafile.h"
#include "port.h"
#include "session.h"
#include "settings.h"

struct live_port {
  const struct port_driver *driver;
  struct port *port;
  char in[DATAFILE_PATH_MAX];
  const char *save; /* where the file driver's take goes; NULL for others */
};

/* Say at once when the settings name no driver, or not what it needs. */
enum status live_port_check(const struct settings *settings, bool demo, struct error *error) EMEND_CHECK;

/* Open the port that checked the settings ask for and connect the session to it. Where `auto` finds no system
 * that works and no port is asked for by name, a warning says so and the demo is opened. */
enum status live_port_open(struct live_port *live_port, const struct settings *settings, bool demo,
                           struct session *session, struct error *error) EMEND_CHECK;

#endif
