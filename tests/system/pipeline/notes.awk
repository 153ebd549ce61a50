# SPDX-License-Identifier: MIT
# awk -f notes.awk DIRECT RECEIVED: two recordings of jack_midi_dump. From the first note on, the same channel
# messages in the same order, each at its frame; and no note sounds at the end.
# What comes before differs: a player begins before its connection holds.
function digit(letter) { return index("0123456789abcdef", letter) - 1 }
/^ *[0-9]+: [89a-e]/ {
  split($0, parts, "\t")
  message = parts[1]
  sub(/^ *[0-9]+: /, "", message)
  sub(/ *$/, "", message)
  frame = $1 + 0
  kind = substr(message, 1, 1)
  file = FILENAME == ARGV[1] ? 1 : 2
  if (kind == 9 && count[file] == 0) start[file] = frame
  if (kind != 9 && count[file] == 0) next
  count[file]++
  text[file, count[file]] = message
  at[file, count[file]] = frame - start[file]
  if (kind == 9 && substr(message, 7, 2) != "00") { ons[file]++; open[file, substr(message, 1, 5)] = 1 }
  else if (kind == 8 || kind == 9) open[file, "9" substr(message, 2, 4)] = 0
}
END {
  for (i = 1; i <= count[1] || i <= count[2]; i++) {
    if (text[1, i] != text[2, i]) { print "message " i " was '" text[1, i] "' and came as '" text[2, i] "'"; wrong = 1; break }
    late = at[2, i] - at[1, i]
    if (late < 0) late = -late
    if (late > worst) worst = late
  }
  for (note in open) { split(note, parts, SUBSEP); if (parts[1] == 2) held += open[note] }
  print "bypass: " count[1] + 0 " messages with " ons[1] + 0 " notes in, " count[2] + 0 " with " ons[2] + 0 " out, moved by " worst + 0 " frames at most, " held + 0 " held"
  exit wrong || ons[1] < 200 || worst > LIMIT || held
}
