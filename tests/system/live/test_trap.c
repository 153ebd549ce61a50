/* SPDX-License-Identifier: MIT */
/* The trap itself: it ends whatever the live thread must not do and lets the rest pass. Run with the
 * trap preloaded. Each act runs in a child of its own, which the trap may end. */

#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "trap.h"

static void *volatile block; /* volatile: the compiler may not drop an allocation */
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t semaphore;
static volatile double sink;

static void act_malloc(void)
{
  block = malloc(16);
}

static void act_free(void)
{
  free(block);
}

static void act_calloc(void)
{
  block = calloc(2, 16);
}

static void act_realloc(void)
{
  block = realloc(block, 64);
}

static void act_lock(void)
{
  pthread_mutex_lock(&mutex);
}

static void act_write(void)
{
  if (write(STDOUT_FILENO, "x", 1) != 1) {
    abort();
  }
}

static void act_nanosleep(void)
{
  const struct timespec moment = {.tv_nsec = 1};
  nanosleep(&moment, NULL);
}

static void act_fopen(void)
{
  block = fopen("/dev/null", "r");
}

static void act_printf(void)
{
  printf("%f", sink);
}

static void act_wait(void)
{
  sem_wait(&semaphore);
}

/* No function of the trap's: only the kernel's dispatch sees it. */
static void act_priority(void)
{
  setpriority(PRIO_PROCESS, 0, 0);
}

static void act_clean(void)
{
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now); /* a true system call, unlike the one above */
  sink = sqrt((double)now.tv_nsec) + log1p(sink);
  char bytes[256];
  memset(bytes, now.tv_nsec & 1 ? 'a' : 'b', sizeof bytes);
  sink += bytes[255];
  sem_post(&semaphore);
}

struct act {
  void (*run)(void);
  const char *name; /* that the trap must give; NULL: it must pass */
  bool needs_dispatch;
};

static void run_child(const struct act *act, int output)
{
  const struct rlimit no_core = {0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  dup2(output, STDERR_FILENO);
  block = malloc(16);
  LIVE_ENTER();
  act->run();
  LIVE_LEAVE();
  free(malloc(16)); /* free again to do as it likes */
  _exit(0);
}

/* Fill `text` with what the child says; returns how it ended, as waitpid has it. */
static int run_act(const struct act *act, char *text, size_t capacity)
{
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  fflush(NULL);
  const pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    run_child(act, ends[1]);
  }
  close(ends[1]);
  size_t size = 0;
  ssize_t got = 0;
  while (size + 1 < capacity && (got = read(ends[0], text + size, capacity - 1 - size)) > 0) {
    size += (size_t)got;
  }
  text[size] = '\0';
  close(ends[0]);
  int state = 0;
  assert_int_equal(waitpid(child, &state, 0), child);
  return state;
}

static void test_act(void **state)
{
  const struct act *act = *state;
  if (act->needs_dispatch && !emend_trap_sees_system_calls()) {
    print_message("this kernel has no syscall user dispatch\n");
    skip();
  }
  char text[4096];
  const int ended = run_act(act, text, sizeof text);
  if (act->name == NULL) {
    assert_string_equal(text, "");
    assert_true(WIFEXITED(ended) && WEXITSTATUS(ended) == 0);
    return;
  }
  char wanted[128];
  snprintf(wanted, sizeof wanted, "trap: %s called inside the live section\n", act->name);
  assert_non_null(strstr(text, wanted));
  assert_true(WIFSIGNALED(ended) && WTERMSIG(ended) == SIGABRT);
}

static void *allocate_elsewhere(void *done)
{
  for (int i = 0; i < 1000; i++) {
    block = malloc(64);
    free(block);
  }
  atomic_store((atomic_bool *)done, true);
  return NULL;
}

/* The section is the calling thread's: others do as they like meanwhile. */
static void test_other_threads_are_free(void **state)
{
  (void)state;
  atomic_bool done = false;
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, allocate_elsewhere, &done), 0);
  LIVE_ENTER();
  while (!atomic_load(&done)) {
  }
  LIVE_LEAVE();
  assert_int_equal(pthread_join(thread, NULL), 0);
}

int main(void)
{
  if (emend_trap_enter == NULL) {
    fprintf(stderr, "test_trap: run me with LD_PRELOAD=libemend_trap.so\n");
    return 1;
  }
  static struct act acts[] = {
    {act_malloc, "malloc", false},           {act_free, "free", false},
    {act_calloc, "calloc", false},           {act_realloc, "realloc", false},
    {act_lock, "pthread_mutex_lock", false}, {act_write, "write", false},
    {act_nanosleep, "nanosleep", false},     {act_fopen, "fopen", false},
    {act_printf, "printf", false},           {act_wait, "sem_wait", false},
    {act_priority, "system call 141", true}, {act_clean, NULL, false},
  };
  static const char *const names[] = {"malloc",    "free",  "calloc", "realloc",  "lock",        "write",
                                      "nanosleep", "fopen", "printf", "sem_wait", "system call", "clean code"};
  enum { ACTS = sizeof acts / sizeof acts[0] };
  struct CMUnitTest tests[ACTS + 1] = {cmocka_unit_test(test_other_threads_are_free)};
  for (size_t i = 0; i < ACTS; i++) {
    tests[i + 1] = (struct CMUnitTest){names[i], test_act, NULL, NULL, &acts[i]};
  }
  sem_init(&semaphore, 0, 0);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
