#!/bin/sh
# predict.sh - which of the exercise's servers answers POST /todos with another
# status than the real ones? Says the letter of the choice in its last line.
# It calls itself beside the servers: predict.sh ask URL URL
set -u
answers=$TMPDIR/statuses # the servers print, too: so not to standard output

ask() {
    for url; do
        curl -q --silent --noproxy '*' --output /dev/null \
            --write-out '%{http_code}\n' \
            --header 'Content-Type: application/json' \
            --data '{"title": "milk"}' "$url/todos" || exit 1
    done > "$answers"
}

# The statuses of the servers in folder $1: todo-sync's and todo-async's.
statuses() {
    "$REAL_BIN/learn-runner" with --bin "$1" both -- \
        sh "$EXERCISE/predict.sh" ask '{sync}' '{async}' > "$TMPDIR/said" 2>&1 ||
        {
            cat "$TMPDIR/said" >&2
            exit 1
        }
    cat "$answers"
}

if [ "${1:-}" = ask ]; then
    shift
    ask "$@"
    exit
fi
real=$(statuses "$REAL_BIN") && here=$(statuses "$BIN") || exit 1
# shellcheck disable=SC2086 # two words each
set -- $real $here
echo "POST /todos to      todo-sync  todo-async"
echo "the real servers    $1        $2"
echo "this exercise's     $3        $4"
if [ "$1" != "$3" ] && [ "$2" != "$4" ]; then
    echo c
elif [ "$1" != "$3" ]; then
    echo a
elif [ "$2" != "$4" ]; then
    echo b
else
    echo d
fi
