/* SPDX-License-Identifier: MIT */
/* libFuzzer's entry for the command line: arguments parted by zero bytes. */
#include <stdlib.h>
#include <string.h>

#include "fuzz_input.h"
#include "settings.h"
#include "train_flags.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARGUMENTS_MAX = 100 };

static int part(char *text, size_t size, char **argv)
{
  static char name[] = "emend";
  int argc = 0;
  argv[argc++] = name;
  for (size_t at = 0; at < size && argc < ARGUMENTS_MAX; at += strlen(text + at) + 1) {
    argv[argc++] = text + at;
  }
  argv[argc] = NULL;
  return argc;
}

static void check_numbers(const struct option_set *set)
{
  for (int i = 0; i < set->count; i++) {
    const struct option_spec *spec = &set->specs[i];
    const double value = spec->kind == OPTION_NUMBER    ? *(const double *)spec->value
                         : spec->kind == OPTION_INTEGER ? *(const int *)spec->value
                                                        : spec->low;
    require(value >= spec->low && value <= spec->high, "a number is out of its bounds");
  }
}

static void check(struct option_set *set, const uint8_t *data, size_t size)
{
  char *text = malloc(size + 1);
  char *argv[ARGUMENTS_MAX + 1];
  struct error error = {0};
  require(text != NULL, "out of memory");
  memcpy(text, data, size);
  text[size] = '\0';
  const int argc = part(text, size, argv);
  const enum status status = options_parse(set, argc, argv, &error);
  if (status != STATUS_OK) {
    require(status == STATUS_USAGE && error.status == status, "the refusal is of the wrong kind");
    require_line(error.text);
  } else if (!set->help) {
    require(set->operand_count >= set->operand_min && set->operand_count <= set->operand_max,
            "a wrong number of operands");
    check_numbers(set);
  }
  free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  struct settings settings;
  struct train_flags flags;
  struct option_spec specs[OPTION_SPECS_MAX], train_specs[OPTION_SPECS_MAX];
  settings_init(&settings, specs);
  check(&(struct option_set){.specs = specs,
                             .count = SETTINGS_COUNT,
                             .operand_min = 1,
                             .operand_max = 2,
                             .operand_names = "IN.mid and OUT.mid"},
        data, size);
  const int count = train_flags_init(&flags, NET_VOSP, train_specs);
  check(&(struct option_set){.specs = train_specs, .count = count, .operand_max = OPTION_LIST_MAX}, data, size);
  return 0;
}
