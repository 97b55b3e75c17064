#!/bin/bash
# listen.sh sync|async COUNT - opens so many event streams to a server of its
# own, one after the other. Prints what each is answered, and then what
# GET /todos is answered, while they are open.
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
CDPATH='' cd -- "$(dirname -- "$0")/../.."
runner=$(command -v learn-runner || echo build/dev/bin/learn-runner)
if [ $# -eq 2 ]; then # again, beside a server, with its URL
    TODO_LOG_LEVEL=error exec "$runner" with "$1" -- \
        docs/scripts/listen.sh "$@" "{$1}"
fi
address=${3#http://}

ask() { # PATH; prints the status, and hangs up when it is refused
    exec {answer}<> "/dev/tcp/${address%:*}/${address#*:}"
    printf 'GET %s HTTP/1.0\r\n\r\n' "$1" >&"$answer"
    read -r _ status _ <&"$answer"
    [ "$status" = 200 ] || exec {answer}>&-
    echo "$status"
}

for ((i = 1; i <= $2; i++)); do
    printf 'stream %d: ' $i
    ask /todos/events
done
printf 'GET /todos: '
ask /todos
