#!/bin/bash
# SPDX-License-Identifier: MIT
# pipeline.sh EMEND SOURCE-FOLDER jackd|pipewire: between programs that are not emend's. The noisy demo take goes
#   player -> emend (bypass) -> emend (clean, preset pop) -> synthesizer, a sound file
# with a recorder after each emend; the same player plays the noisy and the clean take straight into recorders.
# Player: python3-jack-client's example; recorder: jackd2's jack_midi_dump; synthesizer: fluidsynth.
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../jack/server.sh"
emend=$1 source=$2 kind=$3
player=/usr/share/doc/python3-jack-client/examples/midi_file_player.py
font=/usr/share/sounds/sf2/TimGM6mb.sf2
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state

for tool in jack_midi_dump:jackd2 jack_connect:jackd2 fluidsynth:fluidsynth; do
    command -v "${tool%:*}" >/dev/null || skip "${tool%:*} is not installed (Debian: ${tool#*:})"
done
[ -e $player ] && /usr/bin/python3 -c 'import jack, mido' 2>/dev/null ||
    skip "no MIDI file player (Debian: python3-jack-client, python3-mido)"
[ -e $font ] || skip "no sounds for the synthesizer (Debian: timgm6mb-soundfont)"

# A private PipeWire: the bare daemon does. Its own JACK library comes before the system's.
start_pipewire() {
    command -v pipewire >/dev/null && command -v pw-jack >/dev/null || skip "PipeWire's JACK is not installed (Debian: pipewire-jack)"
    library=$(echo /usr/lib/*/pipewire-0.3/jack)
    [ -e "$library/libjack.so.0" ] || skip "PipeWire's JACK library is not where Debian puts it"
    export XDG_RUNTIME_DIR=$work PIPEWIRE_RUNTIME_DIR=$work PIPEWIRE_LATENCY=2048/48000
    unset JACK_DEFAULT_SERVER DBUS_SESSION_BUS_ADDRESS
    pipewire >"$work/pipewire.out" 2>&1 &
    server=$!
    for _ in $(seq 100); do [ -S "$work/pipewire-0" ] && break; sleep 0.1; done
    [ -S "$work/pipewire-0" ] || skip "pipewire does not come up here: $(tail -n 1 "$work/pipewire.out")"
    export LD_LIBRARY_PATH=$library${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
}

# wait_port PATTERN: its name goes to $port. Not in a tight loop: clients that come and go fast jam jackd.
wait_port() {
    for _ in $(seq 40); do
        sleep 0.5
        port=$(jack_lsp 2>/dev/null | grep -m 1 -- "$1") && return
    done
    fail "no port $1"
}
connect() {
    for _ in 1 2 3 4 5; do
        jack_connect "$1" "$2" >/dev/null 2>"$work/connect.out" && return
        sleep 0.5
    done
    fail "$1 does not connect to $2: $(cat "$work/connect.out")"
}
record() { # record NAME [SOURCE]
    run "$1" stdbuf -oL jack_midi_dump -a "$1"
    wait_port "^$1:input"
    [ -z "${2:-}" ] || connect "$2" "$port"
}
# The player may hang after its last event and jam the server: the end of the track comes much later here.
lengthen() {
    local at size=$(wc -c <"$1")
    at=$(grep -abo MTrk "$1" | tail -n 1 | cut -d: -f1)
    local track=$((size - at - 8 + 1))
    head -c $((at + 4)) "$1"
    printf "$(printf '\\%03o' 0 $((track / 65536)) $((track / 256 % 256)) $((track % 256)))"
    tail -c +$((at + 9)) "$1" | head -c -4
    printf '\377\177\377\057\000'
}
play() { # play NAME TAKE PORT
    lengthen "$source/assets/$2" >"$work/$1.mid"
    run "$1" /usr/bin/python3 "$player" "$work/$1.mid" "$3"
}
# Until all that was played has been recorded.
wait_for_silence() {
    local before now=0 quiet=0
    for _ in $(seq 120); do
        sleep 1
        before=$now
        now=$(cat "$work"/{direct,truth,bypassed,cleaned}.out | wc -l)
        if [ "$now" = "$before" ] && [ "$now" -gt 1000 ]; then quiet=$((quiet + 1)); else quiet=0; fi
        [ $quiet -lt 5 ] || return 0
    done
    fail "the takes are not played to their end: $now messages"
}

# The synthesizer's file is only whole after `quit`: it is told by a pipe.
start_synth() {
    rm -f "$work/quit"
    mkfifo "$work/quit"
    fluidsynth -m jack -o midi.jack.id=synth -a file -o audio.file.name="$work/after.wav" -o audio.file.type=wav \
        -r 48000 "$font" <"$work/quit" >"$work/synth.out" 2>&1 &
    synth=$!
    clients="$clients $synth"
    exec 9>"$work/quit"
    wait_port '^synth:'
    connect "$1" "$port"
}
stop_synth() {
    echo quit >&9
    exec 9>&-
    wait $synth || fail "the synthesizer ended with status $?"
}

# The whole chain; its recordings are in the files bypassed, cleaned, direct and truth.
take() {
    run emend "$emend" live --driver jack --preset "$source/presets/pop" --mode bypass --no-capture
    local bypass=$last
    wait_port '^emend:in'
    run emend-clean "$emend" live --driver jack --preset "$source/presets/pop" --no-capture
    local clean=$last
    wait_port '^emend.\+:in'
    local clean_name=${port%:in}
    connect emend:out "$clean_name:in"
    record bypassed emend:out
    record cleaned "$clean_name:out"
    record direct
    record truth
    start_synth "$clean_name:out"
    local began=$SECONDS
    play player-in minuet-noisy.mid emend:in
    play player-direct minuet-noisy.mid direct:input
    play player-truth minuet.mid truth:input
    wait_for_silence
    stop_synth
    played=$((SECONDS - began))
    finish emend-clean "$clean"
    finish emend "$bypass"
    end_clients
    for recorder in bypassed cleaned direct truth; do grep -E '^ *[0-9]+: [89a-e]' "$work/$recorder.out" >"$work/$recorder"; done
}
# A server that loses messages on the straight way is too busy to say anything.
is_whole() {
    [ "$(wc -l <"$work/direct")" = "$(messages minuet-noisy.mid)" ] && [ "$(wc -l <"$work/truth")" = "$(messages minuet.mid)" ]
}
messages() {
    /usr/bin/python3 -c 'import mido, sys
print(sum(not m.is_meta for m in mido.MidiFile(sys.argv[1])))' "$source/assets/$1"
}
compare() {
    wrong=
    awk -f "$here/notes.awk" -v LIMIT=0 "$work/direct" "$work/bypassed" || wrong="bypass changed what was played"
    awk -f "$here/clean.awk" "$work/truth" "$work/direct" "$work/cleaned" || wrong="the damage was not mended"
    sh "$here/heard.sh" "$work/after.wav" 40 $((played + 10)) || wrong="the sound file is not what was played"
    [ -z "$wrong" ]
}

if [ "$kind" = pipewire ]; then start_pipewire; else start_server; fi
whole=no
for number in 1 2 3; do
    take
    if is_whole; then
        whole=yes
        compare && exit 0
        echo "try $number: $wrong"
        # jackd waits for late clients, PipeWire does not: there a message may get lost between any two programs.
        [ "$kind" = pipewire ] || fail "$wrong"
    else
        echo "try $number: the server itself lost messages; once more"
    fi
done
[ $whole = yes ] || skip "this machine is too busy for JACK"
fail "$wrong"
