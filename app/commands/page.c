/* SPDX-License-Identifier: MIT */
#include <netdb.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "commands.h"
#include "live_page.h"

extern char **environ;

enum { HOST_MAX = 128 };

/* Does anybody listen there? What died may have left its address. */
static bool is_served(const char *url)
{
  char host[HOST_MAX], port[8];
  struct addrinfo *address = NULL;

  if (sscanf(url, "http://[%127[^]]]:%7[0-9]/", host, port) != 2 && /* NOLINT(cert-err34-c) */
      sscanf(url, "http://%127[^:]:%7[0-9]/", host, port) != 2) {   /* NOLINT(cert-err34-c) */
    return false;
  }
  const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV};
  if (getaddrinfo(host, port, &hints, &address) != 0) {
    return false;
  }
  const int made = socket(address->ai_family, SOCK_STREAM, 0);
  const bool served = made >= 0 && connect(made, address->ai_addr, address->ai_addrlen) == 0;
  if (made >= 0) {
    (void)close(made);
  }
  freeaddrinfo(address);
  return served;
}

/* The desktop's own browser, if this is a desktop. */
static void open_browser(const char *url)
{
  char opener[] = "xdg-open", address[PAGE_URL_MAX];
  char *const arguments[] = {opener, address, NULL};
  pid_t child;

  snprintf(address, sizeof address, "%s", url);
  if (getenv("DISPLAY") == NULL && getenv("WAYLAND_DISPLAY") == NULL) {
    return;
  }
  if (posix_spawnp(&child, opener, NULL, NULL, arguments, environ) != 0) {
    fprintf(stderr, "emend page: no browser was found here; open the address yourself\n");
  }
}

static int run_page(int argc, char **argv)
{
  bool only_print = false;
  const struct option_spec specs[] = {
    {.name = "print", .kind = OPTION_FLAG, .value = &only_print, .help = "print the address, open nothing"}};
  struct option_set set = {.specs = specs, .count = 1};
  char url[PAGE_URL_MAX];
  struct error error;

  const int done = command_parse(&command_page, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  enum status status = live_page_last(url, &error);
  if (status == STATUS_OK && !is_served(url)) {
    status = error_set(&error, STATUS_NOT_FOUND,
                       "the emend that served the page is gone; start emend live --page again");
  }
  if (status != STATUS_OK) {
    return command_fail(&command_page, &error);
  }
  printf("%s\n", url);
  (void)fflush(stdout);
  if (!only_print) {
    open_browser(url);
  }
  return EXIT_SUCCESS;
}

const struct command command_page = {
  .name = "page",
  .usage = "[options]",
  .summary = "open the page of a running emend live --page",
  .notes =
    "Prints the page's address and opens it in the browser, where there is one. The address holds a token:\n"
    "who knows it can see and control what emend does. emend.conf's page = true has every emend live serve "
    "its page.",
  .run = run_page,
};
