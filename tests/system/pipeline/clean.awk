# SPDX-License-Identifier: MIT
# awk -f clean.awk TRUTH NOISY CLEANED: three recordings of jack_midi_dump, each timed from its first note. Of the
# notes that are not in TRUTH (the same pitch within 50 ms) nearly all must be gone, nearly all that are must be
# there, and no note may sound at the end.
/^ *[0-9]+: [89]/ {
  if (FILENAME != name) { name = FILENAME; file++ }
  key = substr($2, 2) " " $3
  on = substr($2, 1, 1) == 9 && $4 != "00"
  if (on) {
    if (!count[file]) start[file] = $1 + 0
    count[file]++
    pitch[file, count[file]] = key
    at[file, count[file]] = $1 - start[file]
  }
  if (file == 3) open[key] = on
}
# How many notes of a recording are in the truth.
function matched(recording,   i, j, gap, sum, used) {
  split("", used)
  for (i = 1; i <= count[recording]; i++)
    for (j = 1; j <= count[1]; j++) {
      gap = at[recording, i] - at[1, j]
      if (pitch[recording, i] == pitch[1, j] && gap < 2400 && gap > -2400 && !used[j]) { used[j] = 1; sum++; break }
    }
  return sum + 0
}
END {
  for (key in open) held += open[key]
  true_in = matched(2)
  true_out = matched(3)
  false_in = count[2] - true_in
  false_out = count[3] - true_out
  print "clean: " count[1] " true notes; in " true_in " of them and " false_in " false ones; out " true_out " and " false_out "; " held + 0 " held"
  exit !(false_in > 50 && false_out * 10 <= false_in && true_out >= 0.97 * true_in) || held
}
