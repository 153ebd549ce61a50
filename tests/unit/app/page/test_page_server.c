/* SPDX-License-Identifier: MIT */
/* The page's server over its socket, as browsers and others use it. */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "page.h"
#include "rt_thread.h"

enum { ANSWER = 1 << 16, WAIT_SECONDS = 10, READERS = 50, STALLED_NOTES = 200000 };

static struct page *page;
static char host[64], token[64];

static int set_up(void **state)
{
  (void)state;
  const struct page_options options = {.address = "127.0.0.1", .port = 0};
  struct error error = {STATUS_OK, ""};
  if (page_open(&page, &options, &error) != STATUS_OK) {
    print_error("%s\n", error.text);
    return -1;
  }
  return sscanf(page_url(page), "http://%63[^/]/%63[^/]/", host, token) == 2 ? 0 : -1;
}

static int tear_down(void **state)
{
  (void)state;
  page_close(page);
  return 0;
}

static int connect_page(void)
{
  struct sockaddr_in address = {.sin_family = AF_INET};
  const struct timeval wait = {.tv_sec = WAIT_SECONDS};
  const int made = socket(AF_INET, SOCK_STREAM, 0);
  address.sin_port = htons((uint16_t)strtoul(strchr(host, ':') + 1, NULL, 10));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  assert_int_equal(setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait), 0);
  assert_int_equal(connect(made, (struct sockaddr *)&address, sizeof address), 0);
  return made;
}

static void say(int connection, const char *text)
{
  assert_int_equal(send(connection, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

/* Read until `wanted` is there, or the end. */
static bool hear(int connection, char *answer, const char *wanted)
{
  size_t used = strlen(answer);
  while (wanted == NULL || strstr(answer, wanted) == NULL) {
    const ssize_t size = recv(connection, answer + used, ANSWER - 1 - used, 0);
    if (size <= 0) {
      return wanted == NULL;
    }
    used += (size_t)size;
    answer[used] = '\0';
  }
  return true;
}

static char answer[ANSWER];

/* One request, answered whole: its status. */
static int ask(const char *method, const char *path, const char *headers, const char *body)
{
  char text[ANSWER];
  const int connection = connect_page();
  snprintf(text, sizeof text, "%s %s HTTP/1.1\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s", method,
           path, headers, strlen(body), body);
  say(connection, text);
  answer[0] = '\0';
  assert_true(hear(connection, answer, NULL));
  (void)close(connection);
  assert_memory_equal(answer, "HTTP/1.1 ", 9);
  return (int)strtol(answer + 9, NULL, 10);
}

static const char *own_headers(void)
{
  static char text[256];
  snprintf(text, sizeof text, "Host: %s\r\nOrigin: http://%s\r\n", host, host);
  return text;
}

static const char *path_of(const char *rest)
{
  static char text[128];
  snprintf(text, sizeof text, "/%s/%s", token, rest);
  return text;
}

static void test_the_page_comes_with_a_strict_policy(void **state)
{
  (void)state;
  assert_int_equal(ask("GET", path_of(""), own_headers(), ""), 200);
  assert_non_null(strstr(answer, "Content-Security-Policy: default-src 'none'; script-src 'self'"));
  assert_null(strstr(answer, "unsafe"));
  assert_non_null(strstr(answer, "<title>emend</title>"));
  assert_int_equal(ask("GET", path_of("main.js"), own_headers(), ""), 200);
  assert_int_equal(ask("HEAD", path_of(""), own_headers(), ""), 200);
}

static void test_nothing_else_is_served(void **state)
{
  (void)state;
  static const char *const paths[] = {
    "../main.js", "..%2f..%2fetc%2fpasswd", "%2e%2e/page", "/etc/passwd", "do", "main.js/", "index.html"};
  for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++) {
    assert_int_equal(ask("GET", path_of(paths[i]), own_headers(), ""), 404);
  }
  assert_int_equal(ask("GET", "/", own_headers(), ""), 403);
  assert_int_equal(ask("GET", path_of(""), "Host: evil.example\r\n", ""), 403);
  assert_int_equal(ask("DELETE", path_of("do"), own_headers(), ""), 405);
}

static void test_orders_come_to_the_control_thread(void **state)
{
  (void)state;
  struct page_order order;
  char foreign[256];
  assert_int_equal(ask("POST", path_of("do"), own_headers(), "{\"do\":\"strength\",\"value\":0.75}"), 202);
  assert_true(page_take_order(page, &order));
  assert_int_equal(order.what, PAGE_DO_STRENGTH);
  assert_int_equal(ask("POST", path_of("do"), own_headers(), "{\"do\":\"quit\"}"), 400);
  assert_int_equal(ask("POST", path_of("other"), own_headers(), "{}"), 404);
  assert_int_equal(ask("GET", path_of("do?do=panic"), own_headers(), ""), 404);
  snprintf(foreign, sizeof foreign, "Host: %s\r\n", host);
  assert_int_equal(ask("POST", path_of("do"), foreign, "{\"do\":\"panic\"}"), 403);
  snprintf(foreign, sizeof foreign, "Host: %s\r\nOrigin: http://evil.example\r\n", host);
  assert_int_equal(ask("POST", path_of("do"), foreign, "{\"do\":\"panic\"}"), 403);
  assert_int_equal(ask("POST", path_of("do"), own_headers(), "{\"do\":\"answer\",\"note\":5,\"meant\":true}"),
                   404);
  assert_false(page_take_order(page, &order));
}

static void test_bodies_are_bounded(void **state)
{
  (void)state;
  static char body[PAGE_BODY_MAX + 2];
  char text[1024];
  memset(body, ' ', sizeof body - 1);
  assert_int_equal(ask("POST", path_of("do"), own_headers(), body), 413);
  const int connection = connect_page();
  snprintf(text, sizeof text, "POST %s HTTP/1.1\r\n%sTransfer-Encoding: chunked\r\n\r\n", path_of("do"),
           own_headers());
  say(connection, text);
  for (int i = 0; i < 200; i++) { /* until it is cut off */
    char chunk[300];
    snprintf(chunk, sizeof chunk, "100\r\n%256s\r\n", "");
    (void)!send(connection, chunk, strlen(chunk), MSG_NOSIGNAL);
  }
  answer[0] = '\0';
  (void)hear(connection, answer, NULL);
  assert_null(strstr(answer, "202"));
  (void)close(connection);
}

static void tell_stroke(nanos time, unsigned pitch)
{
  const union live_record record = {.event = {.time = time, .size = 3, .bytes = {0x90, (uint8_t)pitch, 80}}};
  const struct ring_header header = {LIVE_RECORD_EVENT, sizeof record.event};
  page_tell_record(page, &header, &record);
}

static int open_events(const char *more)
{
  char text[512];
  const int connection = connect_page();
  snprintf(text, sizeof text, "GET %s HTTP/1.1\r\n%s%s\r\n", path_of("events"), own_headers(), more);
  say(connection, text);
  answer[0] = '\0';
  assert_true(hear(connection, answer, "event: hello"));
  return connection;
}

static void test_events_tell_of_notes_and_answers(void **state)
{
  (void)state;
  struct page_order order;
  const int connection = open_events("");
  tell_stroke(NANOS_PER_SECOND, 60);
  page_tell_line(page, "a line\nin two");
  page_wake(page);
  assert_true(hear(connection, answer, "[0,1000.0,null,0,60,80,3,0,0.00,0.00,0]"));
  assert_true(hear(connection, answer, "data: a line in two\n"));
  assert_int_equal(ask("POST", path_of("do"), own_headers(), "{\"do\":\"answer\",\"note\":0,\"meant\":false}"),
                   202);
  assert_true(page_take_order(page, &order));
  assert_int_equal(order.answer.time, NANOS_PER_SECOND);
  assert_int_equal(order.answer.pitch, 60);
  page_tell_answer(page, &order.answer);
  page_wake(page);
  answer[0] = '\0';
  assert_true(hear(connection, answer, "[0,1000.0,null,0,60,80,3,0,0.00,0.00,2]"));
  (void)close(connection);
}

static void test_a_reader_that_comes_back_goes_on(void **state)
{
  (void)state;
  char id[128] = "", more[256];
  int connection = open_events("");
  tell_stroke(NANOS_PER_SECOND, 60);
  page_wake(page);
  assert_true(hear(connection, answer, "[0,"));
  assert_true(hear(connection, answer, "\nid: "));
  assert_true(hear(connection, answer, "\n\n"));
  assert_int_equal(sscanf(strstr(answer, "\nid: "), "\nid: %127s", id), 1);
  (void)close(connection);
  tell_stroke(2 * NANOS_PER_SECOND, 61);
  page_wake(page);
  snprintf(more, sizeof more, "Last-Event-ID: %s\r\n", id);
  connection = open_events(more);
  assert_true(hear(connection, answer, "\"resumed\":true"));
  assert_true(hear(connection, answer, "[1,2000.0"));
  assert_null(strstr(answer, "[0,"));
  (void)close(connection);
  /* Of another server, or from the future: all anew. */
  connection = open_events("Last-Event-ID: 1-0\r\n");
  assert_true(hear(connection, answer, "\"resumed\":false"));
  assert_true(hear(connection, answer, "[0,1000.0"));
  assert_true(hear(connection, answer, "[1,2000.0"));
  (void)close(connection);
}

/* Many readers, one of whom never reads, and a request that is never finished: the others go on. */
static void test_stalled_ones_hold_nobody_up(void **state)
{
  (void)state;
  int readers[READERS];
  const int half = connect_page(), stalled = open_events("");
  say(half, "POST / HTTP/1.1\r\nHost: ");
  for (int i = 0; i < READERS; i++) {
    readers[i] = open_events("");
  }
  for (int i = 0; i < STALLED_NOTES; i++) {
    tell_stroke((nanos)i * NANOS_PER_MILLISECOND, 60);
    if (i % 1000 == 0) {
      page_wake(page);
      realtime_sleep(NANOS_PER_MILLISECOND);
    }
  }
  page_wake(page);
  for (int i = 0; i < READERS; i++) {
    answer[0] = '\0';
    assert_true(hear(readers[i], answer, "event: notes"));
    (void)close(readers[i]);
  }
  assert_int_equal(ask("GET", path_of(""), own_headers(), ""), 200);
  (void)close(half);
  (void)close(stalled);
}

static void test_a_port_in_use_is_told(void **state)
{
  (void)state;
  const struct page_options options = {.address = "127.0.0.1",
                                       .port = (int)strtol(strchr(host, ':') + 1, NULL, 10)};
  const struct page_options wrong = {.address = "nowhere.example", .port = 0};
  struct page *second = NULL;
  struct error error = {STATUS_OK, ""};
  assert_int_equal(page_open(&second, &options, &error), STATUS_IO);
  assert_non_null(strstr(error.text, "in use"));
  assert_null(second);
  assert_int_equal(page_open(&second, &wrong, &error), STATUS_USAGE);
  assert_non_null(strstr(error.text, "127.0.0.1"));
}

static void test_closing_gives_readers_the_rest(void **state)
{
  (void)state;
  const int connection = open_events(""), stalled = connect_page();
  tell_stroke(NANOS_PER_SECOND, 60);
  page_close(page);
  page = NULL;
  assert_true(hear(connection, answer, NULL));
  assert_non_null(strstr(answer, "[0,1000.0"));     /* the rest, */
  assert_non_null(strstr(answer, "\r\n0\r\n\r\n")); /* and an orderly end */
  (void)close(stalled);
  (void)close(connection);
}

#define PAGE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
  const struct CMUnitTest tests[] = {
    PAGE_TEST(test_the_page_comes_with_a_strict_policy), PAGE_TEST(test_nothing_else_is_served),
    PAGE_TEST(test_orders_come_to_the_control_thread),   PAGE_TEST(test_bodies_are_bounded),
    PAGE_TEST(test_events_tell_of_notes_and_answers),    PAGE_TEST(test_a_reader_that_comes_back_goes_on),
    PAGE_TEST(test_stalled_ones_hold_nobody_up),         PAGE_TEST(test_a_port_in_use_is_told),
    PAGE_TEST(test_closing_gives_readers_the_rest),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
