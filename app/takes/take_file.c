/* SPDX-License-Identifier: MIT */
#include "take_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { SECONDS_A_DAY = 86400 };

int32_t take_utc_offset(int64_t wall)
{
  const time_t seconds = (time_t)(wall / NANOS_PER_SECOND);
  struct tm local, utc;

  if (localtime_r(&seconds, &local) == NULL || gmtime_r(&seconds, &utc) == NULL) {
    return 0;
  }
  int days = local.tm_year == utc.tm_year ? local.tm_yday - utc.tm_yday : local.tm_year < utc.tm_year ? -1 : 1;
  return days * SECONDS_A_DAY + (local.tm_hour - utc.tm_hour) * 3600 + (local.tm_min - utc.tm_min) * 60 +
         (local.tm_sec - utc.tm_sec);
}

/* The data, and of what is about it only what finding it again needs. */
static int sync_data(int fd)
{
#if defined(_POSIX_SYNCHRONIZED_IO) && _POSIX_SYNCHRONIZED_IO > 0
  return fdatasync(fd);
#else
  return fsync(fd);
#endif
}

static enum status fail(const struct take_file *file, const char *what, struct error *error)
{
  return error_set(error, STATUS_IO, "%.300s: cannot %s: %s", file->path, what, strerror(errno));
}

/* FOLDER/2026-11-23_20-15-04+0100_7.take: the local time, how far that is ahead of UTC, the number. */
static bool lay_out_path(struct take_file *file, const char *folder, int64_t wall, uint64_t number)
{
  const time_t seconds = (time_t)(wall / NANOS_PER_SECOND);
  struct tm local;
  char stamp[40];

  if (localtime_r(&seconds, &local) == NULL ||
      strftime(stamp, sizeof stamp, "%Y-%m-%d_%H-%M-%S%z", &local) == 0) {
    return false;
  }
  int length = snprintf(file->path, sizeof file->path, "%s/%s_%llu" TAKE_ENDING, folder, stamp,
                        (unsigned long long)number);
  if (length < 0 || (size_t)length >= sizeof file->path) {
    return false;
  }
  file->name = file->path + strlen(folder) + 1;
  return true;
}

static enum status open_new(struct take_file *file, const char *folder, uint64_t number, int64_t wall,
                            struct error *error)
{
  file->fd = -1;
  errno = ENAMETOOLONG;
  if (lay_out_path(file, folder, wall, number)) {
    file->fd = open(file->path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  }
  if (file->fd < 0) {
    return fail(file, "begin a take", error);
  }
  if (fchmod(file->fd, S_IRUSR | S_IWUSR) != 0) {
    return fail(file, "make it private", error);
  }
  (void)flock(file->fd, LOCK_EX | LOCK_NB); /* tells others that it is in use; not all file systems can */
  return STATUS_OK;
}

/* The name too must survive a power cut. */
static void sync_folder(const char *folder)
{
  int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

  if (fd >= 0) {
    (void)fsync(fd); /* some file systems cannot, and need not */
    (void)close(fd);
  }
}

enum status take_file_create(struct take_file *file, const char *folder, uint64_t number,
                             const struct journal_start *start, struct error *error)
{
  const struct journal_record record = {.type = JOURNAL_START, .start = *start};

  file->size = 0;
  file->unsynced = false;
  enum status status = open_new(file, folder, number, start->wall, error);
  if (status == STATUS_OK) {
    journal_put_head(file->buffer, 0);
    file->used = JOURNAL_HEAD_SIZE + journal_put(&record, file->buffer + JOURNAL_HEAD_SIZE);
    status = take_file_flush(file, error);
  }
  if (status == STATUS_OK) {
    sync_folder(folder);
  } else if (file->fd >= 0) {
    (void)unlink(file->path);
    take_file_close(file);
  }
  return status;
}

enum status take_file_put(struct take_file *file, const struct journal_record *record, struct error *error)
{
  if (file->used + JOURNAL_RECORD_MAX > TAKE_BUFFER) {
    enum status status = take_file_flush(file, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  file->used += journal_put(record, file->buffer + file->used);
  return STATUS_OK;
}

/* How many of the buffer's first `written` bytes are whole records. */
static size_t whole_records(const struct take_file *file, size_t written)
{
  size_t at = file->size == 0 ? JOURNAL_HEAD_SIZE : 0;

  for (;;) {
    size_t size = journal_record_size(file->buffer + at, written > at ? written - at : 0);
    if (size == 0) {
      return at <= written ? at : 0;
    }
    at += size;
  }
}

enum status take_file_flush(struct take_file *file, struct error *error)
{
  size_t written = 0;

  while (written < file->used) {
    ssize_t step = write(file->fd, file->buffer + written, file->used - written);
    if (step > 0) {
      written += (size_t)step;
    } else if (step == 0 || errno != EINTR) {
      enum status status = fail(file, "write", error);
      file->size += whole_records(file, written);
      (void)ftruncate(file->fd, (off_t)file->size); /* readers can do without it */
      file->used = 0;
      return status;
    }
  }
  file->unsynced = file->unsynced || file->used > 0;
  file->size += file->used;
  file->used = 0;
  return STATUS_OK;
}

enum status take_file_sync(struct take_file *file, struct error *error)
{
  if (!file->unsynced) {
    return STATUS_OK;
  }
  file->unsynced = false;
  struct stat about;
  if (fstat(file->fd, &about) == 0 && about.st_nlink == 0) {
    return error_set(error, STATUS_IO, "%.300s was removed while it was written", file->path);
  }
  /* Where there is nothing to wait for, as on a pipe, the system says EINVAL. */
  return sync_data(file->fd) == 0 || errno == EINVAL || errno == EINTR ? STATUS_OK : fail(file, "save", error);
}

void take_file_close(struct take_file *file)
{
  if (file->fd >= 0) {
    (void)close(file->fd); /* what was written is synced before, or has failed */
  }
  file->fd = -1;
}

enum status take_file_mark(const char *path, enum journal_flag flag, struct error *error)
{
  uint8_t head[JOURNAL_HEAD_SIZE];
  int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  bool done = false;

  if (fd >= 0 && pread(fd, head, sizeof head, 0) == (ssize_t)sizeof head) {
    journal_put_head(head, journal_flags(head, sizeof head) | (uint32_t)flag);
    done = pwrite(fd, head + JOURNAL_FLAGS_AT, 1, JOURNAL_FLAGS_AT) == 1 && sync_data(fd) == 0;
  }
  enum status status =
    done ? STATUS_OK : error_set(error, STATUS_IO, "%.300s: cannot mark it: %s", path, strerror(errno));
  if (fd >= 0) {
    (void)close(fd);
  }
  return status;
}

bool take_file_ended(const char *path)
{
  uint8_t tail[JOURNAL_RECORD_MAX];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  const off_t size = fd >= 0 ? lseek(fd, 0, SEEK_END) : 0;
  const off_t from = size > JOURNAL_RECORD_MAX ? size - JOURNAL_RECORD_MAX : 0;
  const ssize_t got = fd >= 0 ? pread(fd, tail, sizeof tail, from) : 0;

  if (fd >= 0) {
    (void)close(fd);
  }
  return got > 0 && journal_tail_ends(tail, (size_t)got);
}

bool take_file_busy(const char *path)
{
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  bool busy = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;

  if (fd >= 0) {
    (void)close(fd);
  }
  return busy;
}
