#include "live_capture.h"

#include <stdlib.h>

#include "file.h"
#include "live_warn.h"

enum { MODEL_BYTES_MAX = 64 << 20 };

#define MEGABYTE (UINT64_C(1) << 20)

enum status live_capture_folder(const struct settings *settings, char path[DATAFILE_PATH_MAX],
                                struct error *error)
{
  if (settings->takes != NULL) {
    /* As a shell would have it, which emend.conf does not pass. */
    const bool in_home = settings->takes[0] == '~' && settings->takes[1] == '/';
    const char *home = in_home ? getenv("HOME") : "";
    if (home == NULL || (in_home && home[0] == '\0')) {
      return error_set(error, STATUS_NOT_FOUND, "no home folder for takes in '%.100s'; set HOME",
                       settings->takes);
    }
    int length = snprintf(path, DATAFILE_PATH_MAX, "%s%s", home, settings->takes + in_home);
    return length > 0 && length < DATAFILE_PATH_MAX
             ? STATUS_OK
             : error_set(error, STATUS_USAGE, "'%.100s' cannot be the folder of takes", settings->takes);
  }
  datafile_user_data("takes", path);
  return path[0] != '\0'
           ? STATUS_OK
           : error_set(error, STATUS_NOT_FOUND,
                       "no home folder to keep takes in; set HOME, or name a folder with --takes");
}

uint32_t live_capture_fingerprint(const char *model_path)
{
  uint8_t *data = NULL;
  size_t size = 0;
  struct error error;

  if (file_read(model_path, MODEL_BYTES_MAX, &data, &size, &error) != STATUS_OK) {
    return 0;
  }
  uint32_t fingerprint = journal_crc(0, data, size);
  free(data);
  return fingerprint;
}

struct capture *live_capture_start(const struct settings *settings, const struct session *session,
                                   bool keyboard, FILE *out)
{
  char folder[DATAFILE_PATH_MAX];
  struct capture *capture = NULL;
  struct error error = {STATUS_OK, ""};

  if (settings->no_capture || !settings->capture || !(keyboard || settings->capture_given)) {
    return NULL;
  }
  enum status status = live_capture_folder(settings, folder, &error);
  if (status == STATUS_OK) {
    const struct capture_options options = {
      .folder = folder,
      .make_private = settings->takes == NULL,
      .pause = settings->take_pause,
      .limit = (uint64_t)settings->capture_limit_mb * MEGABYTE,
      .preset = session->preset.name,
      .model = session->fingerprint,
    };
    status = capture_open(&capture, &options, session->live, &error);
  }
  if (status == STATUS_OK) {
    live_tell(out, "Takes are captured in %s.", folder);
  } else {
    live_warn("nothing is captured: %s", error.text);
  }
  return capture;
}

void live_capture_stop(struct capture *capture, FILE *out)
{
  char line[CAPTURE_LINE];
  enum capture_state state = capture_poll(capture, line);

  for (; line[0] != '\0'; state = capture_poll(capture, line)) {
    if (state == CAPTURE_STOPPED) {
      live_warn("%s", line);
    } else {
      live_tell(out, "%s", line);
    }
  }
  capture_close(capture);
}
