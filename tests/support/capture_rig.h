/* SPDX-License-Identifier: MIT */
/* A capture over a live engine with a fake model, in a folder of its own, and shorthand for what tests do. */
#ifndef EMEND_CAPTURE_RIG_H
#define EMEND_CAPTURE_RIG_H

#include "capture.h"
#include "fake_predictor.h"
#include "folder.h"
#include "recording_port.h"
#include "take_folder.h"

#define MS NANOS_PER_MILLISECOND
#define SECOND NANOS_PER_SECOND
#define CAPTURE_TEST(name) cmocka_unit_test_setup_teardown(name, rig_set_up, rig_tear_down)

enum { MEGABYTE = 1 << 20 };

struct capture_rig {
  struct folder folder;
  struct live *live;
  struct capture *capture;
  struct fake_predictor fake;
  struct recording_port port;
  struct take_list takes;
};

extern struct capture_rig capture_rig;

/* cmocka's. */
int rig_set_up(void **state);
int rig_tear_down(void **state);

/* A pause of 20 s parts takes, which may have `limit` bytes in all. */
void capture_rig_open(uint64_t limit);
/* One short message as the engine records it, drained at once. */
void capture_rig_event(nanos time, bool sent, unsigned status, unsigned first, unsigned second);
/* A stroke of 100 ms, received and sent. */
void capture_rig_stroke(nanos time);
/* List the takes anew; with capture_rig_finish after closing the capture. */
void capture_rig_list(void);
void capture_rig_finish(void);
/* What is in a take, by its place in the list. */
struct journal_summary capture_rig_summary(size_t index);
struct note_list capture_rig_notes(size_t index, enum journal_stream stream);
/* The take's path; good until the next call. */
const char *capture_rig_path(size_t index);

#endif
