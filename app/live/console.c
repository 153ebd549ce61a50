/* SPDX-License-Identifier: MIT */
#include "console.h"

#include <poll.h>
#include <stdarg.h>

enum { LINE_MAX_SIZE = 1024 };

/* A pipe that is ready takes up to LINE_MAX_SIZE bytes at once (POSIX: PIPE_BUF). */
bool live_is_read(FILE *out)
{
  struct pollfd place = {.fd = fileno(out), .events = POLLOUT};
  return poll(&place, 1, 0) != 0;
}

static void tell(FILE *out, const char *head, const char *format, va_list arguments)
{
  char line[LINE_MAX_SIZE];

  vsnprintf(line, sizeof line, format, arguments);
  if (live_is_read(out)) {
    fprintf(out, "%s%s\n", head, line);
    (void)fflush(out); /* failures are reported when the program ends */
  }
}

void live_tell(FILE *out, const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  tell(out, "", format, arguments);
  va_end(arguments);
}

void live_warn(const char *format, ...)
{
  va_list arguments;

  va_start(arguments, format);
  tell(stderr, "emend live: ", format, arguments);
  va_end(arguments);
}
