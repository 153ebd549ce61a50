/* SPDX-License-Identifier: MIT */
#include "bench_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench_machine.h"
#include "bench_take.h"
#include "file.h"
#include "smf.h"
#include "smf_from_notes.h"

enum { PATH_SIZE = 160 };

static enum status write_music(const char *path, int notes, double *music, struct error *error)
{
  struct note_list played;
  struct smf smf;
  uint8_t *data;
  size_t size;
  enum status status = bench_notes(notes, 1, &played, error);
  if (status != STATUS_OK) {
    return status;
  }
  *music = (double)played.notes[played.count - 1].off / (double)NANOS_PER_SECOND;
  status = smf_from_notes(&played, &smf, error);
  note_list_free(&played);
  if (status != STATUS_OK) {
    return status;
  }
  status = smf_write(&smf, &data, &size, error);
  smf_free(&smf);
  if (status == STATUS_OK) {
    status = file_write(path, data, size, error);
    free(data);
  }
  return status;
}

static enum status run(const char *folder, const char *preset, const char *in, const char *out,
                       struct error *error)
{
  const pid_t child = fork();
  if (child == 0) {
    const int nowhere = open("/dev/null", O_WRONLY);
    (void)dup2(nowhere, STDOUT_FILENO);
    setenv("HOME", folder, 1);
    setenv("XDG_CONFIG_HOME", folder, 1);
    execl(EMEND_BENCH_PROGRAM, "emend", "denoise", in, out, "--preset", preset, (char *)NULL);
    _exit(127);
  }
  int ended;
  if (child < 0 || waitpid(child, &ended, 0) != child || !WIFEXITED(ended) || WEXITSTATUS(ended) != 0) {
    return error_set(error, STATUS_IO, "%s did not clean the benchmark's file", EMEND_BENCH_PROGRAM);
  }
  return STATUS_OK;
}

enum status bench_file(const char *preset, int notes, double *music, double *taken, struct error *error)
{
  char folder[] = "/tmp/emend-bench-XXXXXX";
  char in[PATH_SIZE];
  char out[PATH_SIZE];
  if (mkdtemp(folder) == NULL) {
    return error_set(error, STATUS_IO, "%s: no temporary folder can be made", folder);
  }
  snprintf(in, sizeof in, "%s/in.mid", folder);
  snprintf(out, sizeof out, "%s/out.mid", folder);
  enum status status = write_music(in, notes, music, error);
  if (status == STATUS_OK) {
    const double begun = bench_seconds();
    status = run(folder, preset, in, out, error);
    *taken = bench_seconds() - begun;
  }
  unlink(in);
  unlink(out);
  rmdir(folder);
  return status;
}
