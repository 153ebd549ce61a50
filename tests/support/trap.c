/* SPDX-License-Identifier: MIT */
#include "trap.h"

#include <execinfo.h>
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define TRAP_THREAD static _Thread_local __attribute__((tls_model("initial-exec")))

TRAP_THREAD int depth;                       /* of nested sections */
TRAP_THREAD volatile unsigned char selector; /* read by the kernel at every system call */
TRAP_THREAD bool armed;                      /* the kernel knows this thread's selector */

enum { SELECTOR_PASS = 0, SELECTOR_STOP = 1 };

static void say(const char *text)
{
  const ssize_t written = write(STDERR_FILENO, text, strlen(text));
  (void)written; /* there is nowhere left to complain */
}

static _Noreturn void refuse(const char *kind, const char *name)
{
  depth = 0;
  selector = SELECTOR_PASS;
  say("trap: ");
  say(kind);
  say(name);
  say(" called inside the live section\n");
  void *frames[32];
  backtrace_symbols_fd(frames, backtrace(frames, sizeof frames / sizeof frames[0]), STDERR_FILENO);
  abort();
}

void trap_check(const char *name)
{
  if (depth > 0) {
    refuse("", name);
  }
}

#if defined(__x86_64__) && defined(PR_SET_SYSCALL_USER_DISPATCH)

/* The only code whose system calls the kernel lets through while the selector says stop: a plain
 * call, and the return from the signal handler. The kernel looks at the address after the
 * instruction, hence the last one. */
__asm__(".pushsection .text\n"
        "trap_gate:\n"
        "trap_call:\n"
        "  mov %rdi, %rax\n"
        "  mov %rsi, %rdi\n"
        "  mov %rdx, %rsi\n"
        "  mov %rcx, %rdx\n"
        "  mov %r8, %r10\n"
        "  mov %r9, %r8\n"
        "  mov 8(%rsp), %r9\n"
        "  syscall\n"
        "  ret\n"
        "trap_return:\n"
        "  mov $15, %eax\n"
        "  syscall\n"
        "  ud2\n"
        "trap_gate_end:\n"
        ".popsection\n");

__attribute__((visibility("hidden"))) extern const char trap_gate[], trap_gate_end[];
__attribute__((visibility("hidden"))) void trap_return(void);
__attribute__((visibility("hidden"))) long trap_call(long number, long a, long b, long c, long d, long e,
                                                     long f);

/* What the kernel takes; the C library's own sigaction would put its own return there. */
struct kernel_action {
  void (*handler)(int, siginfo_t *, void *);
  unsigned long flags;
  void (*restorer)(void);
  uint64_t mask;
};

enum { KERNEL_RESTORER = 0x04000000 };

static bool is_allowed(long number, long second)
{
  switch (number) {
  case SYS_clock_gettime:
  case SYS_clock_getres:
  case SYS_gettimeofday:
  case SYS_time: return true;
  case SYS_futex: return (second & FUTEX_CMD_MASK) == FUTEX_WAKE;
  default: return false;
  }
}

static const char *call_name(long number, char digits[24])
{
  static const struct {
    long number;
    const char *name;
  } known[] = {
    {SYS_read, "read"},
    {SYS_write, "write"},
    {SYS_open, "open"},
    {SYS_openat, "openat"},
    {SYS_close, "close"},
    {SYS_poll, "poll"},
    {SYS_ioctl, "ioctl"},
    {SYS_mmap, "mmap"},
    {SYS_munmap, "munmap"},
    {SYS_brk, "brk"},
    {SYS_madvise, "madvise"},
    {SYS_fsync, "fsync"},
    {SYS_futex, "futex wait"},
    {SYS_nanosleep, "nanosleep"},
    {SYS_clock_nanosleep, "clock_nanosleep"},
    {SYS_sched_yield, "sched_yield"},
    {SYS_sendto, "sendto"},
    {SYS_recvfrom, "recvfrom"},
    {SYS_gettid, "gettid"},
  };
  for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
    if (known[i].number == number) {
      return known[i].name;
    }
  }
  char *digit = digits + 23;
  *digit = '\0';
  do {
    *--digit = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  return digit;
}

/* Runs on the live thread, in place of the system call. */
static void on_system_call(int signal, siginfo_t *info, void *context)
{
  (void)signal;
  (void)info;
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const long number = (long)registers[REG_RAX];
  if (!is_allowed(number, (long)registers[REG_RSI])) {
    char digits[24];
    refuse("system call ", call_name(number, digits));
  }
  registers[REG_RAX] =
    trap_call(number, (long)registers[REG_RDI], (long)registers[REG_RSI], (long)registers[REG_RDX],
              (long)registers[REG_R10], (long)registers[REG_R8], (long)registers[REG_R9]);
}

static bool arm_thread(void)
{
  const long size = (long)(trap_gate_end - trap_gate);
  return prctl(PR_SET_SYSCALL_USER_DISPATCH, PR_SYS_DISPATCH_ON, (unsigned long)(uintptr_t)trap_gate, size,
               &selector) == 0;
}

/* At every section: a test framework may have taken the signal for itself meanwhile. */
static void take_signal(void)
{
  const struct kernel_action action = {
    .handler = on_system_call, .flags = SA_SIGINFO | KERNEL_RESTORER, .restorer = trap_return};
  if (syscall(SYS_rt_sigaction, SIGSYS, &action, NULL, sizeof action.mask) != 0) {
    say("trap: SIGSYS cannot be caught\n");
    abort();
  }
}

/* The kernel forgets the dispatch at fork. */
static void forget_dispatch(void)
{
  armed = false;
}

__attribute__((constructor)) static void watch_forks(void)
{
  if (pthread_atfork(NULL, NULL, forget_dispatch) != 0) {
    say("trap: forks cannot be watched\n");
    abort();
  }
}

#else

static bool arm_thread(void)
{
  return false;
}

static void take_signal(void)
{
}

#endif

bool emend_trap_sees_system_calls(void)
{
  if (!armed) {
    armed = arm_thread();
  }
  return armed;
}

void emend_trap_enter(void)
{
  if (depth == 0 && emend_trap_sees_system_calls()) {
    take_signal();
    selector = SELECTOR_STOP;
  }
  depth++;
}

void emend_trap_leave(void)
{
  depth--;
  if (depth == 0) {
    selector = SELECTOR_PASS;
  }
}
