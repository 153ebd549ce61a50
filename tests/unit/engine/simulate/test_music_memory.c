/* SPDX-License-Identifier: MIT */
/* Each allocation fails in turn: everything says so, leaks nothing and leaves its outputs as promised.
 * The linker sends malloc, calloc and realloc of the code under test here. */
#include <stdlib.h>

#include <limits.h>
#include <string.h>

#include "cmocka_all.h"
#include "damage.h"
#include "score.h"
#include "smf.h"
#include "smf_from_notes.h"
#include "take.h"

static int until_failure = INT_MAX;

/* NOLINTBEGIN(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp): the linker's names */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *block, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *block, size_t size);

void *__wrap_malloc(size_t size)
{
  return until_failure-- == 0 ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
  return until_failure-- == 0 ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *block, size_t size)
{
  return until_failure-- == 0 ? NULL : __real_realloc(block, size);
}
/* NOLINTEND(bugprone-reserved-identifier,cert-dcl37-c,cert-dcl51-cpp) */

static struct note_list sample_notes(void)
{
  struct note_list notes = {0};
  for (int i = 0; i < 100; i++) {
    const struct note note = {.on = i * NANOS_PER_SECOND / 10,
                              .off = (i + 1) * NANOS_PER_SECOND / 10,
                              .pitch = (uint8_t)(40 + i % 40),
                              .velocity = 80};
    assert_int_equal(note_list_add(&notes, note), STATUS_OK);
  }
  return notes;
}

/* Notes to a file's bytes, back, and out again with its notes replaced. */
static enum status go_through_a_file(const struct note_list *notes)
{
  struct smf made, read, replaced;
  struct note_list again = {0};
  struct error error;
  uint8_t *data;
  size_t size;
  enum status status = smf_from_notes(notes, &made, &error);
  if (status != STATUS_OK) {
    return status;
  }
  status = smf_write(&made, &data, &size, &error);
  smf_free(&made);
  if (status != STATUS_OK) {
    return status;
  }
  status = smf_read(&read, data, size, "memory", &error);
  free(data);
  if (status != STATUS_OK) {
    return status;
  }
  status = smf_notes(&read, &again, &error);
  if (status == STATUS_OK) {
    status = smf_with_notes(&read, &again, &replaced, &error);
    smf_free(&replaced);
  } else {
    assert_int_equal(again.count, 0);
  }
  note_list_free(&again);
  smf_free(&read);
  return status;
}

static enum status go_through_damage(const struct note_list *notes)
{
  const struct corrupt_rates rates = {.bounce = 0.3, .ghost = 3, .drop_burst = 60, .off_to_on = 0.2};
  struct note_list out = {0};
  struct score score = {0};
  struct take take;
  struct rng rng;
  struct error error;
  rng_seed(&rng, 1);
  enum status status = corrupt_notes(notes, &rates, &rng, &out, &error);
  if (status != STATUS_OK) {
    assert_int_equal(out.count, 0);
  }
  if (status == STATUS_OK) {
    status = score_notes(notes, &out, NANOS_PER_SECOND / 20, &score);
    assert_true(status == STATUS_OK || score.wanted == 0);
  }
  if (status == STATUS_OK) {
    status = take_from_notes(&take, &out);
    take_free(&take);
  }
  note_list_free(&out);
  return status;
}

static void fail_each_in_turn(enum status (*work)(const struct note_list *notes))
{
  struct note_list notes = sample_notes();
  enum status status = STATUS_NO_MEMORY;
  int failures = 0;
  for (; failures < 1000 && status == STATUS_NO_MEMORY; failures++) {
    until_failure = failures;
    status = work(&notes);
    until_failure = INT_MAX;
  }
  note_list_free(&notes);
  assert_int_equal(status, STATUS_OK);
  assert_in_range(failures, 10, 999);
}

static void test_files(void **state)
{
  (void)state;
  fail_each_in_turn(go_through_a_file);
}

static void test_damage(void **state)
{
  (void)state;
  fail_each_in_turn(go_through_damage);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_files),
    cmocka_unit_test(test_damage),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
