#!/bin/bash
# muse.sh DELAY PATH COMMAND... - runs a command beside a muse (tests/muse), an
# upstream that waits DELAY milliseconds; with /drip, before each byte. Servers
# that the command starts find it in their environment.
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
CDPATH='' cd -- "$(dirname -- "$0")/../.."
muse=$(command -v muse || echo build/dev/bin/muse)
delay=$1 path=$2
shift 2

tmp=$(mktemp -d)
"$muse" --delay "$delay" --port-file "$tmp/port" > /dev/null &
trap 'kill $!; rm -r "$tmp"' EXIT
until [ -s "$tmp/port" ]; do # it is there when the muse listens
    kill -0 $! # it has ended
    sleep 0.02
done
TODO_UPSTREAM=http://127.0.0.1:$(cat "$tmp/port")$path "$@"
