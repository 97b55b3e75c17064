#!/bin/sh
# predict.sh - of six reads that are held, how many stand at the disk?
set -eu
case=as_many_reads_stand_at_the_disk_as_there_are_readers

ask() { # SIDE OTHER: prints how many, and below it on which threads
    said=$("$REAL_BIN/todo-system" "$REAL_BIN/todo-$1" "$REAL_BIN/todo-$2" \
        $case 2>&1) || {
        printf '%s\n' "$said" >&2
        exit 1
    }
    printf '%s\n' "$said" |
        sed -n '/^6 reads wait, /{s///p;n;s/^/            /p;}'
}

sync=$(ask sync async)
async=$(ask async sync)
echo "todo-sync   6 reads wait, $sync"
echo "todo-async  6 reads wait, $async"
case ${sync%% *},${async%% *} in
6,2) echo a ;;
6,6) echo b ;;
2,2) echo c ;;
1,2) echo d ;;
*)
    echo 'that is none of the choices'
    exit 1
    ;;
esac
