/* SPDX-License-Identifier: MIT */
/* Data: sequences of frames, from rolls (JSON) or from folders of MIDI files.
 *
 * Rolls: {"train": [[[60, 64], ...], ...], "valid": ...}: splits of sequences of frames of pitches.
 * MIDI: a folder with a sub-folder per split, or a folder (or one file) that is one split; each
 * file is a take; its channels (but drums) are taken each by itself and merged as one keyboard.
 * Captured takes (.take, engine/journal.h) stand for MIDI files of their clean notes, undone removals put back.
 * A folder that is itself the split and holds captured takes is parted: of its files with enough notes, by
 * name, every fifth is the split "valid" (the last one where there are fewer), the others are "train"; any
 * other split is all. */
#ifndef EMEND_DATASET_H
#define EMEND_DATASET_H

#include "damage.h"
#include "frame.h"

struct sequence {
  char *name;             /* file, or index within the split */
  int frames;             /* T */
  uint8_t *cells;         /* (T, V, D), 0 or 1; NULL for takes until dataset_frames */
  uint8_t *damaged;       /* (T, V, D) the same take after simulated damage, or NULL; see dataset_damage */
  struct note_list notes; /* for takes; empty for rolls, and while they are on disk */
  char *file;             /* takes: where it was read; NULL for rolls */
  nanos lasts;            /* takes: until its last note ends */
};

struct dataset {
  struct sequence *sequences;
  size_t count;
  size_t frames;       /* over all sequences */
  size_t skipped;      /* files that could not be read as takes */
  struct error unread; /* why the first of a folder's could not be */
  int values;          /* V of the cells */
  bool rolls;          /* from JSON: cells are given, there are no notes */
  double hours;        /* takes that last longer altogether are not held: see dataset_disk.h; 0: they are */
  bool on_disk;        /* they are not: of each take there is no more than its name, file and length */
};

/* A take is of decidable notes only, at least DATASET_NOTES_MIN of them. A file with two or more such
 * channels gives one more take, "NAME:all": its channels as one keyboard on channel 0, where of
 * strokes of a key within 60 ms the loudest stays and a stroke ends the key's note before it.
 * The order is that of the files' names, then channels; it is the same on every machine. */
enum { DATASET_NOTES_MIN = 16 };

/* Quarter notes a minute that frames in beats stand for, where nothing else is known. */
enum { TAKE_BPM = 120 };

/* What lasts longer is a broken delta time, not music. */
#define TAKE_LONGEST (INT64_C(4) * 3600 * NANOS_PER_SECOND)

/* Load one split of `path`: a JSON file of rolls, a MIDI file, a take or a folder. `split` names a key or a
 * sub-folder; a folder without that sub-folder but with MIDI files is the split itself.
 * Refused with one line each: a split that is missing, pitches outside 21..108 in rolls, empty
 * sequences, a folder with no readable file. Allocates; release with dataset_free. */
enum status dataset_load(struct dataset *dataset, const char *path, const char *split,
                         struct error *error) EMEND_CHECK;
/* The same, where takes that last longer than `hours` altogether stay on disk. */
enum status dataset_open(struct dataset *dataset, const char *path, const char *split, double hours,
                         struct error *error) EMEND_CHECK;
/* Make the cells of takes by running their notes through the framer at this definition (at TAKE_BPM
 * for beat frames). For rolls: checks that V is 1. Takes on disk only get their
 * number of frames. */
enum status dataset_frames(struct dataset *dataset, const struct frame_def *def,
                           struct error *error) EMEND_CHECK;
/* The same for one take: sets its cells and frames. Different takes may be done by different threads. */
enum status sequence_frames(struct sequence *sequence, const struct frame_def *def) EMEND_CHECK;
/* Give every take its damaged cells: its notes with this damage, through the framer. For rolls: nothing. */
enum status dataset_damage(struct dataset *dataset, const struct frame_def *def,
                           const struct corrupt_rates *rates, uint64_t seed, struct error *error) EMEND_CHECK;
/* The same for one take. */
enum status sequence_damage(struct sequence *sequence, const struct frame_def *def,
                            const struct corrupt_rates *rates, uint64_t seed, struct error *error) EMEND_CHECK;
/* Add a sequence of this name (copied); its other parts are zero. NULL when memory is short. */
struct sequence *dataset_add(struct dataset *dataset, const char *name);
void sequence_free(struct sequence *sequence);
void dataset_free(struct dataset *dataset);

/* Takes that would not all fit into memory: a data set keeps their names and lengths, and reads some of them
 * when they are wanted. Allocates; any thread, as long as the data set does not change. */

/* How long takes last, in hours. */
double sequence_hours(const struct sequence *sequence);
double dataset_hours(const struct dataset *dataset);

/* Free the notes of every take where takes last longer than data->hours altogether, if that is above 0, or
 * others have gone already. Does nothing to rolls. */
void dataset_drop_notes(struct dataset *data);

/* Read the chosen takes of `data`, which is on disk, into `part`, which is not, in that order. Takes that are
 * no longer there or have become too short are left out and counted as skipped. Release with dataset_free. */
enum status dataset_fetch(struct dataset *part, const struct dataset *data, const uint32_t *chosen,
                          size_t count, struct error *error) EMEND_CHECK;

/* Likewise, so many hours of takes at most (but one at least), evenly spread. STATUS_IO where none can be read.
 */
enum status dataset_sample(struct dataset *part, const struct dataset *data, double hours,
                           struct error *error) EMEND_CHECK;

#endif
