# SPDX-License-Identifier: MIT
# awk -f compare.awk SENT RECEIVED: what was sent (lines of frame and bytes) against what was received.
# Every event must have been received, in order, with the same bytes, DELAY frames later; what is received beyond
# that may only be the note-offs of held notes, and pedals that are lifted. With CLEAN=1 notes may be missing and
# note-offs may come later, but what is there must have been sent. Always: no note without its end, no end without its
# note.
function is_note() { return length($2) == 6 && substr($2, 1, 1) ~ /[89]/ }
function is_on() { return is_note() && substr($2, 1, 1) == "9" && substr($2, 5, 2) != "00" }

# Of a pedal that holds notes.
function is_lift() { return length($2) == 6 && substr($2, 1, 1) == "b" && substr($2, 3) ~ /^4[025]00$/ }

function balance(key) {
  key = substr($2, 2, 3)
  if (is_on()) {
    sounding[key]++
  } else if (is_note() && --sounding[key] < 0) {
    unmatched++
  }
}

# Note-offs are held back, so only the others keep their order and frames.
function compare_clean() {
  if (!is_note()) {
    check_next()
  } else if (is_on() && --ons[$1 - DELAY, $2] < 0) {
    strange++
  }
}

function check_next(part) {
  if (++seen > count) {
    strange += !is_lift() && (!is_note() || is_on())
    return
  }
  split(sent[seen], part, " ")
  wrong += part[2] != $2
  moved += $1 - part[1] != DELAY
}

FNR == NR {
  if (CLEAN && is_on()) {
    ons[$1, $2]++
  }
  if (!CLEAN || !is_note()) {
    sent[++count] = $0
  }
  total++
  next
}
{
  received++
  balance()
  if (CLEAN) {
    compare_clean()
  } else {
    check_next()
  }
}
END {
  for (key in sounding) {
    stuck += sounding[key] > 0
  }
  lost = seen < count ? count - seen : 0
  printf "sent %d received %d lost %d wrong %d moved %d strange %d unmatched %d stuck %d\n", total, received, lost,
    wrong, moved, strange, unmatched, stuck
  exit count == 0 || lost + wrong + moved + strange + unmatched + stuck > 0
}
