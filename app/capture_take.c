/* A take's beginning, its records and its end; what happens when the disk refuses. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "capture_state.h"

void capture_say(struct capture *capture, const char *format, ...)
{
  char line[CAPTURE_LINE];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  (void)ring_write(&capture->news, 1, line, (uint32_t)strlen(line) + 1); /* without room nobody is listening */
}

static void show(struct capture *capture, enum capture_state state)
{
  atomic_store_explicit(&capture->state, (int)state, memory_order_relaxed);
}

static void stop(struct capture *capture, const struct error *error)
{
  take_file_close(&capture->file);
  capture->writing = false;
  show(capture, CAPTURE_STOPPED);
  capture_say(capture, "capture stopped until the next take: %.160s", error->text);
}

static int64_t wall_now(void)
{
  struct timespec now;

  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * NANOS_PER_SECOND + now.tv_nsec;
}

static void make_room(struct capture *capture)
{
  bool fits = take_folder_trim(capture->folder, capture->limit - capture->take_max);

  if (!fits && !capture->full_told) {
    capture_say(capture, "takes marked good fill capture_limit_mb; raise it, or delete some: emend takes list");
  }
  capture->full_told = !fits;
}

void capture_begin(struct capture *capture, nanos time, bool continues)
{
  struct error error = {STATUS_OK, ""};
  const int64_t wall = wall_now();
  const struct journal_start start = {
    .wall = wall, .utc_offset = take_utc_offset(wall), .continues = continues, .settings = capture->settings};

  make_room(capture);
  capture->in_take = true;
  capture->struck = continues;
  capture->origin = time;
  capture->last_note = time;
  capture->last_note_at = capture->newest_at;
  capture->removed_count = 0;
  capture->writing = capture_make_folder(capture, &error) == STATUS_OK &&
                     take_file_create(&capture->file, capture->folder, &start, &error) == STATUS_OK;
  if (capture->writing) {
    show(capture, CAPTURE_RECORDING);
  } else {
    stop(capture, &error);
  }
}

void capture_put(struct capture *capture, struct journal_record record)
{
  struct error error = {STATUS_OK, ""};

  record.time -= capture->origin;
  if (capture->writing && take_file_put(&capture->file, &record, &error) != STATUS_OK) {
    stop(capture, &error);
  }
}

void capture_write(struct capture *capture, bool sync)
{
  struct error error = {STATUS_OK, ""};

  if (!capture->writing) {
    return;
  }
  enum status status = take_file_flush(&capture->file, &error);
  if (status == STATUS_OK && sync) {
    status = take_file_sync(&capture->file, &error);
  }
  if (status != STATUS_OK) {
    stop(capture, &error);
  }
}

void capture_end(struct capture *capture, enum journal_end why)
{
  if (!capture->in_take) {
    return;
  }
  capture_put(capture, (struct journal_record){.type = JOURNAL_END, .time = capture->newest, .end = why});
  capture_write(capture, true);
  if (capture->writing && !capture->struck) {
    (void)unlink(capture->file.path); /* at worst it stays */
    capture->file.path[0] = '\0';
  }
  take_file_close(&capture->file);
  capture->in_take = false;
  capture->writing = false;
  show(capture, CAPTURE_IDLE);
}
