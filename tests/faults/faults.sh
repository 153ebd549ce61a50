#!/bin/bash
# SPDX-License-Identifier: MIT
# faults.sh ROW EMEND SOURCE-FOLDER TOOLS [WALL-CLOCK]: one fault each, at `emend live` as its user runs it. After
# each: nothing sounds on, nothing true is lost, a line says what happened. `ctest -L faults` runs the whole table:
#
#   fault                              test
#   ---------------------------------  ------------------------------------------------------------------------------
#   MIDI server dies mid-chord         faults_server_dies (jack.sh, the trap preloaded)
#   port vanishes mid-chord            faults_port_vanishes (jack.sh, the trap preloaded); port_loop
#                                      (unit/app/ports/test_port_loop.c: a library loses input)
#   clock jumps                        live_faults (unit/engine/live/test_live_faults.c: the engine's time, to and fro);
#                                      faults_wall_clock (here: the system's clock is set while playing)
#   worker stalls                      faults_worker_stalls (test_worker_stalls.c)
#   disk full                          faults_capture_kill (system/takes/capture.sh); capture (unit/app/takes/test_capture.c)
#   journal damaged                    journal (unit/engine/journal/test_journal.c: each cut, each bit);
#                                      faults_capture_kill (a torn take is exported)
#   model replaced by garbage          faults_garbage (here: the preset's and the personal one, at SIGHUP);
#                                      personal_cli (system/personal/personal.sh: at the start)
#   SIGTERM, SIGINT, SIGQUIT           faults_sigterm, faults_sigint, faults_sigquit (here, mid-chord)
#   nobody reads what it says; a       faults_unread (here)
#   second signal at once
#   SIGHUP                             faults_sighup (here); faults_sighup_jack (jack.sh, the trap preloaded);
#                                      faults_look_ahead_change (test_look_ahead_change.c: in virtual time)
#   the terminal goes                  faults_terminal (here)
#   kill -9                            faults_capture_kill (system/takes/capture.sh); faults_sigkill (here: the next start
#                                      ends the notes that were left on)
#   flood, port without room           live_faults (unit/engine/live/test_live_faults.c)
#   ten thousand random restarts       live_faults (unit/engine/live/test_live_faults.c)
#   anything on the live thread that   faults_trap (test_trap_paths.c, with controls), faults_page_faults
#   allocates, locks or waits          (test_page_faults.c), faults_denormals (test_denormals.c)
#   a day in virtual time              live_day_24 (unit/engine/live/test_live_day.c)
#   ten minutes at 1,000 events a      faults_soak (soak.sh; slow)
#   second
#   a pipe where a file is expected    faults_pipe (files.sh; the settings' own: system/packaging/doctor.sh)
#   an umask of 0                      faults_umask (files.sh)
#   a model with 88,000 facts          faults_facts (files.sh: the test's limit of time is the bound)
#   one of two programs dies           faults_two_die (files.sh); broken_take (unit/app/takes/test_broken_take.c)
#   the clock was ahead                faults_clock_back (files.sh); take_folder (unit/app/takes/test_take_folder.c)
#   a listener leaves and comes back   jack_held_relinked (system/jack/held.sh); live_ends
#                                      (unit/engine/live/test_live_ends.c); kernel_midi (ALSA: system/kernel)
#   JACK's cycles are lost             jack_held_lost, jack_held_stopped (system/jack/held.sh); live_ends
#   active sensing stops               live_ends
#   all of these in any order          live_promises, live_promises_million (unit/engine/live/test_live_promises.c)
#
# The rows that this script runs: sigterm, sigint, sigquit, sighup, garbage, wall_clock, unread,
# terminal, sigkill.
. "$(dirname "$0")/rig.sh"

ended_by() {
    stream 30
    preset tiny 7 0.0
    play --preset tiny --mode "$2"
    sleep 1
    kill "-$1" "$player"
    ended
    [ "$2" = bypass ] && passed_all
    heard 'stopped by a signal' said
}

row_sigterm() { ended_by TERM bypass && ended_by TERM clean; }
row_sigint() { ended_by INT bypass && ended_by INT clean; }
row_sigquit() { ended_by QUIT bypass; }

reloads() { grep -c 'reloaded: ' "$work/said"; }

# hup PATTERN: SIGHUP, and what it says of it.
hup() {
    kill -HUP "$player"
    heard "$1" "${2:-said}"
}

row_sighup() {
    stream 60
    preset tiny 7 0.0
    preset other 8 0.0
    echo 'preset = "tiny"; strength = 0.0;' >"$conf"
    play --capture
    sleep 0.5
    echo 'preset = "tiny"; strength = 0.0; mode = "monitor";' >"$conf"
    hup 'reloaded: preset tiny, monitor, strength 0.00, look-ahead 0 ms$'
    echo 'preset = "other"; strength = 0.0; mode = "bypass";' >"$conf"
    hup 'reloaded: preset other, bypass, strength 0.00'
    # A file is laid out for the look-ahead that it began with.
    echo 'preset = "other"; strength = 0.0; look_ahead = 50.0; mode = "bypass";' >"$conf"
    hup 'reloaded: preset other, .* look-ahead 0 ms (a file keeps .* 50 ms at the next start)$'
    # What is taken up at a start only is told of.
    echo 'preset = "other"; strength = 0.0; take_pause = 7; mode = "bypass";' >"$conf"
    hup 'look-ahead 0 ms; changes of ports, takes and learning wait for the next start$'
    # What is wrong is told, and changes nothing.
    echo 'preset = "other"; strength = "much";' >"$conf"
    hup 'not reloaded, all stays as it was: .*emend.conf:1: ' complaint
    echo 'preset = "other' >"$conf"
    hup 'not reloaded.*settings look like' complaint
    echo 'preset = "nobody";' >"$conf"
    hup "not reloaded.*no preset 'nobody'" complaint
    [ "$(wc -l <"$work/complaint")" = 3 ] || fail "not a line each: $(cat "$work/complaint")"
    kill -0 "$player" || fail "SIGHUP ended it"
    # As often as one likes, also while a model is on its way.
    for i in 1 2 3 4 5 6 7 8; do
        [ $((i % 2)) = 0 ] && name=tiny || name=other
        echo "preset = \"$name\"; strength = 0.$i; mode = \"bypass\";" >"$conf"
        kill -HUP "$player"
        sleep 0.12
    done
    hup 'reloaded: preset tiny, bypass, strength 0.80'
    kill -TERM "$player"
    ended
    passed_all
    [ "$(value preset)" = tiny ] || fail "the report says preset $(value preset)"
    "$emend" takes show last --json >"$work/report.json" || fail "the take cannot be read"
    [ "$(value lost_bytes)" = 0 ] || fail "the take is torn"
}

damage() {
    case $1 in
    cut) head -c 200 "$work/kept" >"$2" ;;
    noise) head -c 50000 /dev/urandom >"$2" ;;
    nothing) : >"$2" ;;
    gone) rm "$2" ;;
    esac
}

row_garbage() {
    stream 60
    preset tiny 7 0.0
    model=$XDG_DATA_HOME/emend/presets/tiny/vosp.safetensors
    cp "$model" "$work/kept"
    play --preset tiny --mode bypass
    for kind in cut noise nothing gone; do
        : >"$work/complaint"
        damage $kind "$model"
        hup 'not reloaded, all stays as it was: .*vosp.safetensors' complaint
        grep -q reloaded: "$work/said" && fail "$kind is taken up"
    done
    cp "$work/kept" "$model"
    hup 'reloaded: preset tiny, bypass'
    # A personal model, first whole and then not.
    mkdir -p "$XDG_DATA_HOME/emend/models/tiny"
    own=$XDG_DATA_HOME/emend/models/tiny/0001.safetensors
    cp "$work/kept" "$own"
    "$emend" models use 1 --preset tiny >"$work/models.out" 2>&1 || fail "models use: $(cat "$work/models.out")"
    hup 'reloaded: preset tiny, personal model 1, bypass'
    for kind in cut noise nothing; do
        : >"$work/complaint"
        damage $kind "$own"
        hup 'not reloaded, all stays as it was: .*[Pp]ersonal model 1' complaint
    done
    kill -TERM "$player"
    ended
    passed_all
    grep -q '0001.safetensors' "$work/report.json" || fail "the personal model is not in use: $(value model)"
}

# The wall clock leaps; what comes out is what comes out without that, at the same times.
row_wall_clock() {
    stream 3
    preset tiny 7 0.5
    play --preset tiny --capture
    ended
    mv "$work/out.mid" "$work/steady.mid"
    rm -rf "$takes"
    LD_PRELOAD=$wall_clock play --preset tiny --capture
    ended
    cmp "$work/out.mid" "$work/steady.mid" || fail "the wall clock changes what comes out"
    [ "$(ls "$takes" | wc -l)" = 1 ] || fail "the wall clock parts takes: $(ls "$takes")"
    "$emend" takes show last --json >"$work/report.json" || fail "the take cannot be read"
    [ "$(value lost_bytes)" = 0 ] || fail "the take is torn"
    awk -v seconds="$(value seconds)" 'BEGIN { exit !(seconds > 2.9 && seconds < 1800) }' ||
        fail "a take of 3 s has $(value seconds)"
}

row_sigkill() {
    stream 30
    preset tiny 7 0.0
    play --preset tiny --mode bypass --capture
    for _ in $(seq 400); do # until some of it is on disk
        find "$takes" -type f -size +4k 2>/dev/null | grep -q . && break
        sleep 0.05
    done
    { kill -9 "$player"; wait "$player"; } 2>/dev/null
    stream 1 '\030 \034 \037'
    play --preset tiny --mode bypass --capture
    heard '1 take broke off with [34] notes\{0,1\} on' complaint
    grep -q 'broke off' "$work/said" && fail 'a warning is on standard output'
    ended
    # Nothing was removed, so what went out beyond what came in are the ends of those notes.
    ends=$(($(value events_out) - $(value events_in)))
    [ $ends = 3 ] || [ $ends = 4 ] || fail "the notes left on are not ended: $ends"
    # Only once, and not after an end in order.
    play --preset tiny --mode bypass --capture
    ended
    grep -q 'broke off' "$work/complaint" && fail "a take that ended is said to have broken off"
}

# A second signal at once changes nothing; and nobody reads the output.
row_unread() {
    stream 30
    preset tiny 7 0.0
    mkfifo "$work/pipe"
    sleep 100 <"$work/pipe" &
    reader=$!
    exec 9>"$work/pipe"
    head -c 65536 /dev/zero >&9
    "$emend" live --driver file --in "$work/stream.mid" --out "$work/out.mid" --preset tiny --mode bypass >&9 2>&9 &
    player=$!
    sleep 2
    kill -TERM "$player"
    sleep 0.005
    kill -TERM "$player"
    for _ in $(seq 100); do
        kill -0 "$player" 2>/dev/null || break
        sleep 0.05
    done
    kill -9 "$player" 2>/dev/null && fail "it waits for a reader"
    kill "$reader"
    notes=$("$tools/count_notes" "$work/out.mid") || fail "no take was written"
    case $notes in *' sounding 0 '*) ;; *) fail "notes were left on: $notes" ;; esac
}

# Its window is closed: SIGHUP comes, but there is nobody left to play for.
row_terminal() {
    command -v script >/dev/null || { echo "skipped: no script (Debian: bsdutils)"; exit 77; }
    stream 60
    preset tiny 7 0.0
    {
        echo "echo \$\$ >'$work/id'"
        echo "exec '$emend' live --driver file --in '$work/stream.mid' --out '$work/out.mid' --preset tiny" \
            "--mode bypass --report '$work/report.json'"
    } >"$work/window"
    TERM=xterm script -qc "sh '$work/window'" "$work/said" >"$work/none" 2>&1 </dev/null &
    window=$!
    heard '.' id
    sleep 2
    { kill -9 $window; wait $window; } 2>/dev/null
    for _ in $(seq 200); do
        kill -0 "$(cat "$work/id")" 2>/dev/null || break
        sleep 0.05
    done
    kill -9 "$(cat "$work/id")" 2>/dev/null && fail "it plays on for nobody"
    notes=$("$tools/count_notes" "$work/out.mid") || fail "no take was written"
    case $notes in *' sounding 0 '*) ;; *) fail "notes were left on: $notes" ;; esac
    [ "$(value dropped)" = 0 ] || fail "messages were dropped: $(value dropped)"
    passed_all
    echo "$notes"
}

"row_$row"
[ $failures = 0 ]
