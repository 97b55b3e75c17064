#!/bin/sh
# predict.sh - as many bodies drip as todo-sync has threads: who serves others?
set -eu
. exercises/runner/scenario.sh
case=bodies_that_drip_leave_room_for_others

sync=$(in_time sync $case)
async=$(in_time async $case)
echo "todo-sync serves the fifth:   $sync"
echo "todo-async serves the fifth:  $async"
letter "$sync" "$async"
