#!/bin/bash
# pieces.sh URL - sends the same body to a server by one write, by two, and by
# one for each byte, one right after the other; five times each. Prints how long
# the answer took. The body is no JSON, so nothing waits for the disk.
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
address=${1#http://}
body='{"title": "in how many piec'

ask() { # SIZE, of a piece
    local i began us

    exec 3<> "/dev/tcp/${address%:*}/${address#*:}"
    printf '%s\r\n' 'POST /todos HTTP/1.1' 'Host: localhost' \
        'Content-Type: application/json' "Content-Length: ${#body}" \
        'Expect: 100-continue' 'Connection: close' '' >&3
    head -c 25 <&3 > /dev/null # the 100: it waits for the body
    began=${EPOCHREALTIME/[.,]/}
    for ((i = 0; i < ${#body}; i += $1)); do
        printf '%s' "${body:i:$1}" >&3
    done
    read -r -u 3
    us=$((${EPOCHREALTIME/[.,]/} - began))
    printf ' %d.%02d ms' $((us / 1000)) $((us % 1000 / 10))
}

for size in 27 14 1; do
    printf 'writes %2d:' $(((${#body} + size - 1) / size))
    for _ in 1 2 3 4 5; do ask $size; done
    echo
done
