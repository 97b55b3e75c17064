#!/bin/sh
# arguments.sh PROGRAM - what todo-contract says to arguments, and where.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
suite=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# expect STATUS STREAM TEXT ARGUMENT...: it ends so, and says so there and
# nothing on the other stream.
expect() {
    status=$1 stream=$2 text=$3
    shift 3
    got=0
    "$suite" "$@" > "$tmp/out" 2> "$tmp/err" || got=$?
    other=out
    [ "$stream" = err ] || other=err
    if [ "$got" != "$status" ] || [ -s "$tmp/$other" ] ||
        ! grep -qF -- "$text" "$tmp/$stream"; then
        printf 'todo-contract %s: status %s, not %s, or not "%s" on %s:\n' \
            "$*" "$got" "$status" "$text" "$stream"
        head -20 "$tmp/out" "$tmp/err"
        failed=1
    fi
}

expect 0 out 'Usage: todo-contract' --help
expect 0 out 'Usage: todo-contract' --level 3 --help
expect 0 out '0 healthz_is_200' --list
expect 2 err 'see --help'
expect 2 err 'see --help' --no-such-option
expect 2 err 'see --help' http://127.0.0.1:1 http://127.0.0.1:2
expect 0 out 'Usage: todo-contract' --level 10 --help
expect 2 err 'no such level: 11' --level 11 http://127.0.0.1:1
expect 2 err 'no such level: 1x' --level 1x http://127.0.0.1:1
expect 2 err 'no such level: ' --level '' http://127.0.0.1:1
expect 2 err 'no such level: /' --level / http://127.0.0.1:1
expect 2 err 'no case is called nobody' --case nobody http://127.0.0.1:1
expect 2 err 'a URL is' ftp://127.0.0.1
expect 2 err 'nothing answers at' http://127.0.0.1:1

lines=$("$suite" --help | awk 'length > 80' | wc -l)
[ "$lines" -eq 0 ] || { echo "--help is wider than 80 columns"; failed=1; }
exit "$failed"
