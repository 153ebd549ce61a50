#include "live_port.h"

#include <stdio.h>
#include <string.h>

#include "live_warn.h"
#include "outfile.h"
#include "port_file.h"

static const char demo_take[] = "assets/minuet-noisy.mid";
static const char demo_out[] = "demo-clean.mid";

static enum status open_driver(struct live_port *live_port, const struct port_driver *driver, const char *in,
                               const char *out, struct session *session, struct error *error)
{
  const struct port_options options = {
    .client_name = "emend", .in = in, .out = out, .look_ahead = session_look_ahead(session)};
  const struct port_stream stream = stream_port(&session->stream);

  enum status status = driver->open(&live_port->port, &options, &stream, error);
  if (status == STATUS_OK) {
    live_port->driver = driver;
    stream_connect(&session->stream, driver->send, live_port->port);
  }
  return status;
}

static enum status open_demo(struct live_port *live_port, const char *save, struct session *session,
                             struct error *error)
{
  live_port->save = save;
  enum status status = datafile_find(demo_take, live_port->in, error);
  if (status == STATUS_OK) {
    status = outfile_check(live_port->save, error);
  }
  return status == STATUS_OK
           ? open_driver(live_port, &port_driver_file, live_port->in, live_port->save, session, error)
           : status;
}

static enum status open_file(struct live_port *live_port, const struct settings *settings,
                             struct session *session, struct error *error)
{
  live_port->save = settings->out;
  enum status status = outfile_check(live_port->save, error);
  return status == STATUS_OK
           ? open_driver(live_port, &port_driver_file, settings->in, settings->out, session, error)
           : status;
}

/* The first driver that works; the error is that of the first which did not. */
static enum status open_first(struct live_port *live_port, const struct settings *settings,
                              struct session *session, struct error *error)
{
  struct error later;

  for (int i = 0; port_drivers[i] != NULL; i++) {
    if (open_driver(live_port, port_drivers[i], settings->in, settings->out, session,
                    i == 0 ? error : &later) == STATUS_OK) {
      return STATUS_OK;
    }
  }
  return error->status;
}

enum status live_port_check(const struct settings *settings, bool demo, struct error *error)
{
  char names[128] = "auto, file";
  bool file = strcmp(settings->driver, port_driver_file.name) == 0;

  if (file && !demo && (settings->in == NULL || settings->out == NULL)) {
    return error_set(error, STATUS_USAGE, "--driver file wants --in IN.mid and --out OUT.mid");
  }
  if (file || strcmp(settings->driver, "auto") == 0 || port_driver_find(settings->driver) != NULL) {
    return STATUS_OK;
  }
  for (int i = 0; port_drivers[i] != NULL; i++) {
    size_t used = strlen(names);
    snprintf(names + used, sizeof names - used, ", %s", port_drivers[i]->name);
  }
  return error_set(error, STATUS_USAGE, "--driver is one of %s, not '%.100s'", names, settings->driver);
}

enum status live_port_open(struct live_port *live_port, const struct settings *settings, bool demo,
                           struct session *session, struct error *error)
{
  *live_port = (struct live_port){.driver = NULL};
  if (demo) {
    return open_demo(live_port, settings->out != NULL ? settings->out : demo_out, session, error);
  }
  if (strcmp(settings->driver, port_driver_file.name) == 0) {
    return open_file(live_port, settings, session, error);
  }
  if (strcmp(settings->driver, "auto") != 0) {
    return open_driver(live_port, port_driver_find(settings->driver), settings->in, settings->out, session,
                       error);
  }
  enum status status = open_first(live_port, settings, session, error);
  if (status == STATUS_OK || settings->in != NULL || settings->out != NULL) {
    return status;
  }
  live_warn("no MIDI system works here (%s); this is the demo", error->text);
  return open_demo(live_port, demo_out, session, error);
}
