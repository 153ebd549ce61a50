/* SPDX-License-Identifier: MIT */
/* Functions that may allocate, lock, wait or print without a system call of their own, put before the
 * C library's. Inside a section they end the process; outside they only pass on. */
#include "trap.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define TRAP_EXPORT __attribute__((visibility("default")))

/* The C library's own names: the search for the next function may itself allocate. */
void *libc_malloc(size_t size) __asm__("__libc_malloc");
void *libc_calloc(size_t count, size_t size) __asm__("__libc_calloc");
void *libc_realloc(void *old, size_t size) __asm__("__libc_realloc");
void libc_free(void *block) __asm__("__libc_free");
void *libc_memalign(size_t alignment, size_t size) __asm__("__libc_memalign");

TRAP_EXPORT void *malloc(size_t size)
{
  trap_check("malloc");
  return libc_malloc(size);
}

TRAP_EXPORT void *calloc(size_t count, size_t size)
{
  trap_check("calloc");
  return libc_calloc(count, size);
}

TRAP_EXPORT void *realloc(void *old, size_t size)
{
  trap_check("realloc");
  return libc_realloc(old, size);
}

TRAP_EXPORT void free(void *block)
{
  trap_check("free");
  libc_free(block);
}

TRAP_EXPORT void *aligned_alloc(size_t alignment, size_t size)
{
  trap_check("aligned_alloc");
  return libc_memalign(alignment, size);
}

/* Find the function that would have been called without the trap. */
static void next_function(const char *name, void *function)
{
  void *found = dlsym(RTLD_NEXT, name);
  if (found == NULL) {
    abort();
  }
  memcpy(function, &found, sizeof found);
}

/* NOLINTBEGIN(bugprone-macro-parentheses): a type and a list of parameters cannot stand in them */
#define TRAP(type, name, parameters, arguments)                                                                \
  TRAP_EXPORT type name parameters                                                                             \
  {                                                                                                            \
    type(*next) parameters = NULL;                                                                             \
    trap_check(#name);                                                                                         \
    next_function(#name, &next);                                                                               \
    return next arguments;                                                                                     \
  }
/* NOLINTEND(bugprone-macro-parentheses) */

TRAP(int, posix_memalign, (void **block, size_t alignment, size_t size), (block, alignment, size))

TRAP(int, pthread_create,
     (pthread_t * thread, const pthread_attr_t *attributes, void *(*start)(void *), void *argument),
     (thread, attributes, start, argument))
TRAP(int, pthread_join, (pthread_t thread, void **result), (thread, result))
TRAP(int, pthread_mutex_lock, (pthread_mutex_t * mutex), (mutex))
TRAP(int, pthread_mutex_trylock, (pthread_mutex_t * mutex), (mutex))
TRAP(int, pthread_mutex_unlock, (pthread_mutex_t * mutex), (mutex))
TRAP(int, pthread_rwlock_rdlock, (pthread_rwlock_t * lock), (lock))
TRAP(int, pthread_rwlock_wrlock, (pthread_rwlock_t * lock), (lock))
TRAP(int, pthread_rwlock_unlock, (pthread_rwlock_t * lock), (lock))
TRAP(int, pthread_spin_lock, (pthread_spinlock_t * lock), (lock))
TRAP(int, pthread_cond_wait, (pthread_cond_t * condition, pthread_mutex_t *mutex), (condition, mutex))
TRAP(int, pthread_cond_timedwait,
     (pthread_cond_t * condition, pthread_mutex_t *mutex, const struct timespec *until),
     (condition, mutex, until))
TRAP(int, pthread_cond_signal, (pthread_cond_t * condition), (condition))
TRAP(int, pthread_cond_broadcast, (pthread_cond_t * condition), (condition))
TRAP(int, sem_wait, (sem_t * semaphore), (semaphore))
TRAP(int, sem_timedwait, (sem_t * semaphore, const struct timespec *until), (semaphore, until))

TRAP(int, nanosleep, (const struct timespec *wanted, struct timespec *left), (wanted, left))
TRAP(int, clock_nanosleep, (clockid_t clock, int flags, const struct timespec *wanted, struct timespec *left),
     (clock, flags, wanted, left))
TRAP(int, usleep, (useconds_t microseconds), (microseconds))
TRAP(unsigned, sleep, (unsigned seconds), (seconds))

TRAP(ssize_t, read, (int file, void *bytes, size_t size), (file, bytes, size))
TRAP(ssize_t, write, (int file, const void *bytes, size_t size), (file, bytes, size))
TRAP(int, close, (int file), (file))

TRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode))
TRAP(int, fclose, (FILE * file), (file))
TRAP(int, fflush, (FILE * file), (file))
TRAP(size_t, fread, (void *bytes, size_t size, size_t count, FILE *file), (bytes, size, count, file))
TRAP(size_t, fwrite, (const void *bytes, size_t size, size_t count, FILE *file), (bytes, size, count, file))
TRAP(int, fputs, (const char *text, FILE *file), (text, file))
TRAP(int, fputc, (int character, FILE *file), (character, file))
TRAP(int, puts, (const char *text), (text))
TRAP(int, putc, (int character, FILE *file), (character, file))
TRAP(int, vfprintf, (FILE * file, const char *format, va_list arguments), (file, format, arguments))

/* Another name in this file: the C library's header may define putchar in place. */
TRAP_EXPORT int trapped_putchar(int character) __asm__("putchar");

int trapped_putchar(int character)
{
  trap_check("putchar");
  return putc(character, stdout);
}

TRAP_EXPORT int printf(const char *format, ...)
{
  trap_check("printf");
  va_list arguments;
  va_start(arguments, format);
  const int printed = vfprintf(stdout, format, arguments);
  va_end(arguments);
  return printed;
}

TRAP_EXPORT int fprintf(FILE *file, const char *format, ...)
{
  trap_check("fprintf");
  va_list arguments;
  va_start(arguments, format);
  const int printed = vfprintf(file, format, arguments);
  va_end(arguments);
  return printed;
}

TRAP_EXPORT int open(const char *path, int flags, ...)
{
  trap_check("open");
  va_list arguments;
  va_start(arguments, flags);
  const int mode = (flags & O_CREAT) != 0 ? va_arg(arguments, int) : 0;
  va_end(arguments);
  return openat(AT_FDCWD, path, flags, mode);
}
