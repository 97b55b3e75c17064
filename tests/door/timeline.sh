#!/bin/sh
# timeline.sh BIN - each scenario tells of both servers what its picture is
# there to show, and the pictures in docs/timelines/ are such pictures.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
bin=$1
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

# What holds each time, whatever the machine: all but durations.
facts() { sed -n 's/^Gate closed.* ms: //p; s/^[a-z]*\.[a-z]*: //p' "$1"; }

# All of a picture that does not depend on what happened.
frame() { sed -n '/^<style>/,/<\/defs>/p; /class="t"/p' "$1"; }

# expect SCENARIO FACT...: one for todo-sync, one for todo-async.
expect() {
    scenario=$1
    shift
    "$bin/learn-runner" timeline --out "$tmp" "$scenario" > "$tmp/said" 2>&1 ||
        { cat "$tmp/said"; exit 1; }
    printf '%s\n' "$@" > "$tmp/wanted"
    for where in "$tmp" docs/timelines; do
        facts "$where/$scenario.txt" > "$tmp/facts"
        if ! diff -u "$tmp/wanted" "$tmp/facts"; then
            echo "FAIL $scenario: $where/$scenario.txt tells something else"
            failed=1
        elif [ "$(frame "$tmp/$scenario.svg")" != \
            "$(frame "$where/$scenario.svg")" ]; then
            echo "FAIL $scenario: the frame of $where/$scenario.svg is old;"
            echo "  ./learn timeline --out docs/timelines $scenario"
            failed=1
        else
            echo "ok   $scenario: $where"
        fi
    done
    if ! awk 'length > 80 { exit 1 }' "$tmp/$scenario.txt"; then
        echo "FAIL $scenario: its text is wider than 80 columns"
        failed=1
    fi
}

expect disk '8 threads stand still; 2 requests are answered.' \
    '1 thread stands still; 2 requests are answered.'
grep -q '^#9 check_health' "$tmp/disk.txt" || {
    echo "FAIL disk: a request that waits for nothing has no lane" \
        "beside those put aside"
    failed=1
}
expect upstream '4 of 8 requests wait for it; 4 threads stand still.' \
    '8 of 8 requests wait for it; no thread stands still.'
expect events '3 threads stand still; 2 requests are answered.' \
    '1 thread stands still; 2 requests are answered.'
expect senders '3 of 5 requests wait for it; 3 threads stand still.' \
    '3 of 5 requests wait for it; no thread stands still.'
expect cpu '18 threads stand still; 11 requests are answered.' \
    '1 thread stands still; 11 requests are answered.'
expect clock '0 of 4 requests wait for it; 1 thread stands still.' \
    '0 of 4 requests wait for it; no thread stands still.'
expect each-other '5 threads stand still; 3 requests are answered.' \
    '1 thread stands still; 3 requests are answered.'
expect leaving '3 threads stand still; 2 requests are answered.' \
    '1 thread stands still; 1 request is answered.'

status=0
"$bin/learn-runner" timeline nonsense > "$tmp/said" 2>&1 || status=$?
if [ $status -ne 2 ] || ! grep -q 'no scenario nonsense' "$tmp/said"; then
    echo "FAIL an unknown scenario: status $status"
    failed=1
fi
exit "$failed"
