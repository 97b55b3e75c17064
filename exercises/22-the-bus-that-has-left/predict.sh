#!/bin/sh
# predict.sh - a todo is written while todos are counted. Is one that asks then
# told of it?
set -eu
. exercises/runner/scenario.sh
case=a_write_answered_while_a_count_is_held_is_in_the_next

# yes, or what was said instead.
told() { # SIDE
    if passes "$1" $case; then
        echo yes
    else
        must_be_judged $case
        sed -n 's/.*{"total":\([0-9]*\),.* must be \([0-9]*\)$/no: \1 of \2/p' \
            "$said" | sed 1q
    fi
}

sync=$(told sync)
async=$(told async)
echo "todo-sync   tells of the new todo: $sync"
echo "todo-async  tells of the new todo: $async"
letter "$sync" "$async"
