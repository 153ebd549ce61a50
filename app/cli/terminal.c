/* SPDX-License-Identifier: MIT */
#include "terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

/* Signal handlers must be able to put the terminal back, so this is the file's own. */
static struct termios before;
static volatile sig_atomic_t taken;
static int screen = -1; /* the terminal once more, which never blocks */

static const char screen_on[] = "\033[?1049h\033[?25l\033[?7l\033[2J";
static const char screen_off[] = "\033[?7h\033[?25h\033[?1049l";

static void write_all(const char *text, size_t size)
{
  while (size > 0) {
    ssize_t written = write(STDOUT_FILENO, text, size);
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return;
    }
    text += written;
    size -= (size_t)written;
  }
}

void terminal_close(void)
{
  const int why = errno;
  if (taken) {
    taken = 0;
    tcflush(STDOUT_FILENO, TCOFLUSH); /* of a screen that nobody may be reading any more */
    tcflow(STDOUT_FILENO, TCOON);
    write_all(screen_off, sizeof screen_off - 1);
    tcsetattr(STDIN_FILENO, TCSANOW, &before);
  }
  errno = why;
}

static void on_crash(int number)
{
  terminal_close();
  raise(number);
}

static void guard_crashes(void)
{
  static const int numbers[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT};
  struct sigaction action;

  memset(&action, 0, sizeof action);
  action.sa_handler = on_crash;
  action.sa_flags = (int)(SA_RESETHAND | SA_NODEFER);
  sigemptyset(&action.sa_mask);
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
    sigaction(numbers[i], &action, NULL);
  }
}

bool terminal_open(void)
{
  const char *kind = getenv("TERM");
  struct termios raw;

  /* In the background, setting the terminal would stop the program, and the JACK server that waits for it. */
  if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || kind == NULL || strcmp(kind, "dumb") == 0 ||
      tcgetpgrp(STDIN_FILENO) != getpgrp() || tcgetattr(STDIN_FILENO, &before) != 0) {
    return false;
  }
  raw = before;
  raw.c_lflag &= (tcflag_t) ~(ICANON | ECHO);
  raw.c_iflag &= (tcflag_t)~IXON; /* XOFF would block this thread and stall the ports */
  raw.c_cc[VMIN] = 0;
  raw.c_cc[VTIME] = 0;
  raw.c_cc[VSUSP] = _POSIX_VDISABLE; /* stopped, it would hold notes */
  if (tcsetattr(STDIN_FILENO, TCSANOW, &raw) != 0) {
    return false;
  }
  const char *name = ttyname(STDOUT_FILENO);
  screen = name != NULL ? open(name, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC) : -1;
  taken = 1;
  guard_crashes();
  signal(SIGTTOU, SIG_IGN); /* nor may it be stopped later */
  signal(SIGTTIN, SIG_IGN);
  atexit(terminal_close);
  write_all(screen_on, sizeof screen_on - 1);
  return true;
}

void terminal_draw(const char *text, size_t size)
{
  const ssize_t written = write(screen >= 0 ? screen : STDOUT_FILENO, text, size);
  (void)written; /* the next one shows what this one could not */
}

int terminal_key(int milliseconds)
{
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  struct timespec span = {milliseconds / 1000, milliseconds % 1000 * 1000000L};
  char key = 0;

  if (!taken) {
    nanosleep(&span, NULL);
    return 0;
  }
  if (poll(&input, 1, milliseconds) > 0 && read(STDIN_FILENO, &key, 1) == 1) {
    return key;
  }
  if (input.revents & (POLLHUP | POLLERR)) {
    nanosleep(&span, NULL); /* the terminal is gone; do not spin */
  }
  return 0;
}

bool terminal_is_gone(void)
{
  return !isatty(STDIN_FILENO) && errno == EIO;
}

int terminal_width(void)
{
  struct winsize size;
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

bool terminal_colour(void)
{
  const char *no = getenv("NO_COLOR");
  return no == NULL || no[0] == '\0';
}
