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
  const double now = seconds_now();

  *progress =
    (struct progress){.label = label, .start = now, .drawn = now, .terminal = isatty(STDERR_FILENO) != 0};
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

static void print_left(double left, const char *note)
{
  fprintf(stderr, ", left ");
  print_span(left);
  fprintf(stderr, "%s%s", note[0] != '\0' ? "  " : "", note);
}

static void log_line(struct progress *progress, double now, double share, double left, const char *note)
{
  if (progress->log_every > 0 && now - progress->drawn >= progress->log_every) {
    progress->drawn = now;
    fprintf(stderr, "%s: %.0f %%", progress->label, share * 100);
    print_left(left, note);
    fprintf(stderr, "\n");
  }
}

void progress_show(struct progress *progress, double share, double left, const char *note)
{
  double now = seconds_now();
  double gone = now - progress->start;

  if (!(share >= 0 && share <= 1)) {
    return;
  }
  if (!(left >= 0)) {
    left = share > 0 ? gone / share - gone : 0;
  }
  if (!progress->terminal) {
    log_line(progress, now, share, left, note);
    return;
  }
  if (now - progress->drawn < 0.1) {
    return;
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
  fprintf(stderr, "] %3.0f %%", share * 100);
  print_left(left, note);
  fprintf(stderr, "\033[K");
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
