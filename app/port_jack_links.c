#include "port_jack.h"

#include <stdlib.h>
#include <string.h>

static void list_add(struct port_info *list, size_t capacity, size_t *count, enum port_direction direction,
                     const char *name)
{
  struct port_info *info = &list[*count];
  size_t size = strlen(name) + 1;
  if (*count < capacity && size > 1 && size <= sizeof(info->name)) {
    memcpy(info->name, name, size);
    info->direction = direction;
    *count += 1;
  }
}

/* Aliases too: bridges name hardware there. */
static void list_aliases(jack_port_t *port, struct port_info *list, size_t capacity, size_t *count,
                         enum port_direction direction)
{
  size_t size = (size_t)jack_port_name_size();
  char *first = calloc(2, size);
  if (!first) {
    return;
  }
  char *const aliases[2] = {first, first + size};
  int found = jack_port_get_aliases(port, aliases);
  for (int i = 0; i < found && i < 2; i++) {
    list_add(list, capacity, count, direction, aliases[i]);
  }
  free(first);
}

size_t jack_port_list(jack_client_t *client, struct port_info *list, size_t capacity)
{
  static const struct {
    unsigned long flag;
    enum port_direction direction;
  } sides[] = {{JackPortIsOutput, PORT_IN}, {JackPortIsInput, PORT_OUT}};
  size_t count = 0;
  for (int side = 0; side < 2; side++) {
    const char **names = jack_get_ports(client, NULL, JACK_DEFAULT_MIDI_TYPE, sides[side].flag);
    for (size_t i = 0; names && names[i]; i++) {
      jack_port_t *port = jack_port_by_name(client, names[i]);
      if (port && !jack_port_is_mine(client, port)) {
        list_add(list, capacity, &count, sides[side].direction, names[i]);
        list_aliases(port, list, capacity, &count, sides[side].direction);
      }
    }
    jack_free(names);
  }
  return count;
}

static bool connect_link(struct jack_port *jack, struct port_link *link)
{
  bool in = link->direction == PORT_IN;
  const char *own = jack_port_name(in ? jack->in : jack->out);
  const char *source = in ? link->name : own;
  const char *sink = in ? own : link->name;
  if (!jack_port_connected_to(in ? jack->in : jack->out, link->name) &&
      jack_connect(jack->client, source, sink) != 0) {
    return false;
  }
  link->state = LINK_ON;
  return true;
}

enum status jack_port_connect(struct jack_port *jack, struct error *error)
{
  struct port_info *list = calloc(PORT_LIST_MAX, sizeof(*list));
  if (!list) {
    return error_set(error, STATUS_NO_MEMORY, "jack: no memory for the list of ports");
  }
  size_t count = jack_port_list(jack->client, list, PORT_LIST_MAX);
  struct port_link *links[] = {&jack->head.in, &jack->head.out};
  enum status status = STATUS_OK;
  for (int i = 0; i < 2 && status == STATUS_OK; i++) {
    struct port_link *link = links[i];
    if (link->state == LINK_UNUSED) {
      continue;
    }
    int found = port_pick(list, count, link->direction, link->wanted, jack->head.client_name);
    if (found < 0) {
      status = port_not_found("jack", link, error);
      break;
    }
    memcpy(link->name, list[found].name, sizeof(link->name));
    if (!connect_link(jack, link)) {
      status = error_set(error, STATUS_IO, "jack: cannot connect to '%s': is it in use by something else?",
                         link->name);
    }
  }
  free(list);
  return status;
}

void jack_port_on_registration(jack_port_id_t id, int came, void *port)
{
  struct jack_port *jack = port;
  if (came) {
    uint32_t count = atomic_load_explicit(&jack->new_port_count, memory_order_relaxed);
    atomic_store_explicit(&jack->new_ports[count % JACK_NEW_PORTS], id, memory_order_relaxed);
    atomic_store_explicit(&jack->new_port_count, count + 1, memory_order_release);
  }
}

void jack_port_on_connection(jack_port_id_t source, jack_port_id_t sink, int made, void *port)
{
  struct jack_port *jack = port;
  const jack_port_t *heard = jack_port_by_id(jack->client, sink);
  (void)source;
  if (!made && heard && strcmp(jack_port_name(heard), jack_port_name(jack->in)) == 0) {
    atomic_fetch_add_explicit(&jack->departures, 1, memory_order_release);
  }
}

/* A connection is told before it carries anything: it must have lasted for a poll. */
static void watch_listeners(struct jack_port *jack)
{
  bool connected = jack_port_connected(jack->out) > 0;
  atomic_store_explicit(&jack->listened, connected && jack->was_listened, memory_order_relaxed);
  jack->was_listened = connected;
}

/* A source that vanished takes its note-offs with it: the live thread ends what it held. */
void jack_port_watch(struct jack_port *jack)
{
  uint32_t departures = atomic_load_explicit(&jack->departures, memory_order_relaxed);
  if (departures != jack->departures_told) {
    port_count(&jack->head.counters.disconnects);
    port_say(&jack->head, "a source left the input; its notes were ended");
  }
  jack->departures_told = departures;
  jack->sources = jack_port_connected(jack->in);
  watch_listeners(jack);
}

/* Has the port of this name (or alias) come since the last scan? */
static bool is_new(const struct jack_port *jack, const char *name)
{
  uint32_t count = atomic_load_explicit(&jack->new_port_count, memory_order_acquire);
  const jack_port_t *now = jack_port_by_name(jack->client, name);
  bool found = now && count - jack->new_ports_seen > JACK_NEW_PORTS;
  for (uint32_t i = jack->new_ports_seen; now && i != count && !found; i++) {
    jack_port_id_t id = atomic_load_explicit(&jack->new_ports[i % JACK_NEW_PORTS], memory_order_relaxed);
    const jack_port_t *came = jack_port_by_id(jack->client, id);
    found = came && strcmp(jack_port_name(came), jack_port_name(now)) == 0;
  }
  return found;
}

/* A port that is still the same at a second look did not leave: someone undid the connection. */
static void watch_release(struct jack_port *jack, struct port_link *link)
{
  bool undone = link->state == LINK_ON &&
                !jack_port_connected_to(link->direction == PORT_IN ? jack->in : jack->out, link->name);
  if (undone && is_new(jack, link->name)) {
    link->state = LINK_SETTLING;
    port_say(&jack->head, "%s vanished; waiting for it", link->name);
    undone = false;
  } else if (undone && link->undone) {
    link->state = LINK_RELEASED;
    port_say(&jack->head, "%s was disconnected by hand", link->name);
  }
  link->undone = undone;
}

static void watch_link(struct jack_port *jack, struct port_link *link, const struct port_info *list,
                       size_t count)
{
  switch (port_link_scan(link, list, count, jack->head.client_name)) {
  case LINK_CONNECT:
    if (connect_link(jack, link)) {
      port_say(&jack->head, "connected to %s", link->name);
    }
    break;
  case LINK_DROP: port_say(&jack->head, "%s vanished; waiting for it", link->name); break;
  case LINK_KEEP: watch_release(jack, link); break;
  }
}

/* Does something that hears emend also hear one of emend's sources directly? */
static void warn_heard_twice(struct jack_port *jack)
{
  const char **sources = jack_port_get_all_connections(jack->client, jack->in);
  const char **sinks = jack_port_get_all_connections(jack->client, jack->out);
  const char *twice = NULL;
  for (size_t i = 0; sinks && sinks[i]; i++) {
    jack_port_t *sink = jack_port_by_name(jack->client, sinks[i]);
    for (size_t j = 0; sink && sources && sources[j]; j++) {
      const char **heard = jack_port_get_all_connections(jack->client, sink);
      for (size_t k = 0; heard && heard[k]; k++) {
        twice = strcmp(heard[k], sources[j]) == 0 ? sinks[i] : twice;
      }
      jack_free(heard);
    }
  }
  if (twice && !jack->heard_twice) {
    port_say(&jack->head, "%s also hears the keyboard directly: disconnect that, or notes sound twice", twice);
  }
  jack->heard_twice = twice != NULL;
  jack_free(sources);
  jack_free(sinks);
}

void jack_port_scan(struct jack_port *jack)
{
  struct port_info *list = calloc(PORT_LIST_MAX, sizeof(*list));
  if (!list) {
    return;
  }
  uint32_t came = atomic_load_explicit(&jack->new_port_count, memory_order_acquire);
  size_t count = jack_port_list(jack->client, list, PORT_LIST_MAX);
  watch_link(jack, &jack->head.in, list, count);
  watch_link(jack, &jack->head.out, list, count);
  warn_heard_twice(jack);
  jack->new_ports_seen = came;
  free(list);
}
