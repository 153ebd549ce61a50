/* SPDX-License-Identifier: MIT */

#include <stdio.h>
#include <string.h>

#include "alsa_seq.h"
#include "cmocka_all.h"
#include "port_private.h"

static const char clients[] = "Client info\n"
                              "  cur  clients : 4\n"
                              "\n"
                              "Client   0 : \"System\" [Kernel]\n"
                              "  Port   0 : \"Timer\" (Rwe-)\n"
                              "Client 128 : \"emend\" [User]\n"
                              "  Port   0 : \"in\" (-We-)\n"
                              "    Connected From: 14:0\n"
                              "  Output pool :\n"
                              "    Pool size          : 2000\n"
                              "    Alloc failures     : 7\n"
                              "  Input pool :\n"
                              "    Pool size          : 2000\n"
                              "    Cells in use       : 3\n"
                              "    Alloc success      : 2041\n"
                              "    Alloc failures     : 959\n"
                              "Client 129 : \"emend\" [User]\n"
                              "  Output pool :\n"
                              "    Alloc failures     : 11\n";

static long lost_in(const char *text, int client)
{
  FILE *file = tmpfile();
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  rewind(file);
  long lost = alsa_lost_read(file, client);
  assert_int_equal(fclose(file), 0);
  return lost;
}

static void lost_input_is_that_of_the_client(void **state)
{
  (void)state;
  assert_int_equal(lost_in(clients, 128), 959);
  assert_int_equal(lost_in(clients, 0), -1);   /* the kernel's own have no pool */
  assert_int_equal(lost_in(clients, 129), -1); /* what did not go out is not input */
  assert_int_equal(lost_in(clients, 130), -1);
  assert_int_equal(lost_in("", 128), -1);
}

static void a_table_cut_short_says_nothing(void **state)
{
  (void)state;
  char text[sizeof clients];
  size_t told = (size_t)(strstr(clients, "959") - clients);
  for (size_t size = 0; size < sizeof clients; size++) {
    memcpy(text, clients, size);
    text[size] = '\0';
    long lost = lost_in(text, 128);
    assert_true(size <= told ? lost == -1 : lost == 9 || lost == 95 || lost == 959);
  }
}

static const char *told(struct slow_listener *listener, struct port *port, nanos now)
{
  port->line[0] = '\0';
  slow_listener_tell(listener, port, now);
  return port->line;
}

static void a_listener_that_does_not_read_is_told_once(void **state)
{
  (void)state;
  static struct port port;
  struct slow_listener listener = {0};
  nanos now = 5 * NANOS_PER_SECOND;
  assert_string_equal(told(&listener, &port, now), "");
  slow_listener_waits(&listener, true);
  assert_string_equal(told(&listener, &port, now), "");
  slow_listener_waits(&listener, false); /* only for a moment */
  assert_string_equal(told(&listener, &port, now + 2 * NANOS_PER_SECOND), "");
  slow_listener_waits(&listener, true);
  assert_string_equal(told(&listener, &port, now + 3 * NANOS_PER_SECOND), "");
  assert_non_null(strstr(told(&listener, &port, now + 4 * NANOS_PER_SECOND), "does not read"));
  assert_string_equal(told(&listener, &port, now + 5 * NANOS_PER_SECOND), "");
  slow_listener_waits(&listener, false);
  assert_non_null(strstr(told(&listener, &port, now + 6 * NANOS_PER_SECOND), "reads again"));
  assert_string_equal(told(&listener, &port, now + 7 * NANOS_PER_SECOND), "");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(lost_input_is_that_of_the_client),
    cmocka_unit_test(a_table_cut_short_says_nothing),
    cmocka_unit_test(a_listener_that_does_not_read_is_told_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
