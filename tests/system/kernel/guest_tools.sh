# SPDX-License-Identifier: MIT
# Sourced: emend and the recorders in the background, and what was recorded.

# within TENTHS COMMAND...: until it succeeds.
within() {
  tenths=$1
  shift
  while [ "$tenths" -gt 0 ]; do
    "$@" && return 0
    usleep 100000
    tenths=$((tenths - 1))
  done
  return 1
}
says() { grep -q -- "$1" emend.out; }

# start_emend ARGUMENT...: as a player starts it, but for what would depend on the model.
start_emend() {
  emend live --preset /test/pop --no-capture --mode bypass --report report.json "$@" >emend.out 2>&1 &
  emend=$!
  within 150 says '^emend live: driver' || bad "emend starts"
}
ends_well() {
  kill "$1"
  wait "$1"
}
stop_emend() { check "emend ends with status 0" ends_well $emend; }

# The sequencer address of a port: address CLIENT PORT.
address() {
  aconnect -l | awk -v client="$1" -v port="$2" -F "'" '
    { sub(/ *$/, "", $2) }
    /^client/ { number = $1; gsub(/[^0-9]/, "", number); inside = $2 == client }
    /^ / && inside && $2 == port { print number ":" $1 + 0; exit }'
}

# hear NAME ADDRESS: a recorder that is not emend's, until `silence NAME`.
recorders() { aconnect -l | grep -c "'aseqdump'"; }
one_more() { [ "$(recorders)" -gt "$before" ]; }
hear() {
  before=$(recorders)
  aseqdump -p "$2" >"$1" 2>&1 &
  eval "recorder_$1=$!"
  within 50 one_more || bad "the recorder $1 starts"
  usleep 200000
}
silence() {
  sleep 1
  eval "process=\$recorder_$1"
  kill "$process" 2>/dev/null # gone by itself where its device was pulled
  wait "$process" 2>/dev/null
}

# The raw bytes of 1,000 notes, a few dozen at a time.
play_thousand() {
  for part in $(seq 0 19); do
    dd if=/test/thousand.raw bs=300 skip="$part" count=1 2>/dev/null
    usleep 100000
  done
  dd if=/test/thousand.raw bs=300 skip=20 2>/dev/null
}

# What matters of a recording: messages, without who sent them; a SysEx in one piece.
messages() {
  [ ! -e "$1.raw" ] || spell "$1.raw" >"$1"
  grep -E "Note|Control|Program|Pitch|touch|System exclusive" "$1" | sed 's/^ *[0-9]*:[0-9]* *//; s/  */ /g; s/ $//' | awk '
    /^System exclusive/ { if (open) sub(/^System exclusive/, ""); printf "%s", $0; open = !/ F7$/; if (!open) print ""; next }
    { if (open) print ""; open = 0; print }'
}
notes() { messages "$1" | grep -c "Note $2"; }

# same SENT RECEIVED: every message of the song, byte for byte and in order.
same() {
  messages "$1" >"$1.text"
  messages "$2" >"$2.text"
  echo "       $(wc -l <"$1.text") messages sent, $(wc -l <"$2.text") of /test/song's $(wc -l </test/song) received," \
    "$(grep -c '^Note on' "$2.text") note-ons, $(grep -c '^System' "$2.text") SysEx"
  cmp /test/song "$1.text" && cmp "$1.text" "$2.text"
}

# held RECORDING: how many notes still sound at its end; twice ended counts too.
held() {
  messages "$1" | awk '
    /^Note on/ { open[$3 $5]++ }
    /^Note off/ { if (open[$3 $5]-- < 1) open[$3 $5] = 0 }
    END { for (note in open) sum += open[note]; print sum + 0 }'
}
none_held() {
  echo "       $(notes "$1" on) note-ons, $(notes "$1" off) note-offs, $(held "$1") held"
  [ "$(held "$1")" = 0 ]
}

sounding() { [ "$(held "$1")" = "$2" ]; }

# chord WHAT RECORDING: three keys go down.
chord() {
  printf '\220\074\100\220\100\100\220\103\100' >$keyboard
  usleep 500000
  check "$1: a chord of three sounds" sounding "$2" 3
}
# flood WHAT RECORDING: emend does not get to read for a while, and the chord's ends are lost with the rest.
flood() {
  chord "$1" "$2"
  kill -STOP $emend
  cat /test/thousand.raw /test/thousand.raw /test/thousand.raw >$keyboard
  printf '\200\074\100\200\100\100\200\103\100' >$keyboard
  kill -CONT $emend
  check "$1: emend says that input was lost" within 50 says 'input was lost'
  check "$1: the chord is ended" within 30 sounding "$2" 0
}

# in_report NAME: a number of emend's own report.
in_report() { sed -n "s/.*\"$1\": *\([0-9]*\).*/\1/p" report.json | head -n 1; }

# spell FILE: raw bytes in aseqdump's words.
spell() {
  od -An -v -tu1 "$1" | awk '
    { for (i = 1; i <= NF; i++) take($i + 0) }
    function take(byte) {
      if (sysex != "" && (byte < 128 || byte == 247)) sysex = sysex sprintf(" %02X", byte)
      if (sysex != "" && byte < 128) return
      if (sysex != "") print sysex
      sysex = byte == 240 ? "System exclusive F0" : ""
      if (byte > 127) { status = byte; count = 0; return }
      data[count++] = byte
      kind = int(status / 16)
      if (count < (kind == 12 || kind == 13 ? 1 : 2)) return
      count = 0
      if (kind == 9 || kind == 8)
        printf "Note %s %d, note %d, velocity %d\n", (kind == 9 && data[1] ? "on" : "off"), status % 16, data[0], data[1]
      else if (kind == 10)
        printf "Polyphonic aftertouch %d, note %d, value %d\n", status % 16, data[0], data[1]
      else if (kind == 12)
        printf "Program change %d, program %d\n", status % 16, data[0]
      else if (kind == 13)
        printf "Channel aftertouch %d, value %d\n", status % 16, data[0]
      else if (kind == 14)
        printf "Pitch bend %d, value %d\n", status % 16, data[1] * 128 + data[0] - 8192
      else
        printf "Control change %d, controller %d, value %d\n", status % 16, data[0], data[1]
    }'
}
