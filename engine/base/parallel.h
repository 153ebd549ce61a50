/* SPDX-License-Identifier: MIT */
/* One piece of work on several threads, the caller's among them. */
#ifndef EMEND_PARALLEL_H
#define EMEND_PARALLEL_H

enum { PARALLEL_MAX = 64 };

/* Call work(user, index) for index 0 .. count - 1, `count` at most PARALLEL_MAX, each on a thread of its own
 * (fewer if the system has no more to give: the caller then does those too), and return when all are done. */
void parallel_run(int count, void (*work)(void *user, int index), void *user);

/* The machine's processors, at most PARALLEL_MAX. */
int parallel_processors(void);

#endif
