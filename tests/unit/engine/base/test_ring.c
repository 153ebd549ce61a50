/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include <pthread.h>
#include <sched.h>
#include <string.h>

#include "cmocka_all.h"
#include "ring.h"
#include "rng.h"

enum { MESSAGES = 100000, PAYLOAD_MAX = 97 };
static const uint64_t seed = 49;

static struct ring new_ring(uint32_t capacity)
{
  struct ring ring;
  assert_int_equal(ring_init(&ring, capacity), STATUS_OK);
  return ring;
}

static void test_capacity_is_a_power_of_two(void **state)
{
  (void)state;
  struct ring ring = new_ring(1000);
  assert_int_equal(ring.mask, 1023);
  ring_free(&ring);
  assert_int_equal(ring_init(&ring, UINT32_MAX), STATUS_USAGE);
}

static void test_messages_come_out_as_they_went_in(void **state)
{
  (void)state;
  struct ring ring = new_ring(64);
  struct ring_header header;
  char text[16];
  assert_false(ring_read(&ring, &header, text, sizeof text));
  for (int i = 0; i < 100; i++) { /* many times around */
    assert_true(ring_write(&ring, 3, "seven", 6));
    assert_true(ring_write(&ring, 4, NULL, 0));
    assert_true(ring_read(&ring, &header, text, sizeof text));
    assert_int_equal(header.type, 3);
    assert_int_equal(header.size, 6);
    assert_string_equal(text, "seven");
    assert_true(ring_read(&ring, &header, NULL, 0));
    assert_int_equal(header.type, 4);
    assert_int_equal(header.size, 0);
    assert_false(ring_read(&ring, &header, text, sizeof text));
  }
  ring_free(&ring);
}

static void test_full_ring_refuses_and_keeps(void **state)
{
  (void)state;
  struct ring ring = new_ring(64);
  struct ring_header header;
  uint8_t payload[64] = {0};
  assert_false(ring_write(&ring, 1, payload, 57));
  assert_false(ring_write(&ring, 1, payload, UINT32_MAX));
  assert_true(ring_write(&ring, 1, payload, 56)); /* to the last byte */
  assert_false(ring_write(&ring, 2, payload, 0));
  assert_true(ring_read(&ring, &header, payload, sizeof payload));
  assert_int_equal(header.size, 56);
  assert_true(ring_write(&ring, 2, payload, 0));
  ring_free(&ring);
}

static void test_long_payload_is_skipped(void **state)
{
  (void)state;
  struct ring ring = new_ring(128);
  struct ring_header header;
  uint8_t payload[32] = {0};
  assert_true(ring_write(&ring, 5, payload, 32));
  assert_true(ring_write(&ring, 6, payload, 4));
  assert_true(ring_read(&ring, &header, payload, 8));
  assert_int_equal(header.type, 5);
  assert_int_equal(header.size, 0);
  assert_true(ring_read(&ring, &header, payload, 8));
  assert_int_equal(header.type, 6);
  assert_int_equal(header.size, 4);
  ring_free(&ring);
}

static uint32_t fill(struct rng *rng, uint32_t type, uint8_t *payload)
{
  uint32_t size = rng_below(rng, PAYLOAD_MAX + 1);
  memset(payload, (int)((type * 31 + size) & 0xFF), size);
  return size;
}

static void *write_all(void *argument)
{
  struct ring *ring = argument;
  struct rng rng;
  uint8_t payload[PAYLOAD_MAX];
  rng_seed(&rng, seed);
  for (uint32_t type = 0; type < MESSAGES; type++) {
    uint32_t size = fill(&rng, type, payload);
    while (!ring_write(ring, type, payload, size)) {
      sched_yield();
    }
  }
  return NULL;
}

static void test_two_threads(void **state)
{
  (void)state;
  print_message("seed %llu\n", (unsigned long long)seed);
  struct ring ring = new_ring(512);
  /* Begin shortly before the indices overflow. */
  atomic_store(&ring.write_index, UINT32_MAX - 1000);
  atomic_store(&ring.read_index, UINT32_MAX - 1000);
  pthread_t writer;
  assert_int_equal(pthread_create(&writer, NULL, write_all, &ring), 0);
  struct rng rng;
  rng_seed(&rng, seed);
  for (uint32_t type = 0; type < MESSAGES; type++) {
    struct ring_header header;
    uint8_t wanted[PAYLOAD_MAX], got[PAYLOAD_MAX];
    uint32_t size = fill(&rng, type, wanted);
    while (!ring_read(&ring, &header, got, sizeof got)) {
      sched_yield();
    }
    assert_int_equal(header.type, type);
    assert_int_equal(header.size, size);
    assert_memory_equal(got, wanted, size);
  }
  assert_int_equal(pthread_join(writer, NULL), 0);
  ring_free(&ring);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_capacity_is_a_power_of_two),
    cmocka_unit_test(test_messages_come_out_as_they_went_in),
    cmocka_unit_test(test_full_ring_refuses_and_keeps),
    cmocka_unit_test(test_long_payload_is_skipped),
    cmocka_unit_test(test_two_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
