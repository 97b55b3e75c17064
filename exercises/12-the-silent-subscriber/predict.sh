#!/bin/sh
# predict.sh - a subscriber never reads, and the changes go on: who lets him go?
set -eu
case=who_never_reads_is_let_go_and_can_resume

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
echo "todo-sync lets him go:   $sync"
echo "todo-async lets him go:  $async"
case $sync,$async in
yes,yes) echo a ;;
yes,*) echo b ;;
*,yes) echo c ;;
*) echo d ;;
esac
