/* SPDX-License-Identifier: MIT */
#include "port.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "port_private.h"

const struct port_driver *const port_drivers[] = {
#if defined(EMEND_HAVE_JACK)
  &port_driver_jack,
#endif
  &port_driver_rtmidi,
  &port_driver_portmidi,
  NULL,
};

const struct port_driver *port_driver_find(const char *name)
{
  for (size_t i = 0; name && port_drivers[i]; i++) {
    if (strcmp(port_drivers[i]->name, name) == 0) {
      return port_drivers[i];
    }
  }
  return NULL;
}

/* Port names are UTF-8: only ASCII letters have a case here, whatever the locale. */
static char folded(char c)
{
  return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool begins_with(const char *name, const char *start)
{
  while (*start && folded(*name) == folded(*start)) {
    name++;
    start++;
  }
  return *start == '\0';
}

bool port_name_matches(const char *name, const char *wanted)
{
  if (!name || !wanted || !*wanted) {
    return false;
  }
  for (; *name; name++) {
    if (begins_with(name, wanted)) {
      return true;
    }
  }
  return false;
}

static bool is_own(const char *name, const char *own)
{
  return begins_with(name, own) && name[strlen(own)] == ':';
}

int port_pick(const struct port_info *list, size_t count, enum port_direction direction, const char *wanted,
              const char *own)
{
  int part = -1;
  for (size_t i = 0; i < count; i++) {
    const char *name = list[i].name;
    if (list[i].direction != direction || is_own(name, own) || !port_name_matches(name, wanted)) {
      continue;
    }
    if (strlen(name) == strlen(wanted)) {
      return (int)i;
    }
    if (part < 0) {
      part = (int)i;
    }
  }
  return part;
}

static enum status link_setup(struct port_link *link, enum port_direction direction, const char *wanted,
                              struct error *error)
{
  const char *option = direction == PORT_IN ? "--in" : "--out";
  *link = (struct port_link){.direction = direction, .state = wanted ? LINK_LOST : LINK_UNUSED};
  if (!wanted) {
    return STATUS_OK;
  }
  size_t size = strlen(wanted) + 1;
  if (size == 1 || size > sizeof(link->wanted)) {
    return error_set(error, STATUS_USAGE,
                     "%s needs part of a port's name (1 to %zu bytes): see `emend devices`", option,
                     sizeof(link->wanted) - 1);
  }
  memcpy(link->wanted, wanted, size);
  return STATUS_OK;
}

enum status port_setup(struct port *port, const struct port_options *options, const struct port_stream *stream,
                       struct error *error)
{
  *port = (struct port){.stream = *stream};
  snprintf(port->client_name, sizeof(port->client_name), "%s", options->client_name);
  enum status status = link_setup(&port->in, PORT_IN, options->in, error);
  return status == STATUS_OK ? link_setup(&port->out, PORT_OUT, options->out, error) : status;
}

enum status port_not_found(const char *driver, const struct port_link *link, struct error *error)
{
  return error_set(error, STATUS_NOT_FOUND, "%s: no %s matches '%s': `emend devices` lists what there is",
                   driver, link->direction == PORT_IN ? "source" : "destination", link->wanted);
}

void port_say(struct port *port, const char *format, ...)
{
  size_t used = strlen(port->line);
  if (used > 0 && used + 2 < sizeof(port->line)) {
    memcpy(port->line + used, "; ", 3);
    used += 2;
  }
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(port->line + used, sizeof(port->line) - used, format, arguments);
  va_end(arguments);
}

static bool is_listed(const struct port_link *link, const struct port_info *list, size_t count)
{
  for (size_t i = 0; i < count; i++) {
    if (list[i].direction == link->direction && strcmp(list[i].name, link->name) == 0) {
      return true;
    }
  }
  return false;
}

enum port_link_action port_link_scan(struct port_link *link, const struct port_info *list, size_t count,
                                     const char *own)
{
  if (link->state == LINK_UNUSED) {
    return LINK_KEEP;
  }
  if (link->state == LINK_ON || link->state == LINK_RELEASED) {
    if (is_listed(link, list, count)) {
      return LINK_KEEP;
    }
    link->state = LINK_LOST;
    return LINK_DROP;
  }
  if (link->state == LINK_SETTLING && is_listed(link, list, count)) {
    return LINK_CONNECT;
  }
  int found = port_pick(list, count, link->direction, link->wanted, own);
  link->state = found < 0 ? LINK_LOST : LINK_SETTLING;
  if (found >= 0) {
    memcpy(link->name, list[found].name, sizeof(link->name));
  }
  return LINK_KEEP;
}

enum port_state port_links_state(const struct port *port)
{
  const struct port_link *links[] = {&port->in, &port->out};
  enum port_state state = PORT_CONNECTED;
  for (int i = 0; i < 2; i++) {
    if (links[i]->state == LINK_LOST || links[i]->state == LINK_SETTLING) {
      return PORT_LOST;
    }
    if (links[i]->state == LINK_RELEASED) {
      state = PORT_WAITING;
    }
  }
  return state;
}

enum port_state port_report(struct port *port, enum port_state state, char *line, size_t size)
{
  uint64_t overflows = atomic_load_explicit(&port->counters.overflowed, memory_order_relaxed);
  if (overflows != port->overflows_told) {
    port_say(port, "input was lost; held keys of which nothing more is heard are ended");
  }
  port->overflows_told = overflows;
  if (size > 0) {
    snprintf(line, size, "%s", port->line);
  }
  port->line[0] = '\0';
  return state;
}

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
