/* SPDX-License-Identifier: MIT */
/* Judgements on made-up machines. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "cmocka_all.h"
#include "doctor.h"
#include "folder.h"

static struct doctor doctor;

static int begin(void **state)
{
  (void)state;
  memset(&doctor, 0, sizeof doctor);
  return 0;
}

/* Whether one finding of that name has this verdict and these words in what is so, and what to do. */
static void expect(enum doctor_verdict verdict, const char *name, const char *text, const char *todo)
{
  for (int i = 0; i < doctor.count; i++) {
    const struct doctor_finding *finding = &doctor.findings[i];
    if (strcmp(finding->name, name) == 0 && strstr(finding->text, text) != NULL) {
      assert_int_equal(finding->verdict, verdict);
      assert_non_null(strstr(finding->todo, todo));
      assert_true(verdict == DOCTOR_FINE || finding->todo[0] != '\0' || finding->text[0] != '\0');
      return;
    }
  }
  fail_msg("no finding '%s: %s'", name, text);
}

static const struct rlimit unlimited = {RLIM_INFINITY, RLIM_INFINITY}, none = {0, 0};

static void a_player_with_all_rights_has_nothing_to_do(void **state)
{
  (void)state;
  const struct doctor_rights rights = {
    .rtprio = {95, 95}, .memlock = unlimited, .audio_exists = true, .in_audio = true};

  doctor_rights(&doctor, &rights);
  assert_int_equal(doctor_worst(&doctor), DOCTOR_FINE);
  expect(DOCTOR_FINE, "rtprio", "SCHED_FIFO", "");
}

static void poor_kernels_are_told(void **state)
{
  (void)state;
  doctor_blas(&doctor, "Zen", NULL);
  assert_int_equal(doctor_worst(&doctor), DOCTOR_FINE);
  expect(DOCTOR_FINE, "training", "Zen", "");
  doctor.count = 0;
  doctor_blas(&doctor, "Prescott", "HASWELL");
  expect(DOCTOR_ADVICE, "training", "Prescott", "OPENBLAS_CORETYPE, or set it to HASWELL");
}

static void a_new_user_is_told_of_limits_and_group(void **state)
{
  (void)state;
  const struct doctor_rights rights = {
    .raised = EPERM, .rtprio = none, .memlock = {65536, 65536}, .audio_exists = true};

  doctor_rights(&doctor, &rights);
  expect(DOCTOR_ADVICE, "rtprio", "no SCHED_FIFO", "@audio - rtprio 95");
  expect(DOCTOR_ADVICE, "rtprio", "no SCHED_FIFO", "usermod -aG audio");
  expect(DOCTOR_ADVICE, "memlock", "only 64 kB", "@audio - memlock unlimited");
  expect(DOCTOR_ADVICE, "groups", "not in the group", "usermod -aG audio");
  assert_int_equal(doctor_worst(&doctor), DOCTOR_ADVICE);
}

static void who_could_raise_a_limit_is_told_how(void **state)
{
  (void)state;
  const struct doctor_rights rights = {.raised = EPERM,
                                       .rtprio = {0, 95},
                                       .memlock = {65536, RLIM_INFINITY},
                                       .audio_exists = true,
                                       .in_audio = true};

  doctor_rights(&doctor, &rights);
  expect(DOCTOR_ADVICE, "rtprio", "", "ulimit -r 95");
  expect(DOCTOR_ADVICE, "memlock", "", "ulimit -l unlimited");
}

static void root_in_a_container_is_told_of_it(void **state)
{
  (void)state;
  const struct doctor_rights rights = {.raised = EPERM, .rtprio = none, .memlock = none, .root = true};

  doctor_rights(&doctor, &rights);
  expect(DOCTOR_ADVICE, "rtprio", "", "CAP_SYS_NICE");
  expect(DOCTOR_FINE, "groups", "root", "");
}

static void enough_memory_is_enough(void **state)
{
  (void)state;
  struct doctor_rights rights = {.rtprio = unlimited, .memlock = {(rlim_t)256 << 20, (rlim_t)256 << 20}};

  doctor_rights(&doctor, &rights);
  expect(DOCTOR_FINE, "memlock", "256 MB", "");
  rights.memlock.rlim_cur--;
  begin(NULL);
  doctor_rights(&doctor, &rights);
  assert_int_equal(doctor_worst(&doctor), DOCTOR_ADVICE);
}

static void a_slow_governor_is_seen(void **state)
{
  (void)state;
  struct folder folder;

  folder_make(&folder);
  doctor_governor(&doctor, folder.path);
  expect(DOCTOR_FINE, "processor", "cannot be read", "");
  for (int i = 0; i < 2; i++) {
    char path[512];
    snprintf(path, sizeof path, "%s/cpu%d", folder.path, i);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s/cpu%d/cpufreq", folder.path, i);
    assert_int_equal(mkdir(path, 0777), 0);
    snprintf(path, sizeof path, "%s/cpu%d/cpufreq/scaling_governor", folder.path, i);
    folder_put(path, i == 0 ? "performance\n" : "powersave\n", i == 0 ? 12 : 10);
  }
  doctor_governor(&doctor, folder.path);
  expect(DOCTOR_ADVICE, "processor", "1 of 2 cores is 'powersave'", "cpupower");
  folder_remove(folder.path);
}

static enum status list_keyboard(struct port_info *list, size_t capacity, size_t *count, struct error *error)
{
  (void)error;
  assert_true(capacity >= 2);
  list[0] = (struct port_info){"Keystation 61:MIDI 1", PORT_IN};
  list[1] = (struct port_info){"Synth", PORT_OUT};
  *count = 2;
  return STATUS_OK;
}

static enum status list_nothing(struct port_info *list, size_t capacity, size_t *count, struct error *error)
{
  (void)list;
  (void)capacity;
  (void)error;
  *count = 0;
  return STATUS_OK;
}

static enum status no_server(struct port_info *list, size_t capacity, size_t *count, struct error *error)
{
  (void)list;
  (void)capacity;
  *count = 0;
  return error_set(error, STATUS_IO, "jack: no server answers: start one");
}

static const struct port_driver jack_down = {.name = "jack", .list = no_server},
                                alsa = {.name = "alsa", .list = list_keyboard},
                                alsa_empty = {.name = "alsa", .list = list_nothing};

static void one_driver_is_enough(void **state)
{
  (void)state;
  const struct port_driver *const drivers[] = {&jack_down, &alsa, NULL};
  const struct settings settings = {.driver = "auto", .in = "keystation", .out = "DAW"};

  doctor_drivers(&doctor, drivers, &settings, false);
  expect(DOCTOR_FINE, "driver jack", "no server answers: start one", "");
  expect(DOCTOR_FINE, "driver alsa", "1 input and 1 output", "");
  expect(DOCTOR_FINE, "port in", "is there", "");
  expect(DOCTOR_ADVICE, "port out", "no port has 'DAW'", "plug it in");
  assert_int_equal(doctor_worst(&doctor), DOCTOR_ADVICE);
}

static void the_driver_that_was_chosen_must_work(void **state)
{
  (void)state;
  const struct port_driver *const drivers[] = {&jack_down, &alsa, NULL};
  struct settings settings = {.driver = "jack"};

  doctor_drivers(&doctor, drivers, &settings, true);
  expect(DOCTOR_FAULT, "driver jack", "no server", "pw-jack");
  expect(DOCTOR_FAULT, "drivers", "no MIDI system", "");
  begin(NULL);
  settings.driver = "theremin";
  doctor_drivers(&doctor, drivers, &settings, false);
  expect(DOCTOR_FAULT, "drivers", "theremin", "auto");
}

static void a_machine_without_any_driver_has_a_fault(void **state)
{
  (void)state;
  const struct port_driver *const drivers[] = {&jack_down, NULL};
  const struct settings settings = {.driver = "auto"};

  doctor_drivers(&doctor, drivers, &settings, false);
  assert_int_equal(doctor_worst(&doctor), DOCTOR_FAULT);
}

static void a_missing_keyboard_is_no_fault(void **state)
{
  (void)state;
  const struct port_driver *const drivers[] = {&alsa_empty, NULL};
  const struct settings settings = {.driver = "auto"};

  doctor_drivers(&doctor, drivers, &settings, false);
  expect(DOCTOR_ADVICE, "ports", "no keyboard", "plug one in");
  assert_int_equal(doctor_worst(&doctor), DOCTOR_ADVICE);
}

static void pipewire_is_found_by_its_socket(void **state)
{
  (void)state;
  struct folder folder;
  struct sockaddr_un address = {.sun_family = AF_UNIX};

  folder_make(&folder);
  unsetenv("PIPEWIRE_RUNTIME_DIR");
  setenv("XDG_RUNTIME_DIR", folder.path, 1);
  assert_false(doctor_pipewire_runs());
  snprintf(address.sun_path, sizeof address.sun_path, "%.90s/pipewire-0", folder.path);
  int server = socket(AF_UNIX, SOCK_STREAM, 0);
  assert_true(server >= 0);
  assert_int_equal(bind(server, (const struct sockaddr *)&address, sizeof address), 0);
  assert_true(doctor_pipewire_runs());
  (void)close(server);
  folder_remove(folder.path);
}

static void too_many_findings_do_no_harm(void **state)
{
  (void)state;
  for (int i = 0; i < 2 * DOCTOR_MAX; i++) {
    doctor_todo(doctor_add(&doctor, DOCTOR_FINE, "more", "%d", i), "nothing");
  }
  assert_int_equal(doctor.count, DOCTOR_MAX - 1);
  json_t *object = doctor_json(&doctor);
  assert_int_equal(json_array_size(json_object_get(object, "findings")), DOCTOR_MAX - 1);
  json_decref(object);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_setup(a_player_with_all_rights_has_nothing_to_do, begin),
    cmocka_unit_test_setup(poor_kernels_are_told, begin),
    cmocka_unit_test_setup(a_new_user_is_told_of_limits_and_group, begin),
    cmocka_unit_test_setup(who_could_raise_a_limit_is_told_how, begin),
    cmocka_unit_test_setup(root_in_a_container_is_told_of_it, begin),
    cmocka_unit_test_setup(enough_memory_is_enough, begin),
    cmocka_unit_test_setup(a_slow_governor_is_seen, begin),
    cmocka_unit_test_setup(one_driver_is_enough, begin),
    cmocka_unit_test_setup(the_driver_that_was_chosen_must_work, begin),
    cmocka_unit_test_setup(a_machine_without_any_driver_has_a_fault, begin),
    cmocka_unit_test_setup(a_missing_keyboard_is_no_fault, begin),
    cmocka_unit_test_setup(pipewire_is_found_by_its_socket, begin),
    cmocka_unit_test_setup(too_many_findings_do_no_harm, begin),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
