#!/bin/sh
# predict.sh - which server hashes for a name that nobody has? That takes time
# that a client can see.
set -eu
case=an_unknown_name_costs_one_hash_as_well

# How many hashes a login with a name that nobody has makes.
ask() { # SIDE OTHER
    said=$("$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" $case 2>&1) ||
        true
    case $said in
    *"OK ] $case"*) echo 1 ;;
    *'a name that nobody has makes '*)
        printf '%s\n' "$said" |
            sed -n 's/.*a name that nobody has makes \([0-9]*\) .*/\1/p' | sed 1q
        ;;
    *)
        printf '%s\n' "$said" >&2
        exit 1
        ;;
    esac
}

tell() { # SERVER HASHES
    echo "$1  a wrong password: 1 hash; a name that nobody has: $2"
}

sync=$(ask sync async)
async=$(ask async sync)
tell 'todo-sync ' "$sync"
tell 'todo-async' "$async"
case $sync,$async in
1,1) echo a ;;
1,0) echo c ;;
0,0) echo d ;;
*) exit 1 ;;
esac
