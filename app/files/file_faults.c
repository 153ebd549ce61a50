/* SPDX-License-Identifier: MIT */
#include "file_faults.h"

#include <stdio.h>

#include "smf_file.h"

struct option_spec file_faults_option(bool *strict)
{
  return (struct option_spec){.name = "strict",
                              .kind = OPTION_FLAG,
                              .value = strict,
                              .help = "refuse files that break the MIDI standard but can be read"};
}

enum status file_faults_tell(const struct smf *smf, const char *path, bool strict, const char *command,
                             struct error *error)
{
  char line[SMF_FAULT_LINE];

  if (strict) {
    return smf_refuse_faults(smf, smf_file_name(path), error);
  }
  if (smf_has_faults(smf)) {
    smf_describe_faults(smf, line);
    fprintf(stderr, "emend %s: %.300s: read despite errors in the file: %s\n", command, smf_file_name(path),
            line);
  }
  return STATUS_OK;
}
