#!/bin/sh
# predict.sh - of six writes killed before their COMMIT, how many had a 201?
set -eu
case=what_was_answered_before_a_commit_outlives_kill_9

ask() { # SIDE OTHER: prints how many of the six
    said=$("$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" $case 2>&1) ||
        true
    case $said in
    *"OK ] $case"*) echo 0 ;;
    *' of 6 writes were answered 201'*)
        printf '%s\n' "$said" |
            sed -n 's/.*\([0-6]\) of 6 writes were answered 201.*/\1/p'
        ;;
    *)
        printf '%s\n' "$said" >&2
        exit 1
        ;;
    esac
}

sync=$(ask sync async)
async=$(ask async sync)
echo "todo-sync   $sync of 6 clients were told 201"
echo "todo-async  $async of 6 clients were told 201"
case $sync,$async in
0,0) echo a ;;
6,6) echo b ;;
5,6) echo c ;;
0,6) echo d ;;
*)
    echo 'that is none of the choices'
    exit 1
    ;;
esac
