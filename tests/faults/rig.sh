# SPDX-License-Identifier: MIT
# Sourced by faults.sh and its like, with their arguments ROW EMEND SOURCE-FOLDER TOOLS [WALL-CLOCK]: a folder and a
# home of its own, a preset, a stream of notes for the file driver, and what is asked of its end.
set -u
row=$1 emend=$2 source=$3 tools=$4 wall_clock=${5:-}
work=$(mktemp -d "${TMPDIR:-/tmp}/emend-faults.XXXXXX")
player=
trap '[ -n "$player" ] && kill -9 "$player" 2>/dev/null; rm -rf "$work"' EXIT
# Nobody's own settings and takes.
export HOME=$work XDG_CONFIG_HOME=$work/config XDG_DATA_HOME=$work/data XDG_STATE_HOME=$work/state
conf=$XDG_CONFIG_HOME/emend/emend.conf takes=$XDG_DATA_HOME/emend/takes
mkdir -p "$XDG_CONFIG_HOME/emend" "$XDG_DATA_HOME/emend/presets"
failures=0

fail() {
    echo "FAILED: $*"
    failures=$((failures + 1))
}

say() { cat "$work/said" "$work/complaint" 2>/dev/null; }

# stream SECONDS [CHORD]: a chord that is held throughout, strokes of 2.5 ms over it, 400 messages a second, and two
# controllers in a hundred. What ends the chord comes last.
stream() {
    local chord=${2:-'\044 \050 \053'} key
    events=$(($1 * 400))
    size=$((events * 4 + 12 + 12 + 4))
    {
        printf 'MThd\0\0\0\6\0\0\0\1\003\350MTrk'
        printf "$(printf '\\%03o\\%03o\\%03o\\%03o' 0 $((size / 65536)) $((size / 256 % 256)) $((size % 256)))"
        for key in $chord; do printf "\\0\\220$key\\120"; done
        LC_ALL=C awk -v n=$events 'BEGIN {
            for (i = 0; i < n; i++) {
                if (i % 100 >= 98) {
                    printf "%c%c%c%c", 5, 176, 1, i % 128
                } else {
                    printf "%c%c%c%c", 5, i % 2 ? 128 : 144, 60 + int(i / 2) % 30, 64
                }
            }
        }'
        for key in $chord; do printf "\\0\\200$key\\100"; done
        printf '\0\377\57\0'
    } >"$work/stream.mid"
}

# preset NAME SEED STRENGTH: a tiny one, made here.
preset() {
    local folder=$XDG_DATA_HOME/emend/presets/$1 take=$source/assets/minuet.mid
    mkdir -p "$folder"
    "$emend" train vosp --data "$take" "$take" "$take" --out "$folder/vosp.safetensors" --hidden 8 --latent 2 \
        --generator 8 --gate 4 --frame-unit milliseconds --frame-length 60 --frame-values 2 --epochs 1 --gate-epochs 1 \
        --threads 1 --seed "$2" >"$work/train.out" 2>&1 || { cat "$work/train.out"; exit 1; }
    printf 'description = "a test"; strength = %s;' "$3" >"$folder/preset.cfg"
}

# play ARGUMENT...: the stream through the file driver, in the background, until it flows.
play() {
    "$emend" live --driver file --in "$work/stream.mid" --out "$work/out.mid" --report "$work/report.json" "$@" \
        >"$work/said" 2>"$work/complaint" &
    player=$!
    heard 'driver file' said
}

# heard PATTERN FILE: wait until it says so.
heard() {
    for _ in $(seq 600); do
        grep -q -e "$1" "$work/$2" 2>/dev/null && return
        sleep 0.05
    done
    fail "no '$1' in $2: $(say)"
    return 1
}

value() { sed -n "s/^ *\"$1\": \"\{0,1\}\([^\",]*\)\"\{0,1\},*\$/\1/p" "$work/report.json" | head -n 1; }

# It has ended by itself: with status 0, its take written, no note left on, and nothing dropped.
ended() {
    wait "$player" || fail "status $?: $(say)"
    player=
    grep -q 'cleaned take is in' "$work/said" || fail "no word on the take: $(say)"
    notes=$("$tools/count_notes" "$work/out.mid") || fail "$work/out.mid cannot be read"
    case $notes in *' sounding 0 '*) ;; *) fail "notes were left on: $notes" ;; esac
    [ "$(value dropped)" = 0 ] || fail "messages were dropped: $(value dropped)"
    echo "$notes, dropped $(value dropped), notes in $(value notes_in), out $(value notes_out)"
}

# Nothing was to be removed: all that came in went out, and the note-offs that ended what was held.
passed_all() {
    [ "$(value notes_in)" = "$(value notes_out)" ] || fail "true notes were lost: $(value notes_in), $(value notes_out)"
    [ "$(value notes_in)" -gt 3 ] || fail "nothing was played"
}
