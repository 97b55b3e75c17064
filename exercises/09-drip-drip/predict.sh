#!/bin/sh
# predict.sh - what does each server say when its upstream drips for longer than
# the request may take? Says the letter of the choice in its last line.
set -eu
PATH=$REAL_BIN:$PATH
export PATH TODO_UPSTREAM_TIMEOUT=0.4 TODO_LOG_LEVEL=error

# The status, and how often the time that the request had was over by then.
ask() { # ROOM
    # shellcheck disable=SC2016 # for the inner shell
    docs/scripts/muse.sh 15 /drip learn-runner with --bin "$BIN" "$1" -- \
        sh -c 'curl -q -s --noproxy "*" -o /dev/null \
            -w "STATUS %{http_code} %{time_total}\n" "$0/suggestions"' "{$1}" |
        sed -n 's/^STATUS //p' |
        awk -v limit="$TODO_UPSTREAM_TIMEOUT" '{ print $1, int($2 / limit) }'
}

tell() { # SERVER STATUS TIMES
    echo "$1$2, when its $TODO_UPSTREAM_TIMEOUT s had passed $3 time(s)"
}

sync=$(ask sync)
async=$(ask async)
# shellcheck disable=SC2086 # two words
tell 'todo-sync   ' $sync
# shellcheck disable=SC2086
tell 'todo-async  ' $async
case ${sync% *},${async% *} in
504,504) echo a ;;
504,200) echo b ;;
200,504) echo c ;;
200,200) echo d ;;
*) exit 1 ;;
esac
