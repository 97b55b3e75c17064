#!/bin/sh
# predict.sh - a hundred writes are done, ninety-nine of them at once: are all
# of them answered?
set -eu
case=writes_done_together_are_told_to_all_in_order

ask() { # SIDE OTHER: prints yes or no
    said=$(timeout 8 "$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" \
        $case 2>&1) || true
    case $said in
    *"OK ] $case"*) echo 'all of them' ;;
    *) echo 'some are still waiting after eight seconds' ;;
    esac
}

async=$(ask async sync)
echo "todo-async answers:  $async"
case $async in all*) echo a ;; *) echo b ;; esac
