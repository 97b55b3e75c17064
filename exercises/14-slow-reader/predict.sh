#!/bin/sh
# predict.sh - a reader has stopped: how much is fetched for it?
set -eu
case=pages_wait_for_the_reader

ask() { # SIDE OTHER: prints what the case says of this exercise's server
    "$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" $case 2>&1 |
        sed -n 's/ are fetched for a reader that has stopped$//p'
}

few() { [ "${1%% *}" -le 250 ]; } # "N of 500 pages"

sync=$(ask sync async)
async=$(ask async sync)
echo "todo-sync fetches   $sync"
echo "todo-async fetches  $async"
[ -n "$sync" ] && [ -n "$async" ] || exit 1
case $(few "$sync" && echo few),$(few "$async" && echo few) in
few,few) echo a ;;
,few) echo b ;;
few,) echo c ;;
,) echo d ;;
esac
