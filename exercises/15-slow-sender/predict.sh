#!/bin/sh
# predict.sh - as many bodies drip as todo-sync has threads: who serves others?
set -eu
case=bodies_that_drip_leave_room_for_others

ask() { # SIDE OTHER: prints yes or no
    said=$(timeout 8 "$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" \
        $case 2>&1) || true
    case $said in
    *"OK ] $case"*) echo yes ;;
    *) echo 'no, not in eight seconds' ;;
    esac
}

sync=$(ask sync async)
async=$(ask async sync)
echo "todo-sync serves the fifth:   $sync"
echo "todo-async serves the fifth:  $async"
case $sync,$async in
yes,yes) echo a ;;
yes,*) echo b ;;
*,yes) echo c ;;
*) echo d ;;
esac
