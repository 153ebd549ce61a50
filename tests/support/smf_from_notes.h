/* SPDX-License-Identifier: MIT */
/* Notes as a Standard MIDI File: the program itself only changes files that are there. */
#ifndef EMEND_TEST_SMF_FROM_NOTES_H
#define EMEND_TEST_SMF_FROM_NOTES_H

#include "smf.h"

/* A new format 1 file, 480 ticks a quarter at 120 a minute (one track a note.track). Allocates; release with
 * smf_free. */
enum status smf_from_notes(const struct note_list *notes, struct smf *out, struct error *error);

#endif
