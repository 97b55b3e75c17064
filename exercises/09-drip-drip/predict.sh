#!/bin/sh
# predict.sh - what does each server say when its upstream drips for longer than
# the request may take? Says the letter of the choice in its last line.
set -eu
muse_port=$TMPDIR/muse.port
rm -f "$muse_port"
"$REAL_BIN/muse" --delay 15 --port-file "$muse_port" > "$TMPDIR/muse.said" 2>&1 &
muse=$!
trap 'kill $muse' EXIT
until [ -s "$muse_port" ]; do # it is there when the muse listens
    kill -0 $muse || { cat "$TMPDIR/muse.said" >&2 && exit 1; }
    sleep 0.02
done
export TODO_UPSTREAM_TIMEOUT=0.4 TODO_LOG_LEVEL=error
TODO_UPSTREAM=http://127.0.0.1:$(cat "$muse_port")/drip
export TODO_UPSTREAM

ask() { # ROOM: the status
    "$REAL_BIN/learn-runner" with --bin "$BIN" "$1" -- \
        sh -c 'curl -s --noproxy "*" -o /dev/null \
            -w "STATUS %{http_code}\n" "$0/suggestions"' "{$1}" |
        sed -n 's/^STATUS //p'
}

sync=$(ask sync)
async=$(ask async)
echo "todo-sync   $sync"
echo "todo-async  $async"
case $sync,$async in
504,504) echo a ;;
504,200) echo b ;;
200,504) echo c ;;
200,200) echo d ;;
*) exit 1 ;;
esac
