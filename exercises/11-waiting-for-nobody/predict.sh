#!/bin/sh
# predict.sh - streams keep all the threads, and nothing happens: what does a
# GET /todos hear then?
set -eu
case=idle_streams_leave_room_for_others

ask() { # SIDE OTHER: what it says, with this exercise's servers
    "$REAL_BIN/todo-system" "$BIN/todo-$1" "$BIN/todo-$2" $case 2>&1 |
        sed -n 's/^[0-9]* idle streams, and GET/&/p'
}

sync=$(ask sync async)
async=$(ask async sync)
echo "todo-sync   $sync"
echo "todo-async  $async"
case ${sync##* },${async##* } in
200,200) echo a ;;
503,200) echo b ;;
503,503) echo c ;;
*)
    echo 'that is none of the choices'
    exit 1
    ;;
esac
