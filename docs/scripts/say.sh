#!/bin/bash
# say.sh TEXT URL - sends TEXT to a server, with \r\n for the end of a line, and
# prints what comes back, until the server closes.
#
#   docs/scripts/say.sh 'GET /healthz HTTP/1.0\r\n\r\n' http://127.0.0.1:8001
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
address=${2#http://}

exec 3<> "/dev/tcp/${address%:*}/${address#*:}"
printf '%b' "$1" | cat >&3 # by one write; bash alone writes line by line
cat <&3
