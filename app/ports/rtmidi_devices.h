/* SPDX-License-Identifier: MIT */
/* RtMidi's devices, through its C API: made, listed, freed. Control thread. */
#ifndef EMEND_RTMIDI_DEVICES_H
#define EMEND_RTMIDI_DEVICES_H

#include <rtmidi_c.h>

#include "port.h"

#if defined(__APPLE__)
#define RTMIDI_NAME "coremidi"
#define RTMIDI_SYSTEM RTMIDI_API_MACOSX_CORE
#define RTMIDI_TITLE "CoreMIDI"
enum { RTMIDI_VIRTUAL = 1, RTMIDI_WHOLE_SYSEX = 1 };
#elif defined(_WIN32)
#define RTMIDI_NAME "winmm"
#define RTMIDI_SYSTEM RTMIDI_API_WINDOWS_MM
#define RTMIDI_TITLE "Windows MIDI"
enum { RTMIDI_VIRTUAL = 0, RTMIDI_WHOLE_SYSEX = 1 };
#else
#define RTMIDI_NAME "alsa"
#define RTMIDI_SYSTEM RTMIDI_API_LINUX_ALSA
#define RTMIDI_TITLE "ALSA sequencer"
enum { RTMIDI_VIRTUAL = 1, RTMIDI_WHOLE_SYSEX = 0 };
#endif

/* RtMidi never sets `ok` again once it was false, so it is set before each call. Its `msg` points into
 * an exception that is gone by the time the call returns, so it is never read. */
static inline void rtmidi_expect(RtMidiPtr device)
{
  device->ok = true;
}

/* One pair of clients, to be used as long as the driver is open: RtMidi leaks those that fail. On
 * failure both are NULL. Allocates; release with rtmidi_devices_free. */
enum status rtmidi_devices_new(const char *name, RtMidiInPtr *in, RtMidiOutPtr *out,
                               struct error *error) EMEND_CHECK;
void rtmidi_devices_free(RtMidiInPtr in, RtMidiOutPtr out);

/* Add what `device` can be connected to from list[count] on; returns the new count. */
size_t rtmidi_devices_list(RtMidiPtr device, enum port_direction direction, struct port_info *list,
                           size_t capacity, size_t count);

/* The line for a system that does not answer. */
enum status rtmidi_no_system(struct error *error);

#endif
