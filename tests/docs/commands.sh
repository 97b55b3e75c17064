#!/bin/sh
# commands.sh ROOT BIN - what our texts tell a reader to type does work.
#
# Runs each block of shell commands of the chapters, one after the other, beside
# two servers on one database: so a chapter finds what those before it leave. A
# block fails when its last command does, or one that stands alone. It does not
# run
#
#   ./learn without a verb, and those verbs of it that tests/door tries
#   a block behind <!-- by hand: REASON -->: what ends by Ctrl-C, or takes long
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$1"
bin=$2
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT

# shellcheck disable=SC2016 # $BIN is the inner shell's
# A chapter as a script for bash. The build that is tested need not be the one
# that the texts speak of.
script_of() { # CHAPTER
    awk -v chapter="$1" '
        /^<!-- by hand: ./ { by_hand = 1; next }
        /^```sh/ && !by_hand { block = 1; print "begin " chapter ":" NR; next }
        /^```/ { block = 0 }
        block { print }
        !/^$/ { by_hand = 0 }
    ' "$1" | sed 's|build/dev/bin|"$BIN"|; s|^\. build/run/urls.*||; s|^\./learn|learn|'
}

cat > "$tmp/begin" << 'END'
set -e
SYNC=$1 ASYNC=$2
begin() { echo "=== $1"; }
learn() {
    case ${1:-} in
    contract) shift && "$BIN/todo-contract" "$@" ;;
    timeline) shift && "$BIN/learn-runner" timeline --out "$OUT" "$@" ;;
    esac
}
END
{
    cat "$tmp/begin"
    for chapter in docs/[0-9][0-9]-*.md; do script_of "$chapter"; done
    echo 'echo "=== end"'
} > "$tmp/all"
status=0
"$bin/learn-runner" with --muse both -- env BIN="$bin" OUT="$tmp" \
    "$bin/learn-runner" within 500 -- bash "$tmp/all" '{sync}' '{async}' \
    > "$tmp/said" 2>&1 < /dev/null || status=$?
if [ $status -ne 0 ] || ! grep -q '^=== end' "$tmp/said"; then
    echo "The last of these blocks fails, or does not end:" >&2
    tail -n 40 "$tmp/said" >&2
    exit 1
fi
echo "$(grep -c '^=== docs' "$tmp/said") blocks of commands work."
