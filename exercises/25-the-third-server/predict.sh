#!/bin/sh
# predict.sh - two clients of todo-third in the middle of a POST, and the process
# of the first is killed. Its last line is the letter of the choice. It calls
# itself beside the server: predict.sh ask URL
set -u

# One client: its body comes from a pipe, so that it is sent when we say so.
post() { # NAME URL
    mkfifo "$TMPDIR/$1"
    curl -s -m 60 -o /dev/null -w '%{http_code}' -H 'Expect:' \
        -H 'Content-Type: application/json' -X POST -T - "$2/todos" \
        < "$TMPDIR/$1" > "$TMPDIR/$1.status" &
}

# The processes that serve a client: the parent's children but the first, which
# holds the database.
serving() {
    tr ' ' '\n' < "/proc/$parent/task/$parent/children" | grep . | sed 1d
}

await_serving() { # COUNT
    tries=0
    while [ "$(serving | wc -l)" -ne "$1" ]; do
        tries=$((tries + 1))
        [ $tries -lt 600 ] || { echo 'the processes do not come up' >&2; exit 1; }
        sleep 0.1
    done
}

if [ "${1:-}" = ask ]; then
    parent=$(cat "$TMPDIR/parent")
    await_serving 0 # whoever asked whether the server is up has gone
    post first "$2"
    exec 3> "$TMPDIR/first"
    first=$!
    printf '{"title":' >&3
    await_serving 1
    victim=$(serving)
    post second "$2"
    exec 4> "$TMPDIR/second"
    second=$!
    printf '{"title":' >&4
    await_serving 2
    kill -9 "$victim"
    printf '"milk"}' >&4
    exec 4>&-
    wait $second
    exec 3>&-
    wait $first
    curl -s -m 60 -o /dev/null -w '%{http_code}' "$2/healthz" \
        > "$TMPDIR/third.status"
    exit 0
fi
# shellcheck disable=SC2016 # the inner shell expands
"$REAL_BIN/learn-runner" yours --log "$TMPDIR/server" "$EXERCISE/predict-start" \
    "$TMPDIR" -- sh "$EXERCISE/predict.sh" ask '{url}' > "$TMPDIR/said" 2>&1 || {
    cat "$TMPDIR/said" "$TMPDIR/server" >&2
    exit 1
}
for client in first second third; do
    printf '%-6s client: %s\n' "$client" "$(cat "$TMPDIR/$client.status")"
done | sed 's/000$/nothing/'
case $(cat "$TMPDIR/first.status"),$(cat "$TMPDIR/second.status"),$(
    cat "$TMPDIR/third.status") in
000,000,000) echo a ;;
000,201,000) echo b ;;
000,201,200) echo c ;;
000,500,*) echo d ;;
*) exit 1 ;;
esac
