#!/bin/sh
# predict.sh - a subscriber never reads, and the changes go on: who lets him go?
set -eu
. exercises/runner/scenario.sh
case=who_never_reads_is_let_go_and_can_resume

ask() { # SIDE
    if passes "$1" $case; then echo yes; else echo 'no, not in eight seconds'; fi
}

sync=$(ask sync)
async=$(ask async)
echo "todo-sync lets him go:   $sync"
echo "todo-async lets him go:  $async"
case $sync,$async in
yes,yes) echo a ;;
yes,*) echo b ;;
*,yes) echo c ;;
*) echo d ;;
esac
