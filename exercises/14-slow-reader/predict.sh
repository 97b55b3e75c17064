#!/bin/sh
# predict.sh - a reader has stopped: how much is fetched for him?
set -eu
case=pages_wait_for_the_reader

ask() { # SIDE OTHER: prints what the case says of this exercise's server
    "$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" $case 2>&1 |
        sed -n 's/ are fetched for a reader that has stopped$//p'
}

sync=$(ask sync async)
async=$(ask async sync)
echo "todo-sync fetches   $sync"
echo "todo-async fetches  $async"
case ${sync##*, },${async##*, } in
few,few) echo a ;;
'more than half,few') echo b ;;
'few,more than half') echo c ;;
'more than half,more than half') echo d ;;
*)
    echo 'that is none of the choices'
    exit 1
    ;;
esac
