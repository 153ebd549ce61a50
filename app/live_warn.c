#include "live_warn.h"

#include <stdarg.h>
#include <stdio.h>

enum { LINE_MAX_SIZE = 1024 };

void live_warn(const char *format, ...)
{
  char line[LINE_MAX_SIZE];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  fprintf(stderr, "emend live: %s\n", line);
}
