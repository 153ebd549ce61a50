#include "rtmidi_devices.h"

#include "alsa_seq.h"

enum status rtmidi_no_system(struct error *error)
{
  return error_set(error, STATUS_IO, RTMIDI_NAME ": the %s does not answer: choose another --driver",
                   RTMIDI_TITLE);
}

size_t rtmidi_devices_list(RtMidiPtr device, enum port_direction direction, struct port_info *list,
                           size_t capacity, size_t count)
{
  rtmidi_expect(device);
  unsigned ports = rtmidi_get_port_count(device);
  for (unsigned i = 0; device->ok && i < ports && count < capacity; i++) {
    struct port_info *info = &list[count];
    int size = (int)sizeof(info->name);
    info->name[0] = '\0';
    if (rtmidi_get_port_name(device, i, info->name, &size) >= 0 && device->ok && info->name[0]) {
      info->direction = direction;
      count++;
    }
    rtmidi_expect(device);
  }
  return count;
}

void rtmidi_devices_free(RtMidiInPtr in, RtMidiOutPtr out)
{
  if (in) {
    /* Freed at once, RtMidi would delete the callback's data under its running thread. */
    if (in->ptr) {
      rtmidi_expect(in);
      rtmidi_close_port(in);
      if (in->data) { /* without one RtMidi complains aloud */
        rtmidi_in_cancel_callback(in);
      }
    }
    rtmidi_in_free(in);
  }
  if (out) {
    if (out->ptr) {
      rtmidi_expect(out);
      rtmidi_close_port(out);
    }
    rtmidi_out_free(out);
  }
}

enum status rtmidi_devices_new(const char *name, RtMidiInPtr *in, RtMidiOutPtr *out, struct error *error)
{
  *in = NULL;
  *out = NULL;
  enum status status = alsa_seq_probe(RTMIDI_NAME, error);
  if (status != STATUS_OK) {
    return status;
  }
  *in = rtmidi_in_create(RTMIDI_SYSTEM, name, 1);
  *out = rtmidi_out_create(RTMIDI_SYSTEM, name);
  if (*in && (*in)->ok && *out && (*out)->ok) {
    return STATUS_OK;
  }
  rtmidi_devices_free(*in, *out);
  *in = NULL;
  *out = NULL;
  return rtmidi_no_system(error);
}
