#!/bin/sh
# predict.sh - as many bodies drip as todo-sync has threads: who serves others?
set -eu
. exercises/runner/scenario.sh
case=bodies_that_drip_leave_room_for_others

ask() { # SIDE
    if passes "$1" $case; then echo yes; else echo 'no, not in eight seconds'; fi
}

sync=$(ask sync)
async=$(ask async)
echo "todo-sync serves the fifth:   $sync"
echo "todo-async serves the fifth:  $async"
case $sync,$async in
yes,yes) echo a ;;
yes,*) echo b ;;
*,yes) echo c ;;
*) echo d ;;
esac
