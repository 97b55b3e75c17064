#!/bin/sh
# predict.sh - the exercise's case on a server that says 404 for 400: what does
# the suite say, and with which status? Its last line is the letter of the
# choice. It calls itself beside the server: predict.sh ask URL
set -u
case=a_create_keeps_its_promises

if [ "${1:-}" = ask ]; then
    "$BIN/todo-contract" --case $case "$2" > "$TMPDIR/said" 2>&1
    echo $? > "$TMPDIR/status"
    exit 0
fi
"$REAL_BIN/learn-runner" with --bin "$BIN/../bad/bad-404-for-400" sync -- \
    sh "$EXERCISE/predict.sh" ask '{sync}' > "$TMPDIR/servers" 2>&1 || {
    cat "$TMPDIR/servers" >&2
    exit 1
}
grep -v '^\[=*\]' "$TMPDIR/said"
status=$(cat "$TMPDIR/status")
echo "exit status $status"
verdict=$(grep '^[0-9]* passed, [0-9]* failed$' "$TMPDIR/said")
case $verdict,$status in
'0 passed, 1 failed,1') echo a ;;
'1 passed, 0 failed,0') echo b ;;
'1 passed, 0 failed,1') echo c ;;
*) exit 1 ;;
esac
