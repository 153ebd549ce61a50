/* SPDX-License-Identifier: MIT */
#include "page_guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

enum { HOST_MAX = 64 };

/* A number, or the name that stands for the loopback: other names can be made to mean anything. */
static bool is_address(const char *name)
{
  struct in_addr four;
  struct in6_addr six;
  char inner[HOST_MAX];
  const size_t length = strlen(name);

  if (strcmp(name, "localhost") == 0 || inet_pton(AF_INET, name, &four) == 1) {
    return true;
  }
  if (length < 2 || name[0] != '[' || name[length - 1] != ']') {
    return false;
  }
  snprintf(inner, sizeof inner, "%.*s", (int)(length - 2), name + 1);
  return inet_pton(AF_INET6, inner, &six) == 1;
}

static bool host_fits(const struct page_guard *guard, const char *host)
{
  char name[HOST_MAX], port[16];

  if (host == NULL || strlen(host) >= sizeof name) {
    return false;
  }
  snprintf(name, sizeof name, "%s", host);
  snprintf(port, sizeof port, ":%u", guard->port);
  char *end = strrchr(name, ':');
  if (end == NULL || strcmp(end, port) != 0) {
    return false;
  }
  *end = '\0';
  return is_address(name);
}

/* In the same time, whatever is wrong with it. */
static bool token_fits(const struct page_guard *guard, const char *url)
{
  unsigned differs = 0;

  if (strnlen(url, PAGE_TOKEN + 2) < PAGE_TOKEN + 2) {
    return false;
  }
  for (int i = 0; i < PAGE_TOKEN; i++) {
    differs |= (unsigned)(guard->token[i] ^ url[1 + i]);
  }
  return url[0] == '/' && differs == 0 && url[1 + PAGE_TOKEN] == '/';
}

/* Browsers send the origin with every change; those that tell more must not tell of another site. */
static bool origin_fits(const struct page_request *request)
{
  static const char scheme[] = "http://";
  const char *origin = request->origin, *site = request->fetch_site;

  if (origin == NULL ? request->changes
                     : strncmp(origin, scheme, sizeof scheme - 1) != 0 ||
                         strcmp(origin + sizeof scheme - 1, request->host) != 0) {
    return false;
  }
  return site == NULL || strcmp(site, "same-origin") == 0 || (!request->changes && strcmp(site, "none") == 0);
}

enum page_verdict page_guard_check(const struct page_guard *guard, const struct page_request *request,
                                   const char **rest)
{
  if (!host_fits(guard, request->host)) {
    return PAGE_WRONG_HOST;
  }
  if (!token_fits(guard, request->url)) {
    return PAGE_WRONG_TOKEN;
  }
  if (!origin_fits(request)) {
    return PAGE_WRONG_ORIGIN;
  }
  *rest = request->url + PAGE_TOKEN + 2;
  return PAGE_ADMITTED;
}
