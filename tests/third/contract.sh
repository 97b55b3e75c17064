#!/bin/sh
# contract.sh BIN SERVER - a server that is started with a port and a folder
# passes levels 0 to 5 of the contract, and ends well at SIGTERM.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"$1/learn-runner" yours --well "$2" "$folder" -- \
    "$1/todo-contract" --level 5 '{url}'
