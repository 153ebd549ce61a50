/* SPDX-License-Identifier: MIT */
#include "smf_file.h"

#include <stdlib.h>
#include <string.h>

#include "file.h"

enum { SMF_FILE_LIMIT = 64 << 20 };

const char *smf_file_name(const char *path)
{
  return strcmp(path, "-") == 0 ? "standard input" : path;
}

enum status smf_file_open(struct smf_file *file, const char *path, struct error *error)
{
  *file = (struct smf_file){.data = NULL};
  enum status status = file_read(path, SMF_FILE_LIMIT, &file->data, &file->size, error);
  return status == STATUS_OK ? smf_read(&file->smf, file->data, file->size, smf_file_name(path), error)
                             : status;
}

void smf_file_close(struct smf_file *file)
{
  smf_free(&file->smf);
  free(file->data);
  *file = (struct smf_file){.data = NULL};
}

enum status smf_file_read(struct smf *smf, const char *path, struct error *error)
{
  struct smf_file file;
  const enum status status = smf_file_open(&file, path, error);
  *smf = file.smf;
  free(file.data);
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
