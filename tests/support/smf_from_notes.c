/* SPDX-License-Identifier: MIT */
#include "smf_from_notes.h"

#include "smf_build.h"

enum status smf_from_notes(const struct note_list *notes, struct smf *out, struct error *error)
{
  static const uint8_t tempo[] = {0xFF, META_TEMPO, 0x07, 0xA1, 0x20};
  struct smf_builder builder;
  struct smf base;
  int tracks = 1;
  for (size_t i = 0; i < notes->count; i++) {
    tracks = notes->notes[i].track < tracks ? tracks : notes->notes[i].track + 1;
  }
  *out = (struct smf){0};
  enum status status = smf_builder_begin(&builder, 1, 480, tracks, sizeof tempo);
  if (status == STATUS_OK) {
    status = smf_builder_copy(&builder, (struct smf_event){.kind = SMF_META, .size = sizeof tempo}, tempo);
  }
  if (status != STATUS_OK) {
    smf_free(&builder.smf);
    return error_set(error, status, "out of memory while making a MIDI file");
  }
  status = smf_builder_finish(&builder, &base, "new file", error);
  if (status == STATUS_OK) {
    status = smf_with_notes(&base, notes, out, error);
    smf_free(&base);
  }
  return status;
}
