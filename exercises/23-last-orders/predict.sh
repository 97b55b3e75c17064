#!/bin/sh
# predict.sh - one client is idle, one listens, one is slow; then the server is
# told to stop. Does it end?
set -eu
. exercises/runner/scenario.sh
case=everybody_leaves_and_nobody_is_cut

sync=$(in_time sync $case)
async=$(in_time async $case)
echo "todo-sync   ends: $sync"
echo "todo-async  ends: $async"
letter "$sync" "$async"
