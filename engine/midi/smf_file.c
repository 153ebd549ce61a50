/* SPDX-License-Identifier: MIT */
#include "smf_file.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"

enum { SMF_FILE_LIMIT = 64 << 20 };

enum status smf_file_read(struct smf *smf, const char *path, struct error *error)
{
  uint8_t *data = NULL;
  size_t size = 0;

  enum status status = file_read(path, SMF_FILE_LIMIT, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = smf_read(smf, data, size, strcmp(path, "-") == 0 ? "standard input" : path, error);
  free(data);
  return status;
}

enum status smf_file_write(const struct smf *smf, const char *path, struct error *error)
{
  uint8_t *data = NULL;
  size_t size = 0;

  enum status status = smf_write(smf, &data, &size, error);
  if (status != STATUS_OK) {
    return status;
  }
  status = file_write(path, data, size, error);
  free(data);
  return status;
}
