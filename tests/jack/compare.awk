# awk -f compare.awk SENT RECEIVED: every event sent must have been received, in order, with the same
# bytes, DELAY frames later; what is received beyond that may only be the note-offs of held notes.
function note(line, bytes, key) {
  split(line, part, " ")
  bytes = part[2]
  if (length(bytes) != 6 || (substr(bytes, 1, 1) != "8" && substr(bytes, 1, 1) != "9")) {
    return
  }
  key = substr(bytes, 2, 3)
  if (substr(bytes, 1, 1) == "9" && substr(bytes, 5, 2) != "00") {
    sounding[key]++
  } else if (--sounding[key] < 0) {
    unmatched++
  }
}
FNR == NR { sent[++count] = $0; next }
{
  note($0)
  received++
  if (received > count) {
    if (substr($2, 1, 1) != "8") {
      strange++
    }
    next
  }
  split(sent[received], want, " ")
  if ($2 != want[2]) {
    wrong++
  }
  if ($1 - want[1] != DELAY) {
    moved++
  }
}
END {
  for (key in sounding) {
    if (sounding[key] > 0) {
      stuck++
    }
  }
  lost = received < count ? count - received : 0
  printf "sent %d received %d lost %d wrong %d moved %d strange %d unmatched %d stuck %d\n", count, received, lost,
    wrong, moved, strange, unmatched, stuck
  exit count == 0 || lost + wrong + moved + strange + unmatched + stuck > 0
}
