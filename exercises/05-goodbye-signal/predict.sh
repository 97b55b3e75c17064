#!/bin/sh
# predict.sh - which servers outlive clients that left? Says the letter of the
# choice in its last line.
set -u

case=answers_to_fifty_clients_that_left_harm_nobody

# Says yes, or how the server ended.
lives() { # SIDE OTHER
    "$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" $case \
        > "$TMPDIR/said" 2>&1
    ended=$(sed -n 's/^the server ended by itself, with //p' "$TMPDIR/said")
    if grep -Eq "^\[ +OK +\] $case\$" "$TMPDIR/said"; then
        echo yes
    elif [ -n "$ended" ]; then
        echo "no, $ended"
    else
        cat "$TMPDIR/said" >&2
        exit 1
    fi
}

sync=$(lives sync async) && async=$(lives async sync) || exit 1
echo "todo-sync is there:   $sync"
echo "todo-async is there:  $async"
case $sync,$async in
yes,yes) echo a ;;
yes,*) echo b ;;
*,yes) echo c ;;
*) echo d ;;
esac
