#!/bin/bash
# events.sh LAST COUNT URL - follows GET /todos/events behind the change LAST and
# prints COUNT events. HTTP/1.0, so that there are no chunks between them.
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
address=${3#http://}

exec 3<> "/dev/tcp/${address%:*}/${address#*:}"
printf '%s\r\n' 'GET /todos/events HTTP/1.0' 'Host: localhost' \
    "Last-Event-ID: $1" '' >&3
while read -r line && [ "$line" != $'\r' ]; do :; done <&3 # the head
for ((left = $2; left > 0;)); do
    IFS= read -r line <&3
    echo "$line"
    [ -n "$line" ] || left=$((left - 1))
done
