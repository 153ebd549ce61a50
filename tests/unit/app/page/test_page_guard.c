/* SPDX-License-Identifier: MIT */
/* Whom the page admits. */
#include "cmocka_all.h"
#include "page_guard.h"

static const struct page_guard guard = {.token = "0123456789abcdef0123456789abcdef", .port = 7474};

#define TOKEN "/0123456789abcdef0123456789abcdef/"

static enum page_verdict check(const char *url, const char *host, const char *origin, const char *site,
                               bool changes)
{
  const struct page_request request = {
    .url = url, .host = host, .origin = origin, .fetch_site = site, .changes = changes};
  const char *rest = NULL;
  const enum page_verdict verdict = page_guard_check(&guard, &request, &rest);
  assert_true((verdict == PAGE_ADMITTED) == (rest != NULL));
  return verdict;
}

static void test_addresses_with_the_port_are_admitted(void **state)
{
  (void)state;
  static const char *const good[] = {"127.0.0.1:7474", "localhost:7474", "192.168.1.20:7474", "[::1]:7474",
                                     "[fe80::1]:7474"};
  static const char *const bad[] = {
    "evil.example:7474",
    "127.0.0.1",
    "127.0.0.1:7475",
    "127.0.0.1:74740",
    ":7474",
    "",
    "localhost.evil.example:7474",
    "[::1:7474",
    "::1:7474",
    "127.0.0.1.:7474",
    "0123456789012345678901234567890123456789012345678901234567890123456789:7474"};
  for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
    assert_int_equal(check(TOKEN, good[i], NULL, NULL, false), PAGE_ADMITTED);
  }
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert_int_equal(check(TOKEN, bad[i], NULL, NULL, false), PAGE_WRONG_HOST);
  }
  assert_int_equal(check(TOKEN, NULL, NULL, NULL, false), PAGE_WRONG_HOST);
}

static void test_every_letter_of_the_token_counts(void **state)
{
  (void)state;
  char url[] = TOKEN "do";
  assert_int_equal(check(url, "localhost:7474", NULL, NULL, false), PAGE_ADMITTED);
  for (size_t i = 0; i < sizeof TOKEN - 1; i++) {
    const char before = url[i];
    url[i] = 'x';
    assert_int_equal(check(url, "localhost:7474", NULL, NULL, false), PAGE_WRONG_TOKEN);
    url[i] = before;
  }
  assert_int_equal(check("/", "localhost:7474", NULL, NULL, false), PAGE_WRONG_TOKEN);
  assert_int_equal(check("", "localhost:7474", NULL, NULL, false), PAGE_WRONG_TOKEN);
  assert_int_equal(check("/0123456789abcdef0123456789abcdef", "localhost:7474", NULL, NULL, false),
                   PAGE_WRONG_TOKEN);
}

static void test_changes_want_the_page_own_origin(void **state)
{
  (void)state;
  const char *host = "127.0.0.1:7474", *own = "http://127.0.0.1:7474";
  assert_int_equal(check(TOKEN "do", host, own, "same-origin", true), PAGE_ADMITTED);
  assert_int_equal(check(TOKEN "do", host, own, NULL, true), PAGE_ADMITTED);
  assert_int_equal(check(TOKEN "do", host, NULL, NULL, true), PAGE_WRONG_ORIGIN);
  assert_int_equal(check(TOKEN "do", host, "null", NULL, true), PAGE_WRONG_ORIGIN);
  assert_int_equal(check(TOKEN "do", host, "http://localhost:7474", NULL, true), PAGE_WRONG_ORIGIN);
  assert_int_equal(check(TOKEN "do", host, "http://evil.example", NULL, true), PAGE_WRONG_ORIGIN);
  assert_int_equal(check(TOKEN "do", host, own, "cross-site", true), PAGE_WRONG_ORIGIN);
  assert_int_equal(check(TOKEN "do", host, own, "none", true), PAGE_WRONG_ORIGIN);
  assert_int_equal(check(TOKEN, host, NULL, "none", false), PAGE_ADMITTED);
  assert_int_equal(check(TOKEN, host, NULL, "cross-site", false), PAGE_WRONG_ORIGIN);
  assert_int_equal(check(TOKEN, host, "http://evil.example", NULL, false), PAGE_WRONG_ORIGIN);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(test_addresses_with_the_port_are_admitted),
    cmocka_unit_test(test_every_letter_of_the_token_counts),
    cmocka_unit_test(test_changes_want_the_page_own_origin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
