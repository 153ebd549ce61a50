/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "cmocka_all.h"
#include "config_file.h"
#include "folder.h"
#include "options.h"

enum { ARGUMENTS = 8 };

static const char *const fruits[] = {"apple", "pear", NULL};

struct values {
  bool loud;
  const char *name;
  struct option_list data;
  double rate;
  int count;
  uint64_t seed;
  int fruit;
  bool rate_given;
};

static struct values values;

static const struct option_spec specs[] = {
  {.name = "loud", .letter = 'l', .kind = OPTION_FLAG, .value = &values.loud},
  {.name = "name", .letter = 'n', .kind = OPTION_TEXT, .value = &values.name},
  {.name = "data", .kind = OPTION_LIST, .value = &values.data},
  {.name = "step-rate",
   .kind = OPTION_NUMBER,
   .value = &values.rate,
   .low = -1,
   .high = 2,
   .given = &values.rate_given},
  {.name = "count", .kind = OPTION_INTEGER, .value = &values.count, .low = 1, .high = 9},
  {.name = "seed", .kind = OPTION_SEED, .value = &values.seed},
  {.name = "fruit", .kind = OPTION_CHOICE, .value = &values.fruit, .choices = fruits},
};

static struct option_set set;
static struct error error;

static enum status parse(const char *const *arguments)
{
  static char *argv[ARGUMENTS + 2];
  int argc = 1;

  values = (struct values){.count = 5};
  set = (struct option_set){
    .specs = specs, .count = sizeof specs / sizeof specs[0], .operand_max = 2, .operand_names = "IN is"};
  argv[0] = (char *)"test";
  for (; arguments[argc - 1] != NULL; argc++) {
    argv[argc] = (char *)arguments[argc - 1];
  }
  argv[argc] = NULL;
  return options_parse(&set, argc, argv, &error);
}

static void takes_every_kind(void **state)
{
  (void)state;
  const char *const first[] = {"in", "--loud", "--step-rate=-0.5", "--data", "a", "-n", "x", "out", NULL};
  const char *const second[] = {"--seed", "9007199254740992", "--count", "9", "--fruit", "pear", NULL};

  assert_int_equal(parse(first), STATUS_OK);
  assert_true(values.loud && values.rate_given && values.rate == -0.5);
  assert_string_equal(values.name, "x");
  assert_int_equal(values.data.count, 1);
  assert_int_equal(set.operand_count, 2);
  assert_string_equal(set.operands[0], "in");
  assert_string_equal(set.operands[1], "out");
  assert_int_equal(parse(second), STATUS_OK);
  assert_true(values.seed == OPTION_SEED_MAX && values.count == 9 && values.fruit == 1);
  assert_false(values.rate_given);
}

static void stands_for_standard_streams(void **state)
{
  (void)state;
  const char *const arguments[] = {"-", "-", NULL};

  assert_int_equal(parse(arguments), STATUS_OK);
  assert_string_equal(set.operands[1], "-");
}

static void names_what_is_wrong(void **state)
{
  (void)state;
  static const struct {
    const char *arguments[ARGUMENTS];
    const char *said;
  } cases[] = {
    {{"--foo"}, "unknown option --foo"},
    {{"--foo=3"}, "unknown option --foo"},
    {{"--lodu"}, "unknown option --lodu (did you mean --loud?)"},
    {{"--step_rate=1"}, "unknown option --step_rate (did you mean --step-rate?)"},
    {{"-x"}, "unknown option -x"},
    {{"-lx"}, "unknown option -x"},
    {{"--loud=3"}, "option --loud takes no value"},
    {{"--name"}, "option --name wants a value"},
    {{"-n"}, "option -n wants a value"},
    {{"--step-rate", "3"}, "--step-rate must be from -1 to 2, not 3"},
    {{"--step-rate", "nan"}, "--step-rate wants a number, not 'nan'"},
    {{"--step-rate", "inf"}, "--step-rate wants a number, not 'inf'"},
    {{"--step-rate", "1x"}, "--step-rate wants a number, not '1x'"},
    {{"--step-rate", ""}, "--step-rate wants a number, not ''"},
    {{"--count", "2.5"}, "--count wants a whole number, not '2.5'"},
    {{"--count", "0"}, "--count must be from 1 to 9, not 0"},
    {{"--seed", "-1"}, "--seed wants a whole number from 0 to 9007199254740992, not '-1'"},
    {{"--seed", "9007199254740993"},
     "--seed wants a whole number from 0 to 9007199254740992, not '9007199254740993'"},
    {{"--fruit", "plum"}, "--fruit is one of apple, pear, not 'plum'"},
    {{"a", "b", "c"}, "unknown argument 'c': that is one too many"},
  };

  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    assert_int_equal(parse(cases[i].arguments), STATUS_USAGE);
    assert_string_equal(error.text, cases[i].said);
  }
}

static void wants_its_operands(void **state)
{
  (void)state;
  char name[] = "test";
  char *argv[] = {name, NULL};
  struct option_set wants = {.operand_min = 1, .operand_max = 1, .operand_names = "MODEL is"};

  assert_int_equal(options_parse(&wants, 1, argv, &error), STATUS_USAGE);
  assert_string_equal(error.text, "MODEL is missing");
}

static void help_comes_before_all_else(void **state)
{
  (void)state;
  const char *const arguments[] = {"--help", "--foo", NULL};

  assert_int_equal(parse(arguments), STATUS_OK);
  assert_true(set.help);
}

static enum status read_file(const char *text, struct options_file *storage)
{
  struct folder folder;

  folder_make(&folder);
  const char *path = folder_join(&folder, "settings.cfg");
  folder_put(path, text, strlen(text));
  enum status status = options_read_file(&set, path, storage, &error);
  folder_remove(folder.path);
  return status;
}

static void reads_the_same_from_a_file(void **state)
{
  (void)state;
  const char *const nothing[] = {NULL};
  struct options_file storage;

  assert_int_equal(parse(nothing), STATUS_OK);
  assert_int_equal(
    read_file("loud = true; name = \"y\"; step_rate = 1; count = 3; fruit = \"pear\";", &storage), STATUS_OK);
  assert_true(values.loud && values.rate == 1 && values.rate_given && values.count == 3 && values.fruit == 1);
  assert_string_equal(values.name, "y");
  options_file_free(&storage);
}

static void refuses_a_bad_file(void **state)
{
  (void)state;
  static const struct {
    const char *text, *said;
  } cases[] = {
    {"colour = 3;", ":1: unknown setting 'colour'"},
    {"\nstep_rate = 3.5;", ":2: step_rate must be from -1 to 2, not 3.5"},
    {"count = 99999999999999999999;", ":1: count must be from 1 to 9"},
    {"step-rate = 1;", ":1: unknown setting 'step-rate'"},
    {"name = 3;", ":1: name wants a text"},
    {"loud = 1;", ":1: loud is true or false"},
    {"count = [1, 2];", ":1: count wants one number or text"},
    {"fruit = ", "syntax error"},
  };
  const char *const nothing[] = {NULL};

  assert_int_equal(parse(nothing), STATUS_OK);
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    struct options_file storage;
    assert_int_equal(read_file(cases[i].text, &storage), STATUS_FORMAT);
    if (strstr(error.text, cases[i].said) == NULL || strstr(error.text, "not -1") != NULL) {
      fail_msg("'%s' does not say '%s'", error.text, cases[i].said);
    }
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(takes_every_kind),           cmocka_unit_test(stands_for_standard_streams),
    cmocka_unit_test(names_what_is_wrong),        cmocka_unit_test(wants_its_operands),
    cmocka_unit_test(help_comes_before_all_else), cmocka_unit_test(reads_the_same_from_a_file),
    cmocka_unit_test(refuses_a_bad_file),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
