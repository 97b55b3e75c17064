#!/bin/sh
# predict.sh - which servers outlive clients that left?
set -eu
. exercises/runner/scenario.sh
case=answers_to_fifty_clients_that_left_harm_nobody

# Says yes, or how the server ended.
lives() { # SIDE
    passes "$1" $case 30 && echo yes && return
    ended=$(sed -n 's/^the server ended by itself, with //p' "$said")
    [ -n "$ended" ] || { cat "$said" >&2 && exit 1; }
    echo "no, $ended"
}

sync=$(lives sync)
async=$(lives async)
echo "todo-sync is there:   $sync"
echo "todo-async is there:  $async"
letter "$sync" "$async"
