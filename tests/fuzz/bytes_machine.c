/* SPDX-License-Identifier: MIT */
#include "bytes_machine.h"

#include <math.h>
#include <string.h>

#define MS NANOS_PER_MILLISECOND
#define DAY (24 * 3600 * NANOS_PER_SECOND)
#define TIME_MAX (INT64_C(1) << 60)
#define SYSEX_PATIENCE (100 * MS)

enum {
  CAPTURE = 1 << 17,
  LONG_UNIT = 256,
  LONG_MAX_SIZE = 16 * LONG_UNIT,
  CLOSING_SECONDS = 4,
  SYSEX_END = 0xF7,
  BURST = 16
};

static void blame(struct bytes_machine *machine, const char *fault)
{
  machine->fault = machine->fault != NULL ? machine->fault : fault;
}

/* Past its end a program is of zeros. */
static uint8_t next(struct bytes_machine *machine)
{
  return machine->at < machine->size ? machine->data[machine->at++] : 0;
}

static bool emit(void *user, nanos time, const uint8_t *bytes, size_t size)
{
  struct bytes_machine *machine = user;
  if (machine->room == 0) {
    return false;
  }
  machine->room -= machine->room > 0;
  if (!recording_emit(&machine->out, time, bytes, size)) {
    blame(machine, "more came out than the recording holds");
  }
  return true;
}

static void check_within(struct bytes_machine *machine)
{
  for (uint32_t i = machine->mark; machine->within && i < machine->out.count; i++) {
    const struct recorded *message = &machine->out.messages[i];
    if (message->time < machine->deadline &&
        message_is_note_off(recording_bytes(&machine->out, i), message->size)) {
      blame(machine, "a note-off of the engine's own lies within a SysEx");
    }
  }
}

static void take_records(struct bytes_machine *machine)
{
  struct ring_header header;
  union live_record record;
  while (ring_read(live_capture(machine->live), &header, &record, sizeof record)) {
    switch ((enum live_record_type)header.type) {
    case LIVE_RECORD_EVENT:
      machine->sent += record.event.sent;
      machine->received += !record.event.sent;
      break;
    case LIVE_RECORD_LONG: machine->received++; break;
    case LIVE_RECORD_DECISION: machine->refused += !record.decision.passed; break;
    case LIVE_RECORD_FRAME: break;
    default: blame(machine, "the capture has a record of an unknown type");
    }
  }
}

/* A model that was let go of must not be touched again: without its functions that is a crash. */
static void take_retired(struct bytes_machine *machine)
{
  for (struct cleaner *cleaner; (cleaner = live_retired(machine->live)) != NULL;) {
    int i = cleaner == &machine->fakes[0].cleaner ? 0 : 1;
    if (cleaner != &machine->fakes[i].cleaner || machine->held[i]) {
      blame(machine, "a model came back that was not handed over");
      return;
    }
    machine->held[i] = true;
    cleaner->ops = NULL;
  }
}

static void settle(struct bytes_machine *machine)
{
  check_within(machine);
  take_records(machine);
  take_retired(machine);
}

static void pass(struct bytes_machine *machine, nanos span)
{
  machine->time += machine->time < TIME_MAX ? span : 0;
  machine->now = machine->time > machine->now ? machine->time : machine->now;
  machine->jumps += span > NANOS_PER_SECOND * 60;
  machine->port.advance(machine->port.user, machine->time);
}

static void watch_sysex(struct bytes_machine *machine, const uint8_t *bytes, size_t size)
{
  bool starts = bytes[0] == MIDI_SYSEX;
  bool goes_on =
    machine->within && machine->now < machine->deadline && (bytes[0] < 0x80 || bytes[0] == SYSEX_END);
  machine->within = (starts || goes_on) && bytes[size - 1] != SYSEX_END && machine->look_ahead == 0 &&
                    machine->room == BYTES_ANY_ROOM;
  machine->deadline = machine->now + SYSEX_PATIENCE;
  machine->mark = machine->out.count;
}

static bool ends_all(const uint8_t *bytes, size_t size)
{
  bool controller = size == 3 && (bytes[0] & 0xF0) == MIDI_CONTROL &&
                    (bytes[1] == MIDI_ALL_SOUND_OFF || bytes[1] == MIDI_ALL_NOTES_OFF);
  return controller || (size == 1 && bytes[0] == 0xFF);
}

static void receive(struct bytes_machine *machine, const uint8_t *bytes, size_t size)
{
  if (size > 0 &&
      (machine->in.count == RECORDING_MAX / 2 || !recording_emit(&machine->in, machine->time, bytes, size))) {
    machine->at = machine->size; /* enough */
    return;
  }
  /* Any status but a real-time one breaks a SysEx off. */
  machine->within = machine->within && size > 0 && (bytes[0] < 0x80 || bytes[0] >= MIDI_SYSEX);
  machine->port.receive(machine->port.user, machine->time, bytes, size);
  if (size > 0) {
    check_within(machine);
    watch_sysex(machine, bytes, size);
    machine->disturbed = machine->disturbed || ends_all(bytes, size);
  }
}

static void receive_raw(struct bytes_machine *machine)
{
  uint8_t bytes[8] = {0};
  size_t size = next(machine) % (sizeof bytes + 1);
  for (size_t i = 0; i < size; i++) {
    bytes[i] = next(machine);
  }
  receive(machine, bytes, size);
}

/* A SysEx, or a piece of one. */
static void receive_long(struct bytes_machine *machine, unsigned units)
{
  uint8_t bytes[LONG_MAX_SIZE];
  uint8_t kind = next(machine);
  size_t size = (units + 1) * LONG_UNIT - (kind >> 2);
  memset(bytes, kind & 0x7F, size);
  bytes[0] = kind & 1 ? MIDI_SYSEX : bytes[0];
  bytes[size - 1] = kind & 2 ? SYSEX_END : bytes[size - 1];
  receive(machine, bytes, size);
}

static void receive_note(struct bytes_machine *machine, unsigned channel, bool on)
{
  uint8_t pitch = next(machine) & 0x7F;
  uint8_t velocity = next(machine);
  bool as_on = on || velocity >= 0x80;
  velocity = on ? velocity & 0x7F : as_on ? 0 : velocity;
  receive(machine, (uint8_t[]){(uint8_t)((as_on ? MIDI_NOTE_ON : MIDI_NOTE_OFF) | channel), pitch, velocity},
          3);
}

static void receive_event(struct bytes_machine *machine)
{
  uint32_t event = 0;
  uint8_t bytes[4];
  for (int i = 0; i < 4; i++) {
    event |= (uint32_t)next(machine) << (8 * i);
  }
  receive(machine, bytes, portmidi_decode(&machine->decoder, event, bytes));
}

static void receive_burst(struct bytes_machine *machine, unsigned param)
{
  uint8_t pitch = next(machine) & 0x7F;
  for (unsigned i = 0; i < (param + 1) * BURST; i++) {
    uint8_t status = (uint8_t)(i % 2 ? MIDI_NOTE_OFF : MIDI_NOTE_ON);
    receive(machine, (uint8_t[]){status, (pitch + i / 2) & 0x7F, (uint8_t)(1 + i)}, 3);
  }
}

static void swap(struct bytes_machine *machine, unsigned which)
{
  if (which >= BYTES_FAKES) {
    machine->swaps += live_swap(machine->live, NULL);
  } else if (machine->held[which]) {
    machine->fakes[which].cleaner.ops = &fake_ops;
    machine->held[which] = !live_swap(machine->live, &machine->fakes[which].cleaner);
    machine->swaps += !machine->held[which];
  }
}

static void set_tempo(struct bytes_machine *machine)
{
  unsigned microseconds = next(machine) * 65536U + next(machine) * 256U + next(machine);
  machine->port.tempo(machine->port.user, microseconds > 0 ? 60e6 / microseconds : 0);
}

static void command(struct bytes_machine *machine, unsigned param)
{
  uint8_t value = next(machine);
  machine->commanded = true;
  machine->within = false;
  switch (param % 8) {
  case LIVE_BYPASS:
  case LIVE_MONITOR:
  case LIVE_CLEAN: (void)live_set_mode(machine->live, (enum live_mode)(param % 8)); break;
  case 3: (void)live_set_strength(machine->live, value == 255 ? NAN : (float)value / 200); break;
  case 4:
    machine->disturbed = true;
    machine->panics += live_panic(machine->live);
    break;
  case 5: swap(machine, value % (BYTES_FAKES + 1)); break;
  case 6: set_tempo(machine); break;
  default: machine->fakes[value % BYTES_FAKES].state[value / 16].broken = value & 8;
  }
}

/* The ports are lost, or are back; a driver that starts anew may count time from anywhere. */
static void restart(struct bytes_machine *machine, unsigned param)
{
  nanos back = (param & 2) ? next(machine) * 10 * MS : 0;
  machine->commanded = true;
  machine->disturbed = true;
  machine->within = false;
  if (!(param & 1)) {
    machine->port.silence(machine->port.user, machine->time);
    return;
  }
  if (param & 4) {
    machine->port.silence(machine->port.user, machine->time);
  }
  machine->time = machine->time > back ? machine->time - back : 0;
  machine->time_back = machine->time_back || machine->time < machine->now;
  machine->now = machine->time;
  machine->port.begin(machine->port.user, machine->time);
  machine->begins++;
}

static void step(struct bytes_machine *machine)
{
  unsigned op = next(machine);
  unsigned param = op >> 4;
  nanos span;
  switch (op & 15) {
  case 0: receive_raw(machine); break;
  case 1: receive_long(machine, param); break;
  case 2:
  case 3:
  case 4: receive_note(machine, param, true); break;
  case 5:
  case 6: receive_note(machine, param, false); break;
  case 7: pass(machine, next(machine) * MS); break;
  case 8:
    span = (nanos)next(machine) << 3 * param;
    pass(machine, span < DAY ? span : DAY);
    break;
  case 9:
    span = next(machine) * MS;
    machine->time = machine->time > span ? machine->time - span : 0;
    break;
  case 10: receive_event(machine); break;
  case 11: command(machine, param); break;
  case 12:
    machine->within = false;
    machine->room = param == 1 ? BYTES_ANY_ROOM : (int)(param * param);
    break;
  case 13: restart(machine, param); break;
  case 14: receive_burst(machine, param); break;
  default: pass(machine, next(machine) * MS / 4); receive(machine, (uint8_t[]){MIDI_CLOCK}, 1);
  }
}

static void close(struct bytes_machine *machine)
{
  machine->room = BYTES_ANY_ROOM;
  machine->within = false;
  machine->time = machine->now;
  pass(machine, CLOSING_SECONDS * NANOS_PER_SECOND);
  machine->port.silence(machine->port.user, machine->time);
  machine->port.advance(machine->port.user, machine->time);
  settle(machine);
}

static bool begin(struct bytes_machine *machine)
{
  static const uint8_t look_aheads[] = {0, 0, 0, 5, 12, 30, 200, 0};
  unsigned head = next(machine);
  machine->look_ahead = look_aheads[head >> 2 & 7] * MS;
  const struct live_config config = {.mode = (enum live_mode)(head % 4 % 3),
                                     .strength = (float)next(machine) / 255,
                                     .look_ahead = machine->look_ahead,
                                     .bpm = 120,
                                     .keep_warm = head >> 5 & 1,
                                     .capture_capacity = CAPTURE};
  for (int i = 0; i < BYTES_FAKES; i++) {
    fake_predictor_init(&machine->fakes[i]);
    machine->held[i] = i > 0;
  }
  machine->fakes[1].cleaner.frame = (struct frame_def){FRAME_BEATS, 0.25, 2};
  struct cleaner *cleaner = head >> 6 & 1 ? NULL : &machine->fakes[0].cleaner;
  machine->held[0] = cleaner == NULL;
  if (live_new(&machine->live, &config, cleaner, stream_emit, &machine->stream, NULL) != STATUS_OK) {
    return false;
  }
  stream_init(&machine->stream, machine->live);
  stream_connect(&machine->stream, emit, machine);
  machine->port = stream_port(&machine->stream);
  machine->port.begin(machine->port.user, 0);
  return true;
}

void bytes_machine_run(struct bytes_machine *machine, const uint8_t *data, size_t size)
{
  memset(machine, 0, offsetof(struct bytes_machine, in));
  recording_clear(&machine->in);
  recording_clear(&machine->out);
  machine->data = data;
  machine->size = size;
  machine->room = BYTES_ANY_ROOM;
  if (!begin(machine)) {
    blame(machine, "no engine");
    return;
  }
  while (machine->at < machine->size && machine->fault == NULL) {
    step(machine);
    settle(machine);
  }
  close(machine);
}

void bytes_machine_free(struct bytes_machine *machine)
{
  live_free(machine->live);
  machine->live = NULL;
}
