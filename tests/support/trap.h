/* SPDX-License-Identifier: MIT */
/* The trap for the live section: a library that a test preloads (LD_PRELOAD=libemend_trap.so), never
 * part of the product. Between emend_trap_enter and emend_trap_leave (LIVE_ENTER and LIVE_LEAVE of
 * engine/realtime.h) the calling thread may compute, read clocks and wake others; an allocation, a
 * lock, a sleep, stdio or any other system call ends the process with a line that names it.
 *
 * System calls are seen by the kernel's syscall user dispatch, so also those made inside the C
 * library. Where the kernel has none, only the functions of trap_functions.c are seen. */
#ifndef EMEND_TRAP_H
#define EMEND_TRAP_H

#include <stdbool.h>

#include "rt.h"

/* Whether system calls are seen themselves. NULL without the preload. Any thread. */
bool emend_trap_sees_system_calls(void) __attribute__((weak));

/* Inside the trap: end the process if this thread is in a section. `name` is what was called. */
__attribute__((visibility("hidden"))) void trap_check(const char *name);

#endif
