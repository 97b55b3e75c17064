#!/bin/bash
# lanes.sh sync|async CLIENT... - runs a client beside a server of its own, which
# it gives to it as the last argument, a URL. Prints the first line of what the
# client prints, and what each thread of the server did meanwhile.
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
CDPATH='' cd -- "$(dirname -- "$0")/../.."
runner=$(command -v learn-runner || echo build/dev/bin/learn-runner)
room=$1
shift

tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
TODO_TRACE=$tmp/marks TODO_LOG_LEVEL=error "$runner" with "$room" -- \
    "$@" "{$room}" > "$tmp/said"
sed -n 2p "$tmp/said" # the first line is the server's
echo
awk -f docs/scripts/lanes.awk "$tmp/marks"
