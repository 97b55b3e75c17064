#!/bin/sh
# predict.sh - who is answered while a hash is made?
set -eu
case=all_else_is_answered_while_a_hash_is_made
late='answered only after the hash:'

# Prints what was answered only after the hash, with ", " around each.
ask() { # SIDE OTHER
    said=$("$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" $case 2>&1) ||
        true
    case $said in
    *"OK ] $case"*) echo ', ,' ;;
    *"$late "*) printf '%s\n' "$said" | sed -n "s/.*$late \(.*\)/, \1,/p" | sed 1q ;;
    *)
        printf '%s\n' "$said" >&2
        exit 1
        ;;
    esac
}

tell() { # SERVER LATE
    for line in 'GET /healthz' 'GET /todos/1'; do
        case $2 in
        *", $line,"*) echo "$1  $line  after the hash" ;;
        *) echo "$1  $line  while the hash is made" ;;
        esac
    done
}

sync=$(ask sync async)
async=$(ask async sync)
tell 'todo-sync ' "$sync"
tell 'todo-async' "$async"
case $async in
*', GET /healthz,'*', GET /todos/1,'*) echo d ;;
*', GET /healthz,'*) echo c ;;
*', GET /todos/1,'*) echo b ;;
*) echo a ;;
esac
