/* SPDX-License-Identifier: MIT */
#include "status.h"

#include <stdarg.h>
#include <stdio.h>

const char *status_name(enum status status)
{
  switch (status) {
  case STATUS_OK: return "ok";
  case STATUS_USAGE: return "wrong usage";
  case STATUS_NO_MEMORY: return "out of memory";
  case STATUS_IO: return "input or output failed";
  case STATUS_FORMAT: return "malformed data";
  case STATUS_UNSUPPORTED: return "not supported";
  case STATUS_NOT_FOUND: return "not found";
  case STATUS_FULL: return "buffer full";
  case STATUS_NOT_FINITE: return "not a finite number";
  case STATUS_INTERRUPTED: return "interrupted";
  }
  return "unknown status";
}

enum status error_set(struct error *error, enum status status, const char *format, ...)
{
  if (error == NULL) {
    return status;
  }
  error->status = status;
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(error->text, sizeof error->text, format, arguments);
  va_end(arguments);
  /* What was read may stand in it, and a terminal will see it: one line, without control characters. */
  for (char *at = error->text; *at != '\0'; at++) {
    *at = (unsigned char)*at < 0x20 || *at == 0x7F ? '?' : *at;
  }
  return status;
}
