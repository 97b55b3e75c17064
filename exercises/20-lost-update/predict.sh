#!/bin/sh
# predict.sh - a request passes and is held, and others come. How many pass?
set -eu
. exercises/runner/scenario.sh
case=a_request_counts_from_the_moment_it_passes

passed() { # SIDE
    if passes "$1" $case; then
        echo 3
    else
        must_be_judged $case
        sed -n 's/.*requests that passed: \([0-9]*\);.*/\1/p' "$said" | sed 1q
    fi
}

sync=$(passed sync)
async=$(passed async)
echo "todo-sync   passed: $sync of 21"
echo "todo-async  passed: $async of 21"
case $sync,$async in
3,3) echo a ;;
*,3) echo b ;;
4,4) echo c ;;
6,6) echo d ;;
*) exit 1 ;;
esac
