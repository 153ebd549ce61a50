/* SPDX-License-Identifier: MIT */
/* A player's hands, made up, and what the keyboard makes of them. */
#ifndef EMEND_BENCH_TAKE_H
#define EMEND_BENCH_TAKE_H

#include "take.h"

/* `count` random strokes, 12 a second on each of `channels`, with simulated damage. Allocates; release with
 * note_list_free. */
enum status bench_notes(int count, int channels, struct note_list *notes, struct error *error) EMEND_CHECK;
/* The same as messages; release with take_free. */
enum status bench_take(int count, int channels, struct take *take, struct error *error) EMEND_CHECK;

#endif
