/* SPDX-License-Identifier: MIT */
#include "capture.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "pitch.h"
#include "sounding.h"
#include "take_file.h"

/* The parts of struct capture. For the files capture*.c and nobody else. */

enum {
  CAPTURE_UNDO_MAX = 1024,     /* suppressed strokes that can be undone */
  CAPTURE_RING = 4096,         /* bytes of requests, and of news */
  CAPTURE_TAKE_MIN = 64 << 10, /* bytes: shorter parts are not worth it */
};

/* Whoever has not played for so long begins a new session, also where the program runs on. */
#define SESSION_PAUSE (4 * 3600 * NANOS_PER_SECOND)

enum capture_request { REQUEST_LABEL = 1, REQUEST_PORT, REQUEST_ANSWER };

struct capture {
  /* Set once. */
  char folder[DATAFILE_PATH_MAX];
  nanos pause;
  uint64_t limit;
  uint64_t take_max; /* bytes of one file */
  const struct live *live;
  bool make_private;

  /* The draining thread's. */
  struct take_file file;
  bool in_take;       /* also while the disk refuses */
  bool writing;       /* the file is open */
  bool struck;        /* a key, in this take */
  nanos origin;       /* the stream's time at the take's start */
  nanos newest;       /* the stream's newest time, */
  nanos newest_at;    /* and when that was by the monotonic clock */
  nanos last_note;    /* on or off, on the stream, */
  nanos last_note_at; /* and by the monotonic clock */
  nanos synced_at;
  struct sounding sounding; /* at the output */
  uint64_t lost_told;       /* of the engine's capture_lost */
  nanos lost_said;          /* when, on the stream */
  bool full_told;           /* that takes which stay fill the limit */
  bool in_session;          /* it has had a take */
  struct journal_settings settings;
  struct journal_stroke removed[CAPTURE_UNDO_MAX]; /* the newest last; times are the take's */
  int removed_count;

  /* Between threads. */
  struct ring requests; /* control -> draining */
  struct ring news;     /* draining -> control: lines */
  struct ring answered; /* draining -> control: struct capture_answer */
  _Atomic int state;    /* enum capture_state */
};

/* capture_take.c. All on the draining thread. */

/* Begin a take whose time 0 is this time of the stream. */
void capture_begin(struct capture *capture, nanos time, bool continues);
void capture_end(struct capture *capture, enum journal_end why);
/* Make the folder, where it is not there, and see that it can be written. */
enum status capture_make_folder(const struct capture *capture, struct error *error) EMEND_CHECK;
/* Append to the take that is open, if one is written; record->time is the stream's. */
void capture_put(struct capture *capture, struct journal_record record);
/* Hand over; to the disk too where `sync` is set. */
void capture_write(struct capture *capture, bool sync);
void capture_say(struct capture *capture, const char *format, ...) EMEND_PRINTF(2, 3);

/* A take's beginning, its records and its end; what happens when the disk refuses. */

void capture_say(struct capture *capture, const char *format, ...)
{
  char line[CAPTURE_LINE];
  va_list arguments;

  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  (void)ring_write(&capture->news, 1, line, (uint32_t)strlen(line) + 1); /* without room nobody is listening */
}

static void show(struct capture *capture, enum capture_state state)
{
  atomic_store_explicit(&capture->state, (int)state, memory_order_relaxed);
}

static void stop(struct capture *capture, const struct error *error)
{
  take_file_close(&capture->file);
  capture->writing = false;
  show(capture, CAPTURE_STOPPED);
  capture_say(capture, "capture stopped until the next take: %.160s", error->text);
}

static int64_t wall_now(void)
{
  struct timespec now;

  clock_gettime(CLOCK_REALTIME, &now);
  return (int64_t)now.tv_sec * NANOS_PER_SECOND + now.tv_nsec;
}

/* Takes from the number `first` on stay. */
static void make_room(struct capture *capture, uint64_t first)
{
  bool fits = take_folder_trim(capture->folder, capture->limit - capture->take_max, first);

  if (!fits && !capture->full_told) {
    capture_say(capture,
                "takes marked good, of this session and the last one fill capture_limit_mb; raise it, or "
                "delete some: emend takes list");
  }
  capture->full_told = !fits;
}

void capture_begin(struct capture *capture, nanos time, bool continues)
{
  struct error error = {STATUS_OK, ""};
  const int64_t wall = wall_now();
  const struct journal_start start = {
    .wall = wall, .utc_offset = take_utc_offset(wall), .continues = continues, .settings = capture->settings};

  capture->writing = capture_make_folder(capture, &error) == STATUS_OK;
  const bool session = !capture->in_session || capture->newest_at - capture->last_note_at > SESSION_PAUSE;
  const struct take_number number = take_number(capture->folder, session);
  make_room(capture, number.first);
  capture->in_session = true;
  capture->in_take = true;
  capture->struck = continues;
  capture->origin = time;
  capture->last_note = time;
  capture->last_note_at = capture->newest_at;
  capture->removed_count = 0;
  capture->writing = capture->writing && take_file_create(&capture->file, capture->folder, number.number,
                                                          &start, &error) == STATUS_OK;
  if (capture->writing) {
    show(capture, CAPTURE_RECORDING);
  } else {
    stop(capture, &error);
  }
}

void capture_put(struct capture *capture, struct journal_record record)
{
  struct error error = {STATUS_OK, ""};

  record.time -= capture->origin;
  if (capture->writing && take_file_put(&capture->file, &record, &error) != STATUS_OK) {
    stop(capture, &error);
  }
}

void capture_write(struct capture *capture, bool sync)
{
  struct error error = {STATUS_OK, ""};

  if (!capture->writing) {
    return;
  }
  enum status status = take_file_flush(&capture->file, &error);
  if (status == STATUS_OK && sync) {
    status = take_file_sync(&capture->file, &error);
  }
  if (status != STATUS_OK) {
    stop(capture, &error);
  }
}

void capture_end(struct capture *capture, enum journal_end why)
{
  if (!capture->in_take) {
    return;
  }
  capture_put(capture, (struct journal_record){.type = JOURNAL_END, .time = capture->newest, .end = why});
  capture_write(capture, true);
  if (capture->writing && !capture->struck) {
    (void)unlink(capture->file.path); /* at worst it stays */
    capture->file.path[0] = '\0';
  }
  take_file_close(&capture->file);
  capture->in_take = false;
  capture->writing = false;
  show(capture, CAPTURE_IDLE);
}

/* The draining thread's part: from the engine's records to the take's. */

enum { ACTIVE_SENSING = 0xFE };

#define SYNC_PERIOD NANOS_PER_SECOND
#define CLOCK_SLACK NANOS_PER_SECOND        /* maximum reordering of records */
#define LOST_PERIOD (10 * NANOS_PER_SECOND) /* between two lines about what was lost */
#define GOOD_SPAN (30 * NANOS_PER_SECOND)

static void forget_sounding(struct capture *capture)
{
  capture->sounding = (struct sounding){.count = 0};
}

/* Input at `time`: end a take that paused long enough, and begin one where none is open. */
static void begin_if_due(struct capture *capture, nanos time)
{
  if (capture->in_take && capture->sounding.count == 0 && time - capture->last_note >= capture->pause) {
    capture_end(capture, JOURNAL_PAUSE);
  }
  if (!capture->in_take) {
    capture_begin(capture, time, false);
  }
}

static void record_event(struct capture *capture, const struct live_event_record *event)
{
  const bool note =
    message_is_note_on(event->bytes, event->size) || message_is_note_off(event->bytes, event->size);
  struct journal_record record = {.type = event->sent ? JOURNAL_SENT : JOURNAL_RECEIVED,
                                  .time = event->time,
                                  .message = {.size = event->size}};

  if (event->size < 1 || event->size > 3 || event->bytes[0] == MIDI_CLOCK ||
      event->bytes[0] == ACTIVE_SENSING) {
    return;
  }
  memcpy(record.message.bytes, event->bytes, event->size);
  if (event->sent) {
    sounding_hear(&capture->sounding, event->bytes, event->size);
  } else {
    begin_if_due(capture, event->time);
    capture->struck = capture->struck || message_is_note_on(event->bytes, event->size);
    if (message_is_note_off(event->bytes, event->size)) { /* for however many strokes */
      sounding_release(&capture->sounding, event->bytes[0] & 0x0Fu, event->bytes[1]);
    }
  }
  if (note) {
    capture->last_note = event->time;
    capture->last_note_at = capture->newest_at;
  }
  if (capture->in_take) {
    capture_put(capture, record);
  }
}

static void record_decision(struct capture *capture, const struct live_decision_record *decision)
{
  const struct journal_record record = {.type = JOURNAL_DECISION,
                                        .time = decision->time,
                                        .decision = {.channel = decision->channel,
                                                     .pitch = decision->pitch,
                                                     .velocity = decision->velocity,
                                                     .passed = decision->passed != 0,
                                                     .damage = decision->damage,
                                                     .mode = decision->mode,
                                                     .log_odds = decision->log_odds,
                                                     .threshold = decision->threshold}};

  if (!capture->in_take) {
    return;
  }
  capture_put(capture, record);
  if (decision->passed == 0) {
    if (capture->removed_count == CAPTURE_UNDO_MAX) {
      capture->removed_count--;
      memmove(capture->removed, capture->removed + 1, (CAPTURE_UNDO_MAX - 1) * sizeof *capture->removed);
    }
    capture->removed[capture->removed_count++] = (struct journal_stroke){
      decision->time - capture->origin, decision->channel, decision->pitch, decision->velocity};
  }
}

/* Its time, or -1 if it is not a record. */
static nanos record_time(const struct ring_header *header, const union live_record *record)
{
  switch ((enum live_record_type)header->type) {
  case LIVE_RECORD_EVENT: return header->size == sizeof record->event ? record->event.time : -1;
  case LIVE_RECORD_DECISION: return header->size == sizeof record->decision ? record->decision.time : -1;
  case LIVE_RECORD_FRAME: return header->size == sizeof record->frame ? record->frame.time : -1;
  case LIVE_RECORD_LONG: return header->size == sizeof record->sysex ? record->sysex.time : -1;
  }
  return -1;
}

static bool is_full(const struct capture *capture)
{
  return capture->writing &&
         (capture->file.size + capture->file.used + 2 * JOURNAL_RECORD_MAX > capture->take_max ||
          capture->newest - capture->origin >= CAPTURE_TAKE_LONGEST);
}

/* The driver's clock began anew, as when a sound server comes back: the take's goes on, by the monotonic one.
 */
static void go_on_from(struct capture *capture, nanos time, nanos now)
{
  const nanos gap = now > capture->newest_at ? now - capture->newest_at : 0;
  const nanos back = capture->newest + gap - time;

  capture->origin -= back;
  capture->last_note -= back;
  capture->newest = time;
  forget_sounding(capture);
}

void capture_record(struct capture *capture, const struct ring_header *header, const union live_record *record,
                    nanos now)
{
  const nanos time = record_time(header, record);

  if (time < 0) {
    return;
  }
  if (time < capture->newest - CLOCK_SLACK) {
    go_on_from(capture, time, now);
  }
  capture->newest = time > capture->newest ? time : capture->newest;
  capture->newest_at = now;
  if (is_full(capture)) {
    capture_end(capture, JOURNAL_FULL);
    capture_begin(capture, time, true);
  }
  if (header->type == LIVE_RECORD_EVENT) {
    record_event(capture, &record->event);
  } else if (header->type == LIVE_RECORD_DECISION) {
    record_decision(capture, &record->decision);
  } else if (header->type == LIVE_RECORD_LONG) {
    begin_if_due(capture, time);
    capture_put(capture,
                (struct journal_record){.type = JOURNAL_LONG, .time = time, .size = record->sysex.size});
  }
}

static void label_good(struct capture *capture, nanos time)
{
  const nanos since = time - capture->origin > GOOD_SPAN ? time - capture->origin - GOOD_SPAN : 0;
  struct error error = {STATUS_OK, ""};

  if (capture->file.path[0] == '\0' || (capture->in_take && !capture->writing)) {
    capture_say(capture, "nothing is captured, so nothing can be marked");
    return;
  }
  if (capture->writing) {
    capture_put(capture, (struct journal_record){.type = JOURNAL_GOOD, .time = time, .since = since});
  }
  if (take_file_mark(capture->file.path, JOURNAL_KEEP, &error) == STATUS_OK) {
    capture_say(capture, "marked good: %s", capture->file.name);
  } else {
    capture_say(capture, "%.200s", error.text);
  }
}

/* A stroke of this take was meant, or was not. */
static void put_answer(struct capture *capture, nanos time, const struct journal_stroke *stroke,
                       enum damage damage, bool meant)
{
  const struct capture_answer answer = {.time = stroke->time + capture->origin,
                                        .channel = stroke->channel,
                                        .pitch = stroke->pitch,
                                        .velocity = stroke->velocity,
                                        .damage = (uint8_t)damage,
                                        .meant = meant};
  char name[PITCH_NAME_MAX];

  capture_put(capture, meant ? (struct journal_record){.type = JOURNAL_UNDO, .time = time, .undo = *stroke}
                             : (struct journal_record){
                                 .type = JOURNAL_UNMEANT, .time = time, .unmeant = {*stroke, (uint8_t)damage}});
  capture_say(capture,
              meant ? "undone: %s, velocity %d; training will count it as meant"
                    : "not meant: %s, velocity %d; the take is without it, training will count it as %s",
              pitch_name(stroke->pitch, name), stroke->velocity, damage_name(damage));
  (void)ring_write(&capture->answered, 1, &answer, sizeof answer); /* who shows it may miss it */
}

static void label_undo(struct capture *capture, nanos time)
{
  if (!capture->writing || capture->removed_count == 0) {
    capture_say(capture, "no removed note to undo in this take");
    return;
  }
  put_answer(capture, time, &capture->removed[--capture->removed_count], DAMAGE_NONE, true);
}

/* The next CAPTURE_UNDO is about another one. */
static void forget_removed(struct capture *capture, const struct journal_stroke *stroke)
{
  for (int i = 0; i < capture->removed_count; i++) {
    const struct journal_stroke *one = &capture->removed[i];
    if (one->time == stroke->time && one->channel == stroke->channel && one->pitch == stroke->pitch) {
      capture->removed_count--;
      memmove(capture->removed + i, capture->removed + i + 1,
              (size_t)(capture->removed_count - i) * sizeof *capture->removed);
      return;
    }
  }
}

static void take_answer(struct capture *capture, nanos time, const struct capture_answer *answer)
{
  const struct journal_stroke stroke = {answer->time - capture->origin, answer->channel, answer->pitch,
                                        answer->velocity};

  if (!capture->writing || stroke.time < 0 || answer->time > capture->newest) {
    capture_say(capture,
                "this note is in no take that is being written; emend takes lists those that have ended");
    return;
  }
  forget_removed(capture, &stroke);
  put_answer(capture, time, &stroke,
             answer->damage > DAMAGE_NONE && answer->damage < DAMAGE_COUNT ? (enum damage)answer->damage
                                                                           : DAMAGE_GHOST,
             answer->meant);
}

static void take_requests(struct capture *capture, nanos time)
{
  struct ring_header header;
  union {
    int value;
    struct capture_answer answer;
  } request;

  while (ring_read(&capture->requests, &header, &request, sizeof request)) {
    if (header.type == REQUEST_PORT && capture->in_take) {
      capture_put(capture,
                  (struct journal_record){.type = JOURNAL_PORT, .time = time, .connected = request.value != 0});
      if (request.value == 0) {
        forget_sounding(capture); /* the engine ended it, as far as it could */
      }
    } else if (header.type == REQUEST_LABEL && request.value == CAPTURE_GOOD) {
      label_good(capture, time);
    } else if (header.type == REQUEST_LABEL) {
      label_undo(capture, time);
    } else if (header.type == REQUEST_ANSWER) {
      take_answer(capture, time, &request.answer);
    }
  }
}

static void put_settings(struct capture *capture, nanos time)
{
  if (capture->in_take) {
    capture_put(capture,
                (struct journal_record){.type = JOURNAL_SETTINGS, .time = time, .settings = capture->settings});
  }
}

static void look_at_engine(struct capture *capture, nanos time)
{
  const uint64_t lost = atomic_load_explicit(&live_counters(capture->live)->capture_lost, memory_order_relaxed);
  const uint8_t mode = (uint8_t)live_current_mode(capture->live);
  const float strength = live_current_strength(capture->live);
  const nanos look_ahead = live_current_look_ahead(capture->live);

  if (lost != capture->lost_told) {
    if (capture->in_take) {
      capture_put(capture, (struct journal_record){
                             .type = JOURNAL_LOST, .time = time, .lost = lost - capture->lost_told});
    }
    if (time >= capture->lost_said + LOST_PERIOD) {
      capture_say(
        capture,
        "capture is behind: %llu messages or decisions are missing from takes so far; the disk is too slow",
        (unsigned long long)lost);
      capture->lost_said = time;
    }
    capture->lost_told = lost;
    forget_sounding(capture); /* a note-off may be among them */
  }
  if (mode != capture->settings.mode || look_ahead != capture->settings.look_ahead ||
      strength < capture->settings.strength || strength > capture->settings.strength) {
    capture->settings.mode = mode;
    capture->settings.strength = strength;
    capture->settings.look_ahead = look_ahead;
    put_settings(capture, time);
  }
}

void capture_model(struct capture *capture, const char *preset, uint32_t model)
{
  snprintf(capture->settings.preset, sizeof capture->settings.preset, "%s", preset);
  capture->settings.model = model;
  put_settings(capture, capture->newest);
}

void capture_flush(struct capture *capture, nanos now)
{
  const nanos passed = now - capture->newest_at;
  const nanos time = capture->newest + (passed > 0 && capture->newest_at > 0 ? passed : 0);
  const bool sync = now - capture->synced_at >= SYNC_PERIOD;

  take_requests(capture, time);
  look_at_engine(capture, time);
  if (capture->in_take && capture->sounding.count == 0 && now - capture->last_note_at >= capture->pause) {
    capture_end(capture, JOURNAL_PAUSE);
  }
  capture_write(capture, sync);
  capture->synced_at = sync ? now : capture->synced_at;
}

enum { PARTS = 4 }; /* at least so many files fit into the limit */

/* With those above it, each for its owner alone. */
enum status capture_make_folder(const struct capture *capture, struct error *error)
{
  const char *path = capture->folder;
  char part[DATAFILE_PATH_MAX];
  size_t length = strlen(path);
  struct stat about;
  bool made = false;

  for (size_t i = 1; i <= length; i++) {
    if (path[i] == '/' || path[i] == '\0') {
      memcpy(part, path, i);
      part[i] = '\0';
      /* Whatever the umask takes away, the owner needs. */
      made = mkdir(part, S_IRWXU) == 0;
      if (made && chmod(part, S_IRWXU) != 0) {
        break;
      }
    }
  }
  if (stat(path, &about) == 0 && S_ISDIR(about.st_mode) &&
      (made || !capture->make_private || chmod(path, S_IRWXU) == 0) && access(path, W_OK | X_OK) == 0) {
    return STATUS_OK;
  }
  return error_set(error, STATUS_IO,
                   "takes cannot be kept in %.300s: %s; name another folder or use --no-capture", path,
                   errno == EEXIST ? "it is no folder" : strerror(errno));
}

static enum status init(struct capture *capture, const struct capture_options *options, struct error *error)
{
  capture->file.fd = -1;
  capture->pause = (nanos)(options->pause * (double)NANOS_PER_SECOND);
  capture->limit = options->limit;
  capture->make_private = options->make_private;
  capture->take_max = options->limit / PARTS < CAPTURE_TAKE_MAX ? options->limit / PARTS : CAPTURE_TAKE_MAX;
  if (capture->take_max < CAPTURE_TAKE_MIN) {
    return error_set(error, STATUS_USAGE, "a limit of %llu bytes for all takes is too small",
                     (unsigned long long)options->limit);
  }
  if (options->folder[0] == '\0' || strlen(options->folder) >= sizeof capture->folder - JOURNAL_NAME_MAX) {
    return error_set(error, STATUS_USAGE, "'%.100s' cannot be the folder of takes", options->folder);
  }
  snprintf(capture->folder, sizeof capture->folder, "%s", options->folder);
  snprintf(capture->settings.preset, sizeof capture->settings.preset, "%s", options->preset);
  capture->settings.model = options->model;
  capture->settings.mode = (uint8_t)live_current_mode(capture->live);
  capture->settings.strength = live_current_strength(capture->live);
  capture->settings.look_ahead = live_current_look_ahead(capture->live);
  if (ring_init(&capture->requests, CAPTURE_RING) != STATUS_OK ||
      ring_init(&capture->news, CAPTURE_RING) != STATUS_OK ||
      ring_init(&capture->answered, CAPTURE_RING) != STATUS_OK) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot capture takes");
  }
  return capture_make_folder(capture, error);
}

static void release(struct capture *capture)
{
  ring_free(&capture->requests);
  ring_free(&capture->news);
  ring_free(&capture->answered);
  free(capture);
}

enum status capture_open(struct capture **capture, const struct capture_options *options,
                         const struct live *live, struct error *error)
{
  struct capture *made = calloc(1, sizeof *made);

  *capture = NULL;
  if (made == NULL) {
    return error_set(error, STATUS_NO_MEMORY, "out of memory: cannot capture takes");
  }
  made->live = live;
  enum status status = init(made, options, error);
  if (status != STATUS_OK) {
    release(made);
    return status;
  }
  *capture = made;
  return STATUS_OK;
}

void capture_close(struct capture *capture)
{
  if (capture != NULL) {
    capture_flush(capture, capture->newest_at);
    capture_end(capture, JOURNAL_QUIT);
    release(capture);
  }
}

void capture_take(const struct capture *capture, char path[DATAFILE_PATH_MAX])
{
  const bool refused = capture->in_take && !capture->writing;

  snprintf(path, DATAFILE_PATH_MAX, "%s", refused ? "" : capture->file.path);
}

bool capture_label(struct capture *capture, enum capture_label label)
{
  int value = (int)label;
  return capture == NULL || ring_write(&capture->requests, REQUEST_LABEL, &value, sizeof value);
}

bool capture_answer(struct capture *capture, const struct capture_answer *answer)
{
  return capture == NULL || ring_write(&capture->requests, REQUEST_ANSWER, answer, sizeof *answer);
}

bool capture_answered(struct capture *capture, struct capture_answer *answer)
{
  struct ring_header header;
  return capture != NULL && ring_read(&capture->answered, &header, answer, sizeof *answer);
}

bool capture_port(struct capture *capture, bool connected)
{
  int value = connected;
  return capture == NULL || ring_write(&capture->requests, REQUEST_PORT, &value, sizeof value);
}

enum capture_state capture_poll(struct capture *capture, char line[CAPTURE_LINE])
{
  struct ring_header header;

  line[0] = '\0';
  if (capture == NULL) {
    return CAPTURE_IDLE;
  }
  (void)ring_read(&capture->news, &header, line, CAPTURE_LINE);
  return (enum capture_state)atomic_load_explicit(&capture->state, memory_order_relaxed);
}
