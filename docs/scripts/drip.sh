#!/bin/bash
# drip.sh URL - two requests to a server: the body of #1 comes byte by byte, and
# before it does, #2 comes and is answered. Prints what #1 is answered.
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
address=${1#http://}
tcp=/dev/tcp/${address%:*}/${address#*:}
body='{"title": "drip, drip"}'

exec 3<> "$tcp"
printf '%s\r\n' 'POST /todos HTTP/1.1' 'Host: localhost' \
    'Content-Type: application/json' "Content-Length: ${#body}" \
    'Expect: 100-continue' 'Connection: close' '' >&3
head -c 25 <&3 > /dev/null # the 100: it has the head and waits for the body

exec 4<> "$tcp"
printf 'GET /todos HTTP/1.0\r\n\r\n' >&4
cat <&4 > /dev/null # until it closes: it is done with #2

for ((i = 0; i < ${#body}; i++)); do
    printf '%s' "${body:i:1}" >&3
    sleep 0.02 # a slow client
done
cat <&3
