# 1,000 notes, some 200 a second, of many pitches, channels and lengths that overlap, as octal escapes for printf:
# a Standard MIDI File, or with -v RAW=1 its bare bytes.
function byte(value) { return sprintf("\\%03o", value) }
function word(value) { return byte(int(value / 16777216) % 256) byte(int(value / 65536) % 256) byte(int(value / 256) % 256) byte(value % 256) }
function add(delta, status, pitch, velocity) {
  if (!RAW) { track = track byte(delta); bytes++ }
  track = track byte(status) byte(pitch) byte(velocity)
  bytes += 3
}
# 960 ticks are a second: a note begins every 5 ticks and ends after 7.
BEGIN {
  for (note = 0; note < 1000; note++) {
    add(note == 0 ? 0 : 3, 144 + note % 4, 30 + note * 7 % 80, 1 + note * 13 % 127)
    if (note > 0) add(2, 128 + (note - 1) % 4, 30 + (note - 1) * 7 % 80, 64)
    else add(2, 176, 7, 100)
  }
  add(2, 128 + 999 % 4, 30 + 999 * 7 % 80, 64)
  if (!RAW)
    track = "MThd" word(6) byte(0) byte(0) byte(0) byte(1) byte(1) byte(224) "MTrk" word(bytes + 4) track byte(0) byte(255) byte(47) byte(0)
  print track
}
