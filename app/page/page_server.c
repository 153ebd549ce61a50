/* SPDX-License-Identifier: MIT */
/* Setting up the server, its one thread, and the control thread's side. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include "page_private.h"
#include "utf8.h"

enum {
  LAST_TURNS = 10,   /* at the end, for readers to have the rest, */
  LAST_MS = 20,      /* each as long as that at most */
  TURN_MS = 250,     /* between two looks around when nothing happens */
  IDLE_SECONDS = 20, /* for which a reader may stall, or a request be half sent */
  CONNECTION_BYTES = 48 << 10,
  TOKEN_BYTES = PAGE_TOKEN / 2,
  NICE = 10,
  BACKLOG = 32,
};

/* --- The server's thread. --- */

static void take_line(struct page *page, const char *text)
{
  struct page_said *said = &page->said[page->said_count++ % PAGE_SAID_MAX];

  snprintf(said->text, sizeof said->text, "%s", text);
  utf8_mend(said->text);
  for (char *at = said->text; *at != '\0'; at++) {
    *at = (unsigned char)*at < ' ' ? ' ' : *at;
  }
}

static void take_news(struct page *page)
{
  union {
    union live_record record;
    struct page_state state;
    struct page_answer answer;
    char line[PAGE_LINE_MAX];
  } news;
  struct ring_header header;

  while (ring_read(&page->news, &header, &news, sizeof news)) {
    if (header.type >= PAGE_NEWS_RECORD) {
      header.type -= PAGE_NEWS_RECORD;
      (void)page_notes_record(page->notes, &header, &news.record);
    } else if (header.type == PAGE_NEWS_STATE) {
      page->state = news.state;
      page->state_number++;
    } else if (header.type == PAGE_NEWS_LINE) {
      take_line(page, news.line);
    } else if (header.type == PAGE_NEWS_ANSWER) {
      page_notes_answer(page->notes, &news.answer);
    }
  }
}

/* The milliseconds for which nothing is due. */
static long how_long(struct page *page)
{
  const long least = page->ending ? LAST_MS : TURN_MS;
  MHD_UNSIGNED_LONG_LONG most;

  return MHD_get_timeout(page->daemon, &most) == MHD_YES && (long)most < least ? (long)most : least;
}

static void turn(struct page *page)
{
  fd_set reads, writes, faults;
  int highest = page->bell.read_end;

  FD_ZERO(&reads);
  FD_ZERO(&writes);
  FD_ZERO(&faults);
  FD_SET(page->bell.read_end, &reads);
  if (MHD_get_fdset(page->daemon, &reads, &writes, &faults, &highest) != MHD_YES) {
    realtime_sleep(TURN_MS * NANOS_PER_MILLISECOND);
    return;
  }
  const long most = how_long(page);
  struct timeval wait = {.tv_sec = most / 1000, .tv_usec = most % 1000 * 1000};
  const int ready = select(highest + 1, &reads, &writes, &faults, &wait);
  if (ready < 0) {
    FD_ZERO(&reads);
    FD_ZERO(&writes);
    FD_ZERO(&faults);
  }
  realtime_bell_wait(&page->bell, 0);
  take_news(page);
  page_events_wake(page, realtime_now());
  (void)MHD_run_from_select(page->daemon, &reads, &writes, &faults);
}

static void *serve(void *user)
{
  struct page *page = user;

#if defined(__linux__)
  (void)setpriority(PRIO_PROCESS, 0, NICE); /* of this thread, on Linux */
#endif
  while (!atomic_load(&page->stop)) {
    turn(page);
  }
  take_news(page);
  page->ending = true;
  for (int i = 0; i < LAST_TURNS && page->clients != NULL; i++) {
    turn(page);
  }
  return NULL;
}

/* --- Set-up. --- */

static bool draw(void *bytes, size_t size)
{
  const int file = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
  const bool done = file >= 0 && read(file, bytes, size) == (ssize_t)size;

  if (file >= 0) {
    (void)close(file);
  }
  return done;
}

/* The token of an earlier address, so that pages and bookmarks of it go on. */
static bool keep_token(struct page *page, const char *before)
{
  const size_t length = before != NULL ? strlen(before) : 0;
  const char *token = length > PAGE_TOKEN ? before + length - PAGE_TOKEN - 1 : "";

  if (strspn(token, "0123456789abcdef") != PAGE_TOKEN || token[PAGE_TOKEN] != '/') {
    return false;
  }
  snprintf(page->guard.token, sizeof page->guard.token, "%.*s", PAGE_TOKEN, token);
  return true;
}

static enum status draw_token(struct page *page, const char *before, struct error *error)
{
  unsigned char bytes[TOKEN_BYTES];

  if (!draw(bytes, sizeof bytes) || !draw(&page->epoch, sizeof page->epoch)) {
    return error_set(error, STATUS_IO, "no page: /dev/urandom cannot be read");
  }
  if (keep_token(page, before)) {
    return STATUS_OK;
  }
  for (size_t i = 0; i < sizeof bytes; i++) {
    snprintf(page->guard.token + 2 * i, 3, "%02x", bytes[i]);
  }
  return STATUS_OK;
}

static enum status find_address(const struct page_options *options, struct addrinfo **found,
                                struct error *error)
{
  const struct addrinfo hints = {.ai_family = AF_UNSPEC,
                                 .ai_socktype = SOCK_STREAM,
                                 .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE};
  char port[16];

  snprintf(port, sizeof port, "%d", options->port);
  if (getaddrinfo(options->address, port, &hints, found) != 0) {
    return error_set(error, STATUS_USAGE,
                     "'%.100s' is no address to listen on; 127.0.0.1 is this machine alone, "
                     "0.0.0.0 is every network",
                     options->address);
  }
  return STATUS_OK;
}

/* A socket that listens, or -1 with errno set. */
static int open_socket(const struct addrinfo *address)
{
  const int yes = 1, made = socket(address->ai_family, SOCK_STREAM, 0);

  if (made < 0 || (fcntl(made, F_SETFD, FD_CLOEXEC) == 0 &&
                   setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                   bind(made, address->ai_addr, address->ai_addrlen) == 0 && listen(made, BACKLOG) == 0)) {
    return made;
  }
  const int why = errno;
  (void)close(made);
  errno = why;
  return -1;
}

static enum status listen_on(struct page *page, const struct page_options *options, struct error *error)
{
  struct addrinfo *address = NULL;

  enum status status = find_address(options, &address, error);
  if (status != STATUS_OK) {
    return status;
  }
  const int made = open_socket(address);
  const int why = errno;
  freeaddrinfo(address);
  if (made < 0) {
    return error_set(error, STATUS_IO, "no page on %.100s port %d: %s; --page-port names another",
                     options->address, options->port, strerror(why));
  }
  page->daemon = MHD_start_daemon(
    MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, page_answer_request, page, MHD_OPTION_LISTEN_SOCKET, made,
    MHD_OPTION_CONNECTION_LIMIT, (unsigned)PAGE_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_TIMEOUT,
    (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_BYTES,
    MHD_OPTION_NOTIFY_COMPLETED, page_answer_done, NULL, MHD_OPTION_END);
  if (page->daemon == NULL) {
    (void)close(made);
    return error_set(error, STATUS_IO, "no page: its server did not start");
  }
  return STATUS_OK;
}

/* What a browser on this machine is given. */
static void name_url(struct page *page, const struct page_options *options)
{
  const union MHD_DaemonInfo *bound = MHD_get_daemon_info(page->daemon, MHD_DAEMON_INFO_BIND_PORT);
  const bool six = strchr(options->address, ':') != NULL;
  const char *host = strcmp(options->address, "0.0.0.0") == 0 ? "127.0.0.1" : options->address;

  page->guard.port = bound != NULL ? bound->port : (unsigned)options->port;
  snprintf(page->url, sizeof page->url, "http://%s%s%s:%u/%s/", six ? "[" : "",
           strcmp(host, "::") == 0 ? "::1" : host, six ? "]" : "", page->guard.port, page->guard.token);
}

static enum status start(struct page *page, const struct page_options *options, struct error *error)
{
  if (!realtime_bell_init(&page->bell)) {
    page->bell.read_end = -1;
    return error_set(error, STATUS_IO, "no page: %s", strerror(errno));
  }
  page->notes = page_notes_new();
  if (page->notes == NULL || ring_init(&page->news, PAGE_NEWS_BYTES) != STATUS_OK ||
      ring_init(&page->orders, PAGE_ORDERS_BYTES) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "no page: out of memory");
  }
  enum status status = draw_token(page, options->before, error);
  if (status == STATUS_OK) {
    status = listen_on(page, options, error);
  }
  if (status != STATUS_OK) {
    return status;
  }
  name_url(page, options);
  const int code = pthread_create(&page->thread, NULL, serve, page);
  page->running = code == 0;
  return code == 0 ? STATUS_OK : error_set(error, STATUS_IO, "no page: no thread: %s", strerror(code));
}

enum status page_open(struct page **result, const struct page_options *options, struct error *error)
{
  struct page *page = calloc(1, sizeof *page);

  *result = NULL;
  if (page == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "no page: out of memory");
  }
  enum status status = start(page, options, error);
  if (status != STATUS_OK) {
    page_close(page);
    return status;
  }
  *result = page;
  return STATUS_OK;
}

void page_close(struct page *page)
{
  if (page == NULL) {
    return;
  }
  if (page->running) {
    atomic_store(&page->stop, true);
    realtime_bell_ring(&page->bell);
    pthread_join(page->thread, NULL);
  }
  for (struct page_client *client = page->clients; client != NULL; client = client->next) {
    if (client->suspended) { /* the daemon cannot end those */
      client->suspended = false;
      MHD_resume_connection(client->connection);
    }
  }
  if (page->daemon != NULL) {
    MHD_stop_daemon(page->daemon);
  }
  if (page->bell.read_end >= 0) {
    realtime_bell_free(&page->bell);
  }
  ring_free(&page->news);
  ring_free(&page->orders);
  page_notes_free(page->notes);
  free(page);
}

const char *page_url(const struct page *page)
{
  return page->url;
}

/* --- The control thread. --- */

static void tell(struct page *page, uint32_t type, const void *message, size_t size)
{
  if (page == NULL) {
    return;
  }
  page->told = true;
  if (!ring_write(&page->news, type, message, (uint32_t)size)) {
    atomic_fetch_add_explicit(&page->missed, 1, memory_order_relaxed);
  }
}

void page_tell_record(struct page *page, const struct ring_header *header, const union live_record *record)
{
  if (header->size <= sizeof *record) {
    tell(page, PAGE_NEWS_RECORD + header->type, record, header->size);
  }
}

void page_tell_state(struct page *page, const struct page_state *state)
{
  tell(page, PAGE_NEWS_STATE, state, sizeof *state);
}

void page_tell_line(struct page *page, const char *line)
{
  char text[PAGE_LINE_MAX];

  snprintf(text, sizeof text, "%s", line);
  if (text[0] != '\0') {
    tell(page, PAGE_NEWS_LINE, text, strlen(text) + 1);
  }
}

void page_tell_answer(struct page *page, const struct page_answer *answer)
{
  tell(page, PAGE_NEWS_ANSWER, answer, sizeof *answer);
}

void page_wake(struct page *page)
{
  if (page != NULL && page->told) {
    page->told = false;
    realtime_bell_ring(&page->bell);
  }
}

bool page_take_order(struct page *page, struct page_order *order)
{
  struct ring_header header;

  return page != NULL && ring_read(&page->orders, &header, order, sizeof *order);
}
