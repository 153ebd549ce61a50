# SPDX-License-Identifier: MIT
# awk -f latency.awk SENT RECEIVED: how many frames after it was sent each event was received.
# A note-on that is not received was removed by the gate; note-offs may be held back on purpose and are left out.
# All other events must arrive, in order.
function is_note() { return length($2) == 6 && substr($2, 1, 1) ~ /[89]/ }
function is_on() { return is_note() && substr($2, 1, 1) == "9" && substr($2, 5, 2) != "00" }
function add(frames) { late[frames]++; matched++ }

# The last such stroke before it.
function match_on(    i) {
  for (i = on_count[$2]; i > 0 && on_frame[$2, i] > $1; i--) {
  }
  if (i > 0) {
    add($1 - on_frame[$2, i])
    heard++
  }
}

# The frames within which that share of the events arrived.
function quantile(share,    frames, sum) {
  for (frames = 0; sum < share * matched; frames++) {
    sum += late[frames]
  }
  return frames - 1
}

FNR == NR {
  total++
  if (is_on()) {
    on_frame[$2, ++on_count[$2]] = $1
    ons++
  } else if (!is_note()) {
    other_frame[++others] = $1
    other_bytes[others] = $2
  }
  next
}
is_on() { match_on() }
!is_note() {
  seen++
  if (seen <= others && other_bytes[seen] == $2) {
    add($1 - other_frame[seen])
  } else {
    wrong++
  }
}
END {
  lost = others - seen + wrong
  printf "latency %d %d %d %d %d %d\n", total, ons - heard, lost, quantile(0.5), quantile(0.99), quantile(1)
  exit matched == 0 || lost > 0
}
