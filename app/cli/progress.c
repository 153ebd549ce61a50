/* SPDX-License-Identifier: MIT */
#include "progress.h"

#include <stdio.h>
#include <unistd.h>

#include "rt_thread.h"

enum { BAR_WIDTH = 24 };

static double seconds_now(void)
{
  return (double)realtime_now() / (double)NANOS_PER_SECOND;
}

void progress_begin(struct progress *progress, const char *label)
{
  *progress = (struct progress){.label = label, .start = seconds_now(), .terminal = isatty(STDERR_FILENO) != 0};
}

static void print_span(double seconds)
{
  long whole = (long)(seconds + 0.5);

  if (whole >= 3600) {
    fprintf(stderr, "%ld h %02ld min", whole / 3600, whole / 60 % 60);
  } else {
    fprintf(stderr, "%ld:%02ld", whole / 60, whole % 60);
  }
}

void progress_show(struct progress *progress, double share, double left, const char *note)
{
  double now = seconds_now();
  double gone = now - progress->start;

  if (!progress->terminal || now - progress->drawn < 0.1 || !(share >= 0 && share <= 1)) {
    return;
  }
  if (!(left >= 0)) {
    left = share > 0 ? gone / share - gone : 0;
  }
  if (!progress->shown && (gone < 0.5 || gone + left < 2)) {
    return;
  }
  progress->drawn = now;
  progress->shown = true;
  fprintf(stderr, "\r%s [", progress->label);
  for (int i = 0; i < BAR_WIDTH; i++) {
    fputc(i < (int)(share * BAR_WIDTH) ? '#' : '.', stderr);
  }
  fprintf(stderr, "] %3.0f %%, left ", share * 100);
  print_span(left);
  fprintf(stderr, "%s%s\033[K", note[0] != '\0' ? "  " : "", note);
  fflush(stderr);
}

void progress_end(struct progress *progress)
{
  if (progress->shown) {
    fprintf(stderr, "\r\033[K");
    fflush(stderr);
    progress->shown = false;
  }
}
