/* SPDX-License-Identifier: MIT */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TEMPORARY_TRIES = 100, LINKS_MAX = 40, READ_STEP = 1 << 16 };

static enum status system_error(struct error *error, const char *verb, const char *path, int code)
{
  const char *advice = "";
  const char *what = strerror(code);
  switch (code) {
  case ENOSPC:
  case EDQUOT: advice = "; free some space and try again"; break;
  case EFBIG:
    what = "the system's limit of a file's size is reached";
    advice = "; raise it (ulimit -f) or choose another place";
    break;
  case EBADF:
    what = "it is closed";
    advice = "; name a file instead";
    break;
  case EISDIR: advice = "; name a file"; break;
  case EACCES:
  case EPERM:
  case EROFS: advice = "; choose another place or change its permissions"; break;
  case ENOTDIR:
  case ENAMETOOLONG:
  case ENOENT: advice = "; check the path"; break;
  default: break;
  }
  const enum status status = code == ENOENT ? STATUS_NOT_FOUND : STATUS_IO;
  return error_set(error, status, "cannot %s %s: %s%s", verb, path, what, advice);
}

/* Read until the end or until more than `limit` bytes have come. */
static int read_all(int fd, size_t limit, uint8_t **data, size_t *size)
{
  size_t capacity = 0;
  for (;;) {
    if (capacity - *size < READ_STEP) {
      capacity = capacity + capacity / 2 + READ_STEP;
      uint8_t *grown = realloc(*data, capacity);
      if (grown == NULL) {
        return ENOMEM;
      }
      *data = grown;
    }
    const ssize_t got = read(fd, *data + *size, capacity - *size);
    if (got < 0 && errno != EINTR) {
      return errno;
    }
    if (got == 0) {
      return 0;
    }
    *size += got > 0 ? (size_t)got : 0;
    if (*size > limit) {
      return EFBIG;
    }
  }
}

/* Only regular files: a pipe or device would keep who opens it waiting, without end. */
static enum status open_regular(const char *path, int *fd, struct error *error)
{
  struct stat about;
  *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (*fd < 0) {
    /* A socket cannot be opened at all, and says so in words of its own. */
    return errno == ENXIO
             ? error_set(error, STATUS_IO, "cannot read %s: it is no regular file; name a file", path)
             : system_error(error, "open", path, errno);
  }
  if (fstat(*fd, &about) != 0) {
    const int code = errno;
    close(*fd);
    return system_error(error, "read", path, code);
  }
  if (S_ISREG(about.st_mode)) {
    return STATUS_OK;
  }
  close(*fd);
  return S_ISDIR(about.st_mode)
           ? system_error(error, "read", path, EISDIR)
           : error_set(error, STATUS_IO,
                       "cannot read %s: it is no regular file; name a file, or - for standard input", path);
}

enum status file_read(const char *path, size_t limit, uint8_t **data, size_t *size, struct error *error)
{
  *data = NULL;
  *size = 0;
  if (path[0] == '\0') {
    return error_set(error, STATUS_NOT_FOUND, "cannot open a file without a name; name one");
  }
  const bool standard = strcmp(path, "-") == 0;
  const char *name = standard ? "standard input" : path;
  int fd = STDIN_FILENO;
  if (!standard) {
    const enum status status = open_regular(path, &fd, error);
    if (status != STATUS_OK) {
      return status;
    }
  }
  const int code = read_all(fd, limit, data, size);
  if (!standard) {
    close(fd);
  }
  if (code == 0) {
    return STATUS_OK;
  }
  free(*data);
  *data = NULL;
  *size = 0;
  if (code == EFBIG) {
    return error_set(error, STATUS_FORMAT, "%s is larger than %zu bytes, more than such a file can be", name,
                     limit);
  }
  if (code == ENOMEM) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot read %s", name);
  }
  return system_error(error, "read", name, code);
}

static int write_all(int fd, const uint8_t *data, size_t size)
{
  while (size > 0) {
    const ssize_t put = write(fd, data, size < SSIZE_MAX ? size : SSIZE_MAX);
    if (put < 0 && errno != EINTR) {
      return errno;
    }
    if (put > 0) {
      data += put;
      size -= (size_t)put;
    }
  }
  return 0;
}

/* Create a file of a new name beside `path`; the umask takes its part of the rights. */
static int open_temporary(const char *path, mode_t rights, char *name, size_t capacity)
{
  for (int i = 0; i < TEMPORARY_TRIES; i++) {
    const int length = snprintf(name, capacity, "%s.%ld-%d.tmp", path, (long)getpid(), i);
    if (length < 0 || (size_t)length >= capacity) {
      errno = ENAMETOOLONG;
      return -1;
    }
    const int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, rights);
    if (fd >= 0 || errno != EEXIST) {
      return fd;
    }
  }
  return -1;
}

/* Make the rename last. Some file systems refuse to sync a folder; the file itself is safe by then,
 * so that is no failure. */
static void sync_folder(const char *path)
{
  char folder[PATH_MAX];
  const char *slash = strrchr(path, '/');
  const size_t length = slash != NULL ? (size_t)(slash - path) : 0;
  if (length >= sizeof folder) {
    return;
  }
  memcpy(folder, path, length);
  folder[length] = '\0';
  const int fd = open(slash == NULL ? "." : length == 0 ? "/" : folder, O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    (void)fsync(fd);
    close(fd);
  }
}

/* Put what a link points to, a path of its own or one from the link's folder, into its place. */
static int follow(char path[PATH_MAX])
{
  char target[PATH_MAX];
  const ssize_t size = readlink(path, target, sizeof target);
  if (size < 0) {
    return errno;
  }
  const char *slash = strrchr(path, '/');
  const size_t folder = target[0] == '/' || slash == NULL ? 0 : (size_t)(slash - path) + 1;
  if (folder + (size_t)size >= PATH_MAX) {
    return ENAMETOOLONG;
  }
  memcpy(path + folder, target, (size_t)size);
  path[folder + (size_t)size] = '\0';
  return 0;
}

/* Where a file's bytes belong: the end of its links, whether there is a file or not. */
static int follow_links(const char *path, char end[PATH_MAX])
{
  struct stat about;
  if (strlen(path) >= PATH_MAX) {
    return ENAMETOOLONG;
  }
  memcpy(end, path, strlen(path) + 1);
  for (int i = 0; lstat(end, &about) == 0 && S_ISLNK(about.st_mode); i++) {
    const int code = i < LINKS_MAX ? follow(end) : ELOOP;
    if (code != 0) {
      return code;
    }
  }
  return 0;
}

static int write_new(int fd, const mode_t *rights, const void *data, size_t size)
{
  if (rights != NULL && fchmod(fd, *rights) != 0) {
    return errno;
  }
  const int code = write_all(fd, data, size);
  return code == 0 && fsync(fd) != 0 ? errno : code;
}

/* `rights`: the file's, whatever the umask; NULL: as the umask says. */
static enum status write_beside(const char *path, const mode_t *rights, const void *data, size_t size,
                                struct error *error)
{
  char end[PATH_MAX];
  char name[PATH_MAX];
  int code = follow_links(path, end);
  if (code != 0) {
    return system_error(error, "write", path, code);
  }
  const int fd = open_temporary(end, rights != NULL ? *rights : 0666, name, sizeof name);
  if (fd < 0) {
    return system_error(error, "write", path, errno);
  }
  code = write_new(fd, rights, data, size);
  if (close(fd) != 0 && code == 0) {
    code = errno;
  }
  if (code == 0 && rename(name, end) != 0) {
    code = errno;
  }
  if (code != 0) {
    unlink(name);
    return system_error(error, "write", path, code);
  }
  sync_folder(end);
  return STATUS_OK;
}

/* Devices and pipes cannot be replaced by renaming. */
static enum status write_through(const char *path, const void *data, size_t size, struct error *error)
{
  const bool standard = strcmp(path, "-") == 0;
  const int fd = standard ? STDOUT_FILENO : open(path, O_WRONLY | O_CLOEXEC);
  if (fd < 0) {
    return system_error(error, "write", path, errno);
  }
  int code = write_all(fd, data, size);
  if (!standard && close(fd) != 0 && code == 0) {
    code = errno;
  }
  return code == 0 ? STATUS_OK : system_error(error, "write", standard ? "standard output" : path, code);
}

enum status file_write(const char *path, const void *data, size_t size, struct error *error)
{
  struct stat about;
  const bool exists = stat(path, &about) == 0;
  if (exists && S_ISDIR(about.st_mode)) {
    return error_set(error, STATUS_IO, "cannot write %s: it is a folder; give a file's name", path);
  }
  if (strcmp(path, "-") == 0 || (exists && !S_ISREG(about.st_mode))) {
    return write_through(path, data, size, error);
  }
  const mode_t rights = exists ? about.st_mode & 0777 : 0;
  return write_beside(path, exists ? &rights : NULL, data, size, error);
}

enum status file_write_private(const char *path, const void *data, size_t size, struct error *error)
{
  const mode_t rights = S_IRUSR | S_IWUSR;
  return write_beside(path, &rights, data, size, error);
}
