#!/bin/sh
# contract.sh BIN [--well] SERVER - a server that is started with a port and a
# folder passes levels 0 to 5 of the contract; and ends well at SIGTERM.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
bin=$1
shift
"$bin/learn-runner" yours --log "$folder/log" "$@" "$folder" -- \
    "$bin/todo-contract" --level 5 '{url}' || {
    tail -n 20 "$folder/log"
    exit 1
}
