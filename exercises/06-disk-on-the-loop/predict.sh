#!/bin/sh
# predict.sh - is GET /healthz answered while a write waits for the database?
set -eu
case=all_but_writes_is_answered_while_a_write_waits

ask() { # SIDE OTHER: prints what came first
    said=$("$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" $case 2>&1) ||
        true
    case $said in
    *"OK ] $case"*) echo 'GET /healthz 200, while the POST waits' ;;
    *'/healthz was answered only after'*)
        echo 'the POST is answered, then GET /healthz 200'
        ;;
    *)
        printf '%s\n' "$said" >&2
        exit 1
        ;;
    esac
}

sync=$(ask sync async)
async=$(ask async sync)
echo "todo-sync   $sync"
echo "todo-async  $async"
case $async in *while*) echo a ;; *) echo b ;; esac
