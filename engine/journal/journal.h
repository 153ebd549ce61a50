/* SPDX-License-Identifier: MIT */
/* Journals: one take as it was played, received and cleaned, with the decisions, in a form that stays
 * readable if its end is lost. Pure functions over memory; the files are app/capture.c's.
 *
 * A journal is a head of 16 bytes (magic, version, flags) and records. A record is its type (1 byte, then a
 * zero byte), the size of its payload (2 bytes), a CRC-32 over these four and the payload, and the payload,
 * which begins with the time. Numbers are little-endian. Only the flags are ever overwritten.
 *
 * Clock and active sensing are left out; of SysEx only the size is kept. */
#ifndef EMEND_JOURNAL_H
#define EMEND_JOURNAL_H

#include "event.h"
#include "smf.h"

enum {
  JOURNAL_VERSION = 1,
  JOURNAL_HEAD_SIZE = 16,
  JOURNAL_FLAGS_AT = 12,    /* where the head's flags lie */
  JOURNAL_RECORD_MAX = 160, /* bytes of the longest record */
  JOURNAL_NAME_MAX = 64,    /* of a preset, with its end */
};

enum journal_flag {
  JOURNAL_KEEP = 1, /* marked good: not to be deleted to make room */
  JOURNAL_SEEN = 2, /* it broke off, and what it left on was ended by a later start */
};

/* Times in a journal lie between 0 and this. */
#define JOURNAL_TIME_MAX (24 * 3600 * NANOS_PER_SECOND)

enum journal_type {
  JOURNAL_START = 1, /* the first record, and no other */
  JOURNAL_RECEIVED,  /* a short message from the keyboard */
  JOURNAL_SENT,      /* a short message to the DAW */
  JOURNAL_LONG,      /* a SysEx or part of one was passed */
  JOURNAL_DECISION,
  JOURNAL_PORT, /* the ports were lost, or are back */
  JOURNAL_GOOD, /* the player liked it */
  JOURNAL_UNDO, /* the player meant this suppressed note */
  JOURNAL_LOST, /* number of messages not recorded */
  JOURNAL_SETTINGS,
  JOURNAL_END,     /* the last record of a take that ended in order */
  JOURNAL_UNMEANT, /* the player says that this stroke, which passed, was not meant */
};

struct journal_settings {
  char preset[JOURNAL_NAME_MAX];
  uint32_t model;   /* a fingerprint of the model's file */
  uint8_t mode;     /* enum live_mode */
  float strength;   /* [0, 1] */
  nanos look_ahead; /* by which what is sent comes later */
};

struct journal_start {
  int64_t wall;       /* nanoseconds since 1970-01-01 00:00 UTC; the take's time 0 */
  int32_t utc_offset; /* seconds that the player's clock is ahead of UTC */
  bool continues;     /* the take before was full; this is the same playing */
  struct journal_settings settings;
};

struct journal_message {
  uint8_t size; /* 1..3 */
  uint8_t bytes[3];
};

struct journal_decision {
  uint8_t channel, pitch, velocity;
  bool passed;
  uint8_t damage; /* enum damage: the reason */
  uint8_t mode;   /* enum live_mode */
  float log_odds, threshold;
};

struct journal_stroke {
  nanos time;
  uint8_t channel, pitch, velocity;
};

struct journal_unmeant {
  struct journal_stroke stroke;
  uint8_t damage; /* enum damage: what it likeliest was */
};

enum journal_end { JOURNAL_PAUSE, JOURNAL_QUIT, JOURNAL_FULL, JOURNAL_ENDS };

struct journal_record {
  enum journal_type type;
  nanos time; /* since the take's start; a decision's is that of its stroke */
  union {
    struct journal_start start;
    struct journal_message message; /* RECEIVED, SENT */
    uint32_t size;                  /* LONG: in bytes */
    struct journal_decision decision;
    bool connected; /* PORT */
    nanos since;    /* GOOD: from when on */
    struct journal_stroke undo;
    struct journal_unmeant unmeant;
    uint64_t lost; /* LOST: how many */
    struct journal_settings settings;
    enum journal_end end;
  };
};

/* --- Writing. Any thread; never allocates. --- */

void journal_put_head(uint8_t head[JOURNAL_HEAD_SIZE], uint32_t flags);
/* Returns how many bytes were put. Times outside [0, JOURNAL_TIME_MAX] are put as the nearest that is inside.
 */
size_t journal_put(const struct journal_record *record, uint8_t out[JOURNAL_RECORD_MAX]);
/* The size of the record that begins here, by its own word; 0 where less than that is there. */
size_t journal_record_size(const uint8_t *data, size_t size);
/* The CRC of `size` bytes more; begin with 0. */
uint32_t journal_crc(uint32_t crc, const uint8_t *data, size_t size);

/* --- Reading: hostile input. Any thread, one reader each; never allocates. --- */

struct journal_reader {
  const uint8_t *data; /* the caller's, for as long as the reader is used */
  size_t size;
  size_t at; /* the end of the last whole record */
  uint32_t flags;
  struct journal_start start;
  nanos last; /* the newest time of a whole record */
  bool ended; /* the record JOURNAL_END was read */
  enum journal_end end;
};

/* Read head and start. STATUS_FORMAT where that much is not whole, STATUS_UNSUPPORTED for another version.
 * `name` is only for messages. */
enum status journal_begin(struct journal_reader *reader, const uint8_t *data, size_t size, const char *name,
                          struct error *error) EMEND_CHECK;
/* The next whole record; false at the end, or where the journal is damaged: then `size - at` bytes are lost,
 * all from after `last` on. Records of unknown types are passed over. */
bool journal_next(struct journal_reader *reader, struct journal_record *record);
/* Is the last record of these bytes, a file's last ones, JOURNAL_END? Their number is at least
 * JOURNAL_RECORD_MAX, or the whole file's. */
bool journal_tail_ends(const uint8_t *tail, size_t size);
/* Do the bytes begin as a journal does? */
bool journal_is(const uint8_t *data, size_t size);
/* The flags of a head, 0 where it is none. `size` may be less than a head's. */
uint32_t journal_flags(const uint8_t *data, size_t size);

/* The markers of a take that was made a MIDI file. */
#define JOURNAL_MARK_DISCONNECTED "emend: disconnected"
#define JOURNAL_MARK_CONNECTED "emend: connected"
#define JOURNAL_MARK_GOOD "emend: good"

/* --- Whole takes. Any thread. --- */

struct journal_summary {
  struct journal_start start;
  nanos length; /* the newest time */
  bool ended;
  enum journal_end end;
  size_t lost_bytes; /* damaged or cut off, all after `length` */
  uint64_t received, sent;
  uint64_t notes_in, notes_out;
  uint64_t removed[DAMAGE_COUNT]; /* suppressed strokes by reason */
  uint64_t removed_total;
  bool keep; /* marked good as a whole */
  uint64_t undone, unmeant, good, disconnects;
  uint64_t not_recorded; /* messages lost by the capture */
};

/* Never allocates; fails as journal_begin does. */
enum status journal_summarise(struct journal_summary *summary, const uint8_t *data, size_t size,
                              const char *name, struct error *error) EMEND_CHECK;

enum journal_stream {
  JOURNAL_RAW,   /* as received */
  JOURNAL_CLEAN, /* as sent, without the look-ahead's delay, with the undone suppressions put back and without
                    what was not meant; of several answers about a stroke the last one holds */
};

/* The notes of a take, appended to `notes` and sorted, of any channel and pitch. In JOURNAL_RAW the damage of a
 * suppressed stroke that was not undone is its reason, that of one which was not meant what the player was
 * told. A note without its end lasts to the take's end. What could be read of a damaged journal is given;
 * journal_summarise tells whether it was. Allocates. */
enum status journal_notes(const uint8_t *data, size_t size, const char *name, enum journal_stream stream,
                          struct note_list *notes, struct error *error) EMEND_CHECK;

/* The take as a MIDI file of format 1: a track of markers (JOURNAL_MARK_...), then a named track for each
 * stream that is asked for, with all channel messages. Allocates; release with smf_free. */
enum status journal_smf(const uint8_t *data, size_t size, const char *name, bool raw, bool clean,
                        struct smf *smf, struct error *error) EMEND_CHECK;

#endif
