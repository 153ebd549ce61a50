#!/bin/bash
# SPDX-License-Identifier: MIT
# files.sh ROW EMEND SOURCE-FOLDER TOOLS: rows of the fault table (faults.sh) about files that are not what they should
# be, and files that emend makes.
. "$(dirname "$0")/rig.sh"

# refused PATTERN ARGUMENT...: at once, with one line on standard error that matches.
refused() {
    local pattern=$1
    shift
    timeout 20 "$emend" "$@" >"$work/said" 2>"$work/complaint" </dev/null
    status=$?
    [ $status != 0 ] && [ $status -lt 124 ] || fail "emend $*: status $status"
    [ "$(wc -l <"$work/complaint")" = 1 ] && grep -q "$pattern" "$work/complaint" || fail "emend $*: $(say)"
}

row_pipe() {
    local pipe=$work/pipe take=$source/assets/minuet.mid
    stream 30
    preset tiny 7 0.0
    mkfifo "$pipe" "$work/pipe.take"
    preset other 8 0.0
    rm "$XDG_DATA_HOME/emend/presets/other/vosp.safetensors"
    mkfifo "$XDG_DATA_HOME/emend/presets/other/vosp.safetensors"
    mkdir "$work/third"
    mkfifo "$work/third/preset.cfg"
    refused 'no regular file' info "$pipe"
    refused 'no regular file' denoise "$pipe" "$work/out.mid" --preset tiny
    refused 'no regular file' denoise "$take" "$work/out.mid" --preset other
    refused 'no regular file' denoise "$take" "$work/out.mid" --preset "$work/third/"
    refused 'no regular file' corrupt "$pipe" "$work/out.mid"
    refused 'no regular file' plot "$pipe" -o "$work/out.svg"
    refused 'no regular file' takes show "$work/pipe.take"
    refused 'no regular file' train vosp --data "$pipe" "$take" "$take" --out "$work/model"
    refused 'no regular file' info /dev/tty
    # A stream is given as -, and comes from a pipe as well.
    cat "$take" | "$emend" denoise - "$work/out.mid" --preset tiny >"$work/said" 2>&1 || fail "standard input: $(say)"
    # While playing: nothing waits for it, and SIGTERM is heeded.
    play --preset tiny --mode bypass
    mv "$XDG_DATA_HOME/emend/presets/tiny/vosp.safetensors" "$work/kept"
    mkfifo "$XDG_DATA_HOME/emend/presets/tiny/vosp.safetensors"
    hup 'not reloaded, all stays as it was: .*no regular file' complaint
    kill -TERM "$player"
    ended
    passed_all
}

row_umask() {
    stream 3
    umask 0
    preset tiny 7 0.0
    play --preset tiny --mode bypass --capture
    ended
    "$emend" corrupt "$source/assets/minuet.mid" "$work/noisy.mid" --seed 1 >"$work/said" 2>&1 || fail "$(say)"
    "$emend" plot "$work/noisy.mid" -o "$work/noisy.svg" >"$work/said" 2>&1 || fail "$(say)"
    for made in "$XDG_DATA_HOME/emend/presets/tiny/vosp.safetensors" "$work"/{report.json,out.mid,noisy.mid,noisy.svg} \
        "$takes" "$takes"/*; do
        [ -e "$made" ] || fail "$made is not there"
        [ -z "$(find "$made" -prune -perm /022)" ] || fail "others may write: $(ls -ld "$made")"
    done
}

# One of two dies, the other ends in order after it: the next start ends what the dead one left on, and only once.
row_two_die() {
    stream 30
    preset tiny 7 0.0
    play --preset tiny --mode bypass --capture
    dead=$player
    for _ in $(seq 400); do # until some of it is on disk
        find "$takes" -type f -size +4k 2>/dev/null | grep -q . && break
        sleep 0.05
    done
    cp "$work/stream.mid" "$work/long.mid"
    stream 2 '\030 \034 \037'
    play --preset tiny --mode bypass --capture
    sleep 0.5
    { kill -9 "$dead"; wait "$dead"; } 2>/dev/null
    ended
    play --preset tiny --mode bypass --capture
    heard '1 take broke off with [34] notes\{0,1\} on' complaint
    ended
    play --preset tiny --mode bypass --capture
    ended
    grep -q 'broke off' "$work/complaint" && fail "it is seen to twice"
}

# The clock was years ahead and is set right: the newest take is still the last, and not the first to go.
row_clock_back() {
    stream 2
    preset tiny 7 0.0
    mkdir -p "$takes"
    play --preset tiny --mode bypass --capture --capture-limit-mb 1
    ended
    first=$(ls "$takes")
    mv "$takes/$first" "$takes/2035${first#????}"
    head -c 900000 /dev/zero >"$takes/2033-01-01_00-00-00.take"
    play --preset tiny --mode bypass --capture --capture-limit-mb 1
    ended
    [ "$(ls "$takes" | wc -l)" = 2 ] || fail "takes: $(ls "$takes")"
    [ -e "$takes/2035${first#????}" ] || fail "the last session's take was deleted: $(ls "$takes")"
    "$emend" takes show last >"$work/said" 2>&1 || fail "$(say)"
    grep -q "$(ls "$takes" | grep -v '^2035' | sed 's/.take$//; s/+/./')" "$work/said" || fail "last is $(say)"
}

# What took time by the square of its number would not end within this test's limit.
row_facts() {
    preset tiny 7 0.0
    model=$XDG_DATA_HOME/emend/presets/tiny/vosp.safetensors
    size=$(od -An -t u4 -N 4 "$model" | tr -d ' ')
    tail -c +9 "$model" | head -c "$size" | LC_ALL=C awk -v n=88000 '{
        at = index($0, "\"__metadata__\":{") + 16
        printf "%s", substr($0, 1, at - 1)
        for (i = 0; i < n; i++) { printf "\"_%x\":\"\",", i }
        printf "%s", substr($0, at)
    }' >"$work/header"
    longer=$(wc -c <"$work/header")
    {
        printf "$(printf '\\%03o' $((longer % 256)) $((longer / 256 % 256)) $((longer / 65536 % 256)) 0 0 0 0 0)"
        cat "$work/header"
        tail -c +$((9 + size)) "$model"
    } >"$work/facts.safetensors"
    "$emend" info "$work/facts.safetensors" >"$work/said" 2>&1 || fail "$(head -n 3 "$work/said")"
    [ "$(grep -c '^  _[0-9a-f]\{1,5\} *$' "$work/said")" = 88000 ] || fail "facts are missing: $(wc -l <"$work/said")"
}

"row_$row"
[ $failures = 0 ]
