#!/bin/sh
# predict.sh - a subscriber never reads: which server lets it go?
set -eu
. exercises/runner/scenario.sh
case=who_never_reads_is_let_go_and_can_resume

sync=$(in_time sync $case)
async=$(in_time async $case)
echo "todo-sync lets it go:   $sync"
echo "todo-async lets it go:  $async"
letter "$sync" "$async"
