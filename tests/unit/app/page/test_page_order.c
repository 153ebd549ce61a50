/* SPDX-License-Identifier: MIT */
/* What a page may ask for. */
#include <string.h>

#include "cmocka_all.h"
#include "page_order.h"

static struct page_order order;

static enum status read_text(const char *text)
{
  struct error error = {STATUS_OK, ""};
  const enum status status = page_order_read(text, strlen(text), &order, &error);
  assert_true((status == STATUS_OK) == (error.text[0] == '\0'));
  return status;
}

static void test_orders_are_read(void **state)
{
  (void)state;
  assert_int_equal(read_text("{\"do\":\"strength\",\"value\":0.25}"), STATUS_OK);
  assert_int_equal(order.what, PAGE_DO_STRENGTH);
  assert_true(order.value > 0.249 && order.value < 0.251);
  assert_int_equal(read_text("{\"do\":\"mode\",\"value\":2}"), STATUS_OK);
  assert_int_equal(order.what, PAGE_DO_MODE);
  assert_int_equal(read_text("{\"do\":\"look-ahead\",\"value\":200}"), STATUS_OK);
  assert_int_equal(read_text("{\"do\":\"panic\"}"), STATUS_OK);
  assert_int_equal(order.what, PAGE_DO_PANIC);
  assert_int_equal(read_text("{\"do\":\"preset\",\"name\":\"pop\"}"), STATUS_OK);
  assert_string_equal(order.name, "pop");
  assert_int_equal(read_text("{\"do\":\"answer\",\"note\":12,\"meant\":true}"), STATUS_OK);
  assert_int_equal(order.note, 12);
  assert_true(order.answer.meant);
}

static void test_others_are_refused_in_words(void **state)
{
  (void)state;
  static const char *const bad[] = {
    "",
    "[]",
    "{}",
    "null",
    "{\"do\":1}",
    "{\"do\":\"quit\"}",
    "{\"do\":\"strength\"}",
    "{\"do\":\"strength\",\"value\":1.01}",
    "{\"do\":\"strength\",\"value\":-0.01}",
    "{\"do\":\"strength\",\"value\":\"1\"}",
    "{\"do\":\"strength\",\"value\":1e999}",
    "{\"do\":\"mode\",\"value\":3}",
    "{\"do\":\"mode\",\"value\":1.5}",
    "{\"do\":\"look-ahead\",\"value\":201}",
    "{\"do\":\"preset\",\"name\":\"../pop\"}",
    "{\"do\":\"preset\",\"name\":\"/etc/passwd\"}",
    "{\"do\":\"preset\",\"name\":\"a\\\\b\"}",
    "{\"do\":\"preset\",\"name\":\".\"}",
    "{\"do\":\"preset\",\"name\":\"a\\u0001b\"}",
    "{\"do\":\"preset\",\"name\":\"a\\u0000b\"}",
    "{\"do\":\"preset\",\"name\":\"\"}",
    "{\"do\":\"answer\",\"note\":-1,\"meant\":true}",
    "{\"do\":\"answer\",\"note\":1.5,\"meant\":true}",
    "{\"do\":\"answer\",\"note\":1,\"meant\":1}",
    "{\"do\":\"panic\",\"do\":\"undo\"}",
    "{\"do\":\"panic\"} {}",
  };
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    if (read_text(bad[i]) != STATUS_FORMAT) {
      fail_msg("taken: %s", bad[i]);
    }
  }
}

static void test_a_long_body_is_refused(void **state)
{
  (void)state;
  char text[PAGE_BODY_MAX + 64];
  struct error error;
  memset(text, ' ', sizeof text);
  memcpy(text, "{\"do\":\"panic\"}", 14);
  assert_int_equal(page_order_read(text, PAGE_BODY_MAX, &order, &error), STATUS_OK);
  assert_int_equal(page_order_read(text, PAGE_BODY_MAX + 1, &order, &error), STATUS_FORMAT);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_orders_are_read),
    cmocka_unit_test(test_others_are_refused_in_words),
    cmocka_unit_test(test_a_long_body_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
