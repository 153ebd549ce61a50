/* SPDX-License-Identifier: MIT */
/* libemend: removes notes that were not meant from a stream of MIDI, as they come.
 *
 * An instance cleans one stream. Any number may live in a process; they share nothing. The library starts no
 * thread, opens no MIDI port, sets no signal handler and prints nothing; the audio thread's floating-point
 * state is as it was after each call.
 *
 * Threads, in brackets: [main] is any one thread at a time, and may allocate and read files; [audio] is any one
 * thread at a time and never allocates, locks, waits or calls the system but for the clock; [any] is any thread
 * at any time. A second thread inside at the same time gets EMEND_BUSY, and nothing happens. NULL gets
 * EMEND_USAGE.
 *
 * A block on the audio thread:
 *   emend_event for each message, in order of frames; emend_end_block; emend_output until it returns false.
 * What comes out is cleaned: a message that passes keeps its frame (plus the look-ahead). Every note-on that
 * came out gets its note-off. The size of the blocks makes no difference. */
#ifndef EMEND_EMEND_H
#define EMEND_EMEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(_WIN32)
#define EMEND_API
#elif defined(__GNUC__)
#define EMEND_API __attribute__((visibility("default")))
#else
#define EMEND_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct emend emend;

typedef enum emend_status {
  EMEND_OK,
  EMEND_USAGE,       /* NULL, or a value that makes no sense */
  EMEND_NO_MEMORY,   /* out of memory */
  EMEND_IO,          /* the system refused to read a file */
  EMEND_FORMAT,      /* a preset or model file is not what it claims to be */
  EMEND_UNSUPPORTED, /* a model of a kind that cannot run live */
  EMEND_NOT_FOUND,   /* no such preset, or no such decision any more */
  EMEND_BUSY,        /* another thread is inside, or another preset is still being taken up: try again later */
  EMEND_ORDER,       /* an event before the one before it: it was handled at that one's frame */
  EMEND_MESSAGE,     /* not one complete MIDI message: it was not handled */
  EMEND_STOPPED,     /* emend_start has not been called */
} emend_status;

/* What happened, where and what to do, in one line. Filled where a function that takes one fails; may be NULL.
 */
typedef struct emend_error {
  emend_status status;
  char text[512];
} emend_error;

typedef enum emend_mode {
  EMEND_BYPASS,  /* everything passes */
  EMEND_MONITOR, /* everything passes; decisions show what would be removed */
  EMEND_CLEAN
} emend_mode;

/* Why a note was removed. */
typedef enum emend_reason {
  EMEND_REASON_NONE,
  EMEND_REASON_BOUNCE,    /* the same key again, at once */
  EMEND_REASON_BRUSH,     /* a neighbouring key */
  EMEND_REASON_HARMONIC,  /* an octave or a fifth above another */
  EMEND_REASON_GHOST,     /* very soft, very short */
  EMEND_REASON_CROSSTALK, /* a faint copy of another stroke */
  EMEND_REASON_STRAY,     /* does not fit what was played */
  EMEND_REASON_RELEASE,   /* the same key again as it is let go */
  EMEND_REASON_DUPLICATE, /* the same message twice */
  EMEND_REASONS
} emend_reason;

typedef struct emend_message {
  uint32_t frame; /* in the block */
  uint32_t size;
  const uint8_t *bytes; /* the library's; good until the next call of an [audio] function */
} emend_message;

typedef struct emend_decision {
  uint64_t number; /* 1, 2, 3 ... */
  uint64_t frame;  /* since emend_new */
  uint8_t channel, key, velocity;
  bool removed;    /* in monitor mode: would have been */
  bool taken_back; /* by emend_take_back */
  emend_reason reason;
  float log_odds;  /* of a note that was meant */
  float threshold; /* below which it is removed */
} emend_decision;

typedef struct emend_counters {
  uint64_t events_in, events_out, notes_in, notes_out;
  uint64_t removed[EMEND_REASONS]; /* in monitor mode: would have been */
  uint64_t taken_back;
  uint64_t refused;                        /* calls that got EMEND_ORDER or EMEND_MESSAGE */
  uint64_t dropped;                        /* messages lost because emend_output was not called for too long */
  uint64_t sounding;                       /* notes now on at the output */
  double decision_us_p50, decision_us_p99; /* time that a decision takes, microseconds */
} emend_counters;

/* [main] Begin. `preset` is a preset's name, or the path of its folder, of a preset.cfg or of a .safetensors
 * file. `data_dir` is the folder in which presets/NAME lie; NULL: the user's and the system's. `sample_rate` is
 * in frames per second, in [1, 1e8], rounded to a whole number. Strength, mode and look-ahead are the preset's.
 * On failure *out is NULL. Allocates; release with emend_free. */
EMEND_API emend_status emend_new(emend **out, const char *preset, const char *data_dir, double sample_rate,
                                 emend_error *error);
/* [main] No other thread may be inside, or come later. NULL is allowed. */
EMEND_API void emend_free(emend *instance);

/* [audio] Begin a stream, also once more: what still sounds is ended (see emend_output), keys that are down and
 * the past are forgotten. */
EMEND_API emend_status emend_start(emend *instance);
/* [audio] One complete MIDI message at a frame of this block. A message of two or three bytes has its status
 * byte; a SysEx begins with F0. EMEND_ORDER, EMEND_MESSAGE and EMEND_STOPPED are counted or described above. */
EMEND_API emend_status emend_event(emend *instance, uint32_t frame, const uint8_t *bytes, size_t size);
/* [audio] The block is over, after that many frames (0 is allowed). */
EMEND_API emend_status emend_end_block(emend *instance, uint32_t frames);
/* [audio] Take the next message that comes out, in order of frames. False: there is none now. Those that are
 * not taken by the next block's first call keep their order and get frame 0. */
EMEND_API bool emend_output(emend *instance, emend_message *message);
/* [audio] End all that sounds, at the latest event's frame: before a bypass, a deactivation, after a jump in
 * time. `unknown`: also what another source may have left on, on every channel (panic). */
EMEND_API emend_status emend_all_notes_off(emend *instance, bool unknown);
/* [audio] Beats per minute from now on, for presets that count time in beats. MIDI clock does the same. */
EMEND_API emend_status emend_set_tempo(emend *instance, double bpm);

/* [any] Strength in [0, 1]: 0 removes nothing, 0.5 is what the preset was tuned for. Taken up with the next
 * event or block. EMEND_USAGE for NaN; what lies outside is moved to the nearest. So too below. */
EMEND_API emend_status emend_set_strength(emend *instance, float strength);
/* [any] */
EMEND_API emend_status emend_set_mode(emend *instance, emend_mode mode);
/* [any] Decide that many frames later, at most 200 ms: everything is delayed by as much. */
EMEND_API emend_status emend_set_look_ahead(emend *instance, uint32_t frames);
/* [any] The delay of everything, in frames: the look-ahead last set. */
EMEND_API uint32_t emend_latency(const emend *instance);
/* [any] NULL for either fills nothing. */
EMEND_API void emend_stats(const emend *instance, emend_counters *counters);

/* [main] Clean by another preset's model, with the settings as they are. It is loaded now and taken up by the
 * audio thread within a fraction of a second of playing; no note is cut or left on. EMEND_BUSY while an earlier
 * one waits. */
EMEND_API emend_status emend_swap_preset(emend *instance, const char *preset, emend_error *error);
/* [main] A few times a second: frees a model that is no longer used, collects decisions. True while a preset
 * waits to be taken up. */
EMEND_API bool emend_idle(emend *instance);
/* [main] Decisions later than number `after` (0: from the start), the oldest first, at most `capacity`; returns
 * how many. The last 256 are kept. */
EMEND_API size_t emend_decisions(emend *instance, uint64_t after, emend_decision *out, size_t capacity);
/* [main] The player says that a removed note was meant: it is shown and counted as such. It does not sound: it
 * would be late. EMEND_NOT_FOUND where it was not removed or is not kept any more. */
EMEND_API emend_status emend_take_back(emend *instance, uint64_t number);
/* [main] The name of preset number `index` of those in `data_dir` (see emend_new), in order of the alphabet.
 * EMEND_NOT_FOUND past the last. */
EMEND_API emend_status emend_preset_name(const char *data_dir, size_t index, char name[64]);

/* [any] A line about a status; never NULL. */
EMEND_API const char *emend_status_text(emend_status status);
/* [any] A word for a reason ("bounce"); never NULL. */
EMEND_API const char *emend_reason_text(emend_reason reason);

#ifdef __cplusplus
}
#endif

#endif
