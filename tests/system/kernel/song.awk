# SPDX-License-Identifier: MIT
# 1,000 notes, some 200 a second, of many pitches, channels and lengths that overlap, and between them whatever else a
# keyboard sends, as octal escapes for printf: a Standard MIDI File, or with -v RAW=1 its bare bytes.
function byte(value) { return sprintf("\\%03o", value) }
function word(value) { return byte(int(value / 16777216) % 256) byte(int(value / 65536) % 256) byte(int(value / 256) % 256) byte(value % 256) }
function put(value) { track = track byte(value); bytes++ }
function begin(delta, status) {
  if (!RAW) put(delta)
  put(status)
}
function add(delta, status, first, second) {
  begin(delta, status)
  put(first)
  if (status < 192 || status >= 224) put(second) # program changes and pressures are of one
}
# A SysEx of `size` bytes in all, for an instrument that there is not.
function add_sysex(size) {
  begin(0, 240)
  if (!RAW && size > 128) put(128 + int((size - 1) / 128))
  if (!RAW) put((size - 1) % 128)
  put(125)
  for (i = 3; i < size; i++) put((i * 5 + size) % 128)
  put(247)
}
function add_other(turn, channel) {
  if (turn % 6 == 0) add(0, 224 + channel, turn * 29 % 128, turn * 11 % 128) # pitch bend
  else if (turn % 6 == 1) add(0, 176 + channel, 64, turn % 4 < 2 ? 127 : 0)  # pedal
  else if (turn % 6 == 2) add(0, 176 + channel, 1, turn % 128)               # modulation
  else if (turn % 6 == 3) add(0, 208 + channel, turn % 128)                  # pressure, of the keys
  else if (turn % 6 == 4) add(0, 160 + channel, 30 + turn % 80, turn % 128)  # and of one key
  else add(0, 192 + channel, turn % 128)                                     # program
}
# 960 ticks are a second: a note begins every 5 ticks and ends after 7.
BEGIN {
  for (note = 0; note < 1000; note++) {
    add(note == 0 ? 0 : 3, 144 + note % 4, 30 + note * 7 % 80, 1 + note * 13 % 127)
    if (note > 0) add(2, 128 + (note - 1) % 4, 30 + (note - 1) * 7 % 80, 64)
    else add(2, 176, 7, 100)
    if (note % 10 == 5) add_other(int(note / 10), note % 4)
    if (note % 250 == 100) add_sysex(6)
    if (note == 500) add_sysex(400)
  }
  add(2, 128 + 999 % 4, 30 + 999 * 7 % 80, 64)
  if (!RAW)
    track = "MThd" word(6) byte(0) byte(0) byte(0) byte(1) byte(1) byte(224) "MTrk" word(bytes + 4) track byte(0) byte(255) byte(47) byte(0)
  print track
}
