#include "capture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "capture_state.h"

enum { PARTS = 4 }; /* at least so many files fit into the limit */

/* With those above it, each for its owner alone. */
enum status capture_make_folder(const struct capture *capture, struct error *error)
{
  const char *path = capture->folder;
  char part[DATAFILE_PATH_MAX];
  size_t length = strlen(path);
  struct stat about;
  bool made = false;

  for (size_t i = 1; i <= length; i++) {
    if (path[i] == '/' || path[i] == '\0') {
      memcpy(part, path, i);
      part[i] = '\0';
      /* Whatever the umask takes away, the owner needs. */
      made = mkdir(part, S_IRWXU) == 0;
      if (made && chmod(part, S_IRWXU) != 0) {
        break;
      }
    }
  }
  if (stat(path, &about) == 0 && S_ISDIR(about.st_mode) &&
      (made || !capture->make_private || chmod(path, S_IRWXU) == 0) && access(path, W_OK | X_OK) == 0) {
    return STATUS_OK;
  }
  return error_set(error, STATUS_IO,
                   "takes cannot be kept in %.300s: %s; name another folder or use --no-capture", path,
                   errno == EEXIST ? "it is no folder" : strerror(errno));
}

static enum status init(struct capture *capture, const struct capture_options *options, struct error *error)
{
  capture->file.fd = -1;
  capture->pause = (nanos)(options->pause * (double)NANOS_PER_SECOND);
  capture->limit = options->limit;
  capture->make_private = options->make_private;
  capture->take_max = options->limit / PARTS < CAPTURE_TAKE_MAX ? options->limit / PARTS : CAPTURE_TAKE_MAX;
  if (capture->take_max < CAPTURE_TAKE_MIN) {
    return error_set(error, STATUS_USAGE, "a limit of %llu bytes for all takes is too small",
                     (unsigned long long)options->limit);
  }
  if (options->folder[0] == '\0' || strlen(options->folder) >= sizeof capture->folder - JOURNAL_NAME_MAX) {
    return error_set(error, STATUS_USAGE, "'%.100s' cannot be the folder of takes", options->folder);
  }
  snprintf(capture->folder, sizeof capture->folder, "%s", options->folder);
  snprintf(capture->settings.preset, sizeof capture->settings.preset, "%s", options->preset);
  capture->settings.model = options->model;
  capture->settings.mode = (uint8_t)live_current_mode(capture->live);
  capture->settings.strength = live_current_strength(capture->live);
  capture->settings.look_ahead = live_current_look_ahead(capture->live);
  if (ring_init(&capture->requests, CAPTURE_RING) != STATUS_OK ||
      ring_init(&capture->news, CAPTURE_RING) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "no memory to capture takes");
  }
  return capture_make_folder(capture, error);
}

static void release(struct capture *capture)
{
  ring_free(&capture->requests);
  ring_free(&capture->news);
  free(capture);
}

enum status capture_open(struct capture **capture, const struct capture_options *options,
                         const struct live *live, struct error *error)
{
  struct capture *made = calloc(1, sizeof *made);

  *capture = NULL;
  if (made == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "no memory to capture takes");
  }
  made->live = live;
  enum status status = init(made, options, error);
  if (status != STATUS_OK) {
    release(made);
    return status;
  }
  *capture = made;
  return STATUS_OK;
}

void capture_close(struct capture *capture)
{
  if (capture != NULL) {
    capture_flush(capture, capture->newest_at);
    capture_end(capture, JOURNAL_QUIT);
    release(capture);
  }
}

void capture_take(const struct capture *capture, char path[DATAFILE_PATH_MAX])
{
  const bool refused = capture->in_take && !capture->writing;

  snprintf(path, DATAFILE_PATH_MAX, "%s", refused ? "" : capture->file.path);
}

bool capture_label(struct capture *capture, enum capture_label label)
{
  int value = (int)label;
  return capture == NULL || ring_write(&capture->requests, REQUEST_LABEL, &value, sizeof value);
}

bool capture_port(struct capture *capture, bool connected)
{
  int value = connected;
  return capture == NULL || ring_write(&capture->requests, REQUEST_PORT, &value, sizeof value);
}

enum capture_state capture_poll(struct capture *capture, char line[CAPTURE_LINE])
{
  struct ring_header header;

  line[0] = '\0';
  if (capture == NULL) {
    return CAPTURE_IDLE;
  }
  (void)ring_read(&capture->news, &header, line, CAPTURE_LINE);
  return (enum capture_state)atomic_load_explicit(&capture->state, memory_order_relaxed);
}
