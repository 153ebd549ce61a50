/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "commands.h"
#include "file.h"
#include "file_faults.h"
#include "json_out.h"
#include "outfile.h"
#include "rates.h"
#include "smf_file.h"
#include "smf_patch.h"
#include "stop.h"

struct corrupt_flags {
  struct corrupt_rates rates;
  uint64_t seed;
  bool json, strict;
  const char *in, *out;
};

static int read_flags(struct corrupt_flags *flags, int argc, char **argv)
{
  struct option_spec specs[RATES_COUNT + 3];
  struct option_set set = {.specs = specs,
                           .count = RATES_COUNT + 3,
                           .operand_min = 2,
                           .operand_max = 2,
                           .operand_names = "IN.mid and OUT.mid are"};
  bool given = false;

  *flags = (struct corrupt_flags){.seed = 1};
  rates_options(&flags->rates, &given, specs);
  specs[RATES_COUNT] = (struct option_spec){.name = "seed",
                                            .kind = OPTION_SEED,
                                            .value = &flags->seed,
                                            .argument = "N",
                                            .help = "the same seed does the same damage (1)"};
  specs[RATES_COUNT + 1] = (struct option_spec){.name = "json",
                                                .kind = OPTION_FLAG,
                                                .value = &flags->json,
                                                .help = "print what was done as one JSON object"};
  specs[RATES_COUNT + 2] = file_faults_option(&flags->strict);
  int done = command_parse(&command_corrupt, &set, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  flags->in = set.operands[0];
  flags->out = set.operands[1];
  if (!given) {
    flags->rates = corrupt_default_rates;
  }
  return done;
}

struct tally {
  size_t before, kept, added[DAMAGE_COUNT];
};

static struct tally count_notes(const struct note_list *clean, const struct note_list *noisy)
{
  struct tally tally = {.before = clean->count};

  for (size_t i = 0; i < noisy->count; i++) {
    uint8_t damage = noisy->notes[i].damage;
    if (damage == DAMAGE_NONE) {
      tally.kept++;
    } else if (damage < DAMAGE_COUNT) {
      tally.added[damage]++;
    }
  }
  return tally;
}

static enum status print_json(const struct corrupt_flags *flags, const struct tally *tally, struct error *error)
{
  json_t *object =
    json_pack("{s:I, s:I, s:I, s:I}", "seed", (json_int_t)flags->seed, "notes", (json_int_t)tally->before,
              "kept", (json_int_t)tally->kept, "lost", (json_int_t)(tally->before - tally->kept));

  for (int i = DAMAGE_NONE + 1; i < DAMAGE_COUNT; i++) {
    json_object_set_new(object, damage_name((enum damage)i), json_integer((json_int_t)tally->added[i]));
  }
  return json_out(object, "-", error);
}

static enum status tell(const struct corrupt_flags *flags, const struct tally *tally, struct error *error)
{
  FILE *out = strcmp(flags->out, "-") == 0 ? stderr : stdout;

  if (flags->json) {
    return print_json(flags, tally, error);
  }
  fprintf(out, "seed %" PRIu64 ": %zu notes, %zu lost, added", flags->seed, tally->before,
          tally->before - tally->kept);
  for (int i = DAMAGE_NONE + 1; i < DAMAGE_COUNT; i++) {
    fprintf(out, "%s %zu %s", i > 1 ? "," : "", tally->added[i], damage_name((enum damage)i));
  }
  fprintf(out, "\n");
  return STATUS_OK;
}

static enum status damage_and_write(const struct corrupt_flags *flags, const struct smf_file *file,
                                    const struct note_list *clean, struct note_list *noisy, struct error *error)
{
  struct rng rng;
  uint8_t *data = NULL;
  size_t size = 0;

  rng_seed(&rng, flags->seed);
  enum status status = corrupt_notes(clean, &flags->rates, &rng, noisy, error);
  if (status == STATUS_OK) {
    status = smf_change_notes(&file->smf, file->data, file->size, noisy, &data, &size, error);
  }
  stop_catch(); /* what is written is written whole */
  if (status == STATUS_OK) {
    status = file_write(flags->out, data, size, error);
  }
  free(data);
  if (status != STATUS_OK) {
    return status;
  }
  const struct tally tally = count_notes(clean, noisy);
  return tell(flags, &tally, error);
}

static enum status corrupt(const struct corrupt_flags *flags, struct error *error)
{
  struct note_list clean = {NULL, 0, 0}, noisy = {NULL, 0, 0};
  struct smf_file file = {.data = NULL};

  if (flags->json && strcmp(flags->out, "-") == 0) {
    return error_set(error, STATUS_USAGE, "OUT.mid cannot be '-' with --json; name a file");
  }
  enum status status = outfile_check(flags->out, error);
  if (status == STATUS_OK) {
    status = smf_file_open(&file, flags->in, error);
  }
  if (status == STATUS_OK) {
    status = file_faults_tell(&file.smf, flags->in, flags->strict, command_corrupt.name, error);
  }
  if (status == STATUS_OK) {
    status = smf_notes(&file.smf, &clean, error);
  }
  if (status == STATUS_OK) {
    status = damage_and_write(flags, &file, &clean, &noisy, error);
  }
  note_list_free(&clean);
  note_list_free(&noisy);
  smf_file_close(&file);
  return status;
}

static int run_corrupt(int argc, char **argv)
{
  struct corrupt_flags flags;
  struct error error = {STATUS_OK, ""};

  int done = read_flags(&flags, argc, argv);
  if (done != COMMAND_GO_ON) {
    return done;
  }
  return corrupt(&flags, &error) == STATUS_OK ? EXIT_SUCCESS : command_fail(&command_corrupt, &error);
}

const struct command command_corrupt = {
  .name = "corrupt",
  .usage = "IN.mid OUT.mid [options]",
  .summary = "damage a MIDI file as players' gear does",
  .notes =
    "Without any rate: bounce, brush and harmonic as common keyboards do them, and some ghosts. With rates\n"
    "given, all others are 0. All that is not damaged stays as it was, byte for byte. '-' stands for standard\n"
    "input or output.",
  .run = run_corrupt,
};
