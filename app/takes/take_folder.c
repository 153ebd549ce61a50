/* SPDX-License-Identifier: MIT */
#include "take_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "file.h"
#include "take_file.h"

enum { TAKE_BYTES_MAX = 64 << 20, OFFSET = 5, NUMBERS_TEXT = 80, LOCK_TRIES = 50 };

static int by_number(const void *left, const void *right)
{
  const struct take_entry *a = left, *b = right;
  return a->number == b->number ? strcmp(a->name, b->name) : (a->number > b->number) - (a->number < b->number);
}

/* What follows the offset from UTC: 2026-11-23_20-15-04+0100_7.take is number 7. */
static uint64_t number_of(const char *name)
{
  const char *bar = strrchr(name, '_');
  char *end;

  if (bar == NULL || bar - name < OFFSET || strchr("+-", bar[-OFFSET]) == NULL ||
      strspn(bar - OFFSET + 1, "0123456789") != OFFSET - 1 || strspn(bar + 1, "0123456789") == 0) {
    return 0;
  }
  errno = 0;
  const unsigned long long number = strtoull(bar + 1, &end, 10);
  return errno == 0 && strcmp(end, TAKE_ENDING) == 0 ? number : 0;
}

bool take_folder_path(const char *folder, const char *name, char path[DATAFILE_PATH_MAX])
{
  int length = snprintf(path, DATAFILE_PATH_MAX, "%s/%s", folder, name);
  return length > 0 && length < DATAFILE_PATH_MAX;
}

static enum status add_take(struct take_list *takes, const char *name, const struct stat *about)
{
  struct take_entry *grown = realloc(takes->list, (takes->count + 1) * sizeof *grown);

  if (grown == NULL) {
    return STATUS_NO_MEMORY;
  }
  takes->list = grown;
  snprintf(grown[takes->count].name, sizeof grown->name, "%s", name);
  grown[takes->count].size = (uint64_t)about->st_size;
  grown[takes->count].number = number_of(name);
  takes->total += grown[takes->count++].size;
  return STATUS_OK;
}

bool take_is_name(const char *path)
{
  const size_t length = strlen(path), ending = strlen(TAKE_ENDING);
  return length > ending && strcmp(path + length - ending, TAKE_ENDING) == 0;
}

static bool is_take(const char *name)
{
  return name[0] != '.' && strlen(name) < JOURNAL_NAME_MAX && take_is_name(name);
}

enum status take_folder_list(struct take_list *takes, const char *folder, struct error *error)
{
  DIR *open = opendir(folder);
  const struct dirent *entry;
  enum status status = STATUS_OK;

  *takes = (struct take_list){.list = NULL};
  if (open == NULL) {
    return errno == ENOENT
             ? STATUS_OK
             : error_set(error, STATUS_IO, "%.300s: cannot look for takes: %s", folder, strerror(errno));
  }
  while (status == STATUS_OK && (entry = readdir(open)) != NULL) {
    char path[DATAFILE_PATH_MAX];
    struct stat about;
    if (is_take(entry->d_name) && take_folder_path(folder, entry->d_name, path) && lstat(path, &about) == 0 &&
        S_ISREG(about.st_mode)) {
      status = add_take(takes, entry->d_name, &about);
    }
  }
  (void)closedir(open);
  if (status != STATUS_OK) {
    take_list_free(takes);
    return error_set(error, status, "out of memory: cannot list the takes in %.300s", folder);
  }
  if (takes->count > 0) {
    qsort(takes->list, takes->count, sizeof *takes->list, by_number);
  }
  return STATUS_OK;
}

void take_list_free(struct take_list *takes)
{
  free(takes->list);
  *takes = (struct take_list){.list = NULL};
}

/* The take's index; -1: none, -2: several. */
static int find_name(const struct take_list *takes, const char *wanted)
{
  size_t length = strlen(wanted);
  int found = -1;

  if (strcmp(wanted, "last") == 0) {
    return (int)takes->count - 1;
  }
  for (size_t i = 0; i < takes->count; i++) {
    const char *name = takes->list[i].name;
    if (strncmp(name, wanted, length) == 0) {
      if (name[length] == '\0' || strcmp(name + length, TAKE_ENDING) == 0) {
        return (int)i;
      }
      found = found == -1 ? (int)i : -2;
    }
  }
  return found;
}

enum status take_folder_find(const struct take_list *takes, const char *folder, const char *wanted,
                             char path[DATAFILE_PATH_MAX], struct error *error)
{
  int index = strchr(wanted, '/') != NULL || wanted[0] == '\0' ? -1 : find_name(takes, wanted);

  if (index >= 0 && take_folder_path(folder, takes->list[index].name, path)) {
    return STATUS_OK;
  }
  if (index == -2) {
    return error_set(error, STATUS_USAGE, "more than one take's name begins with '%.100s'; give more of it",
                     wanted);
  }
  if (wanted[0] != '\0' && strlen(wanted) < DATAFILE_PATH_MAX && access(wanted, F_OK) == 0) {
    snprintf(path, DATAFILE_PATH_MAX, "%s", wanted);
    return STATUS_OK;
  }
  return error_set(error, STATUS_NOT_FOUND, "no take '%.100s' among the %zu in %.200s; see emend takes list",
                   wanted, takes->count, folder);
}

enum status take_load(const char *path, uint8_t **data, size_t *size, struct error *error)
{
  return file_read(path, TAKE_BYTES_MAX, data, size, error);
}

bool take_filled_path(const char *take, char path[DATAFILE_PATH_MAX])
{
  if (!take_is_name(take)) {
    return false;
  }
  const size_t size = strlen(take) - strlen(TAKE_ENDING);
  int filled = snprintf(path, DATAFILE_PATH_MAX, "%.*s-filled.mid", (int)size, take);
  return filled > 0 && filled < DATAFILE_PATH_MAX;
}

enum status take_delete(const char *path, struct error *error)
{
  char filled[DATAFILE_PATH_MAX];

  if (take_filled_path(path, filled) && unlink(filled) != 0 && errno != ENOENT) {
    return error_set(error, STATUS_IO, "%.300s: cannot be deleted: %s", filled, strerror(errno));
  }
  if (unlink(path) != 0 && errno != ENOENT) {
    return error_set(error, STATUS_IO, "%.300s: cannot be deleted: %s", path, strerror(errno));
  }
  return STATUS_OK;
}

static bool is_kept(const char *path)
{
  uint8_t head[JOURNAL_HEAD_SIZE];
  int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  ssize_t size = fd >= 0 ? read(fd, head, sizeof head) : -1;

  if (fd >= 0) {
    (void)close(fd);
  }
  return size < 0 || (journal_flags(head, (size_t)size) & JOURNAL_KEEP) != 0;
}

bool take_folder_trim(const char *folder, uint64_t limit, uint64_t first)
{
  struct take_list takes;
  struct error error;

  if (take_folder_list(&takes, folder, &error) != STATUS_OK) {
    return true; /* the take's own file will meet the same trouble, and tell */
  }
  for (size_t i = 0; i < takes.count && takes.total > limit; i++) {
    char path[DATAFILE_PATH_MAX];
    if (takes.list[i].number < first && take_folder_path(folder, takes.list[i].name, path) && !is_kept(path) &&
        !take_file_busy(path) && take_delete(path, NULL) == STATUS_OK) {
      takes.total -= takes.list[i].size;
    }
  }
  bool fits = takes.total <= limit;
  take_list_free(&takes);
  return fits;
}

static uint64_t greatest_number(const char *folder)
{
  struct take_list takes;
  uint64_t greatest = 0;

  if (take_folder_list(&takes, folder, NULL) == STATUS_OK) {
    greatest = takes.count > 0 ? takes.list[takes.count - 1].number : 0;
    take_list_free(&takes);
  }
  return greatest;
}

/* Another program may hold it for a moment. */
static void lock_briefly(int fd)
{
  for (int i = 0; i < LOCK_TRIES && flock(fd, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK; i++) {
    (void)nanosleep(&(struct timespec){.tv_nsec = NANOS_PER_MILLISECOND}, NULL);
  }
}

/* "9 7 3": three whole numbers, none greater than the one before it. False leaves `numbers` undefined. */
static bool read_numbers(const char *text, unsigned long long numbers[3])
{
  for (int i = 0; i < 3; i++) {
    char *end;
    errno = 0;
    numbers[i] = strtoull(text, &end, 10);
    if (end == text || errno != 0 || (i > 0 && numbers[i] > numbers[i - 1])) {
      return false;
    }
    text = end;
  }
  return true;
}

struct take_number take_number(const char *folder, bool session)
{
  char path[DATAFILE_PATH_MAX], text[NUMBERS_TEXT] = "";
  unsigned long long numbers[3];
  int fd = -1;

  if (take_folder_path(folder, ".number", path)) {
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, S_IRUSR | S_IWUSR);
  }
  if (fd >= 0) {
    lock_briefly(fd);
    const ssize_t size = read(fd, text, sizeof text - 1);
    text[size > 0 ? size : 0] = '\0';
  }
  const bool sound = read_numbers(text, numbers);
  unsigned long long last = sound ? numbers[0] : 0, this_session = sound ? numbers[1] : 0,
                     before = sound ? numbers[2] : 0;
  const uint64_t there = greatest_number(folder);
  last = (last > there ? last : there) + 1;
  if (session || this_session == 0) {
    before = this_session;
    this_session = last;
  }
  const int length = snprintf(text, sizeof text, "%llu %llu %llu\n", last, this_session, before);
  if (fd >= 0) {
    (void)(pwrite(fd, text, (size_t)length, 0) == length && ftruncate(fd, length)); /* the takes tell as well */
    (void)close(fd);
  }
  return (struct take_number){.number = last, .first = before > 0 ? before : this_session};
}
