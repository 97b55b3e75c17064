#!/bin/sh
# arguments.sh PROGRAM - what todo-load says to arguments, and where.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
load=$1
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0
here=http://127.0.0.1:1 # where nobody listens

# expect STATUS STREAM TEXT ARGUMENT...: it ends so, and says so there and
# nothing on the other stream.
expect() {
    status=$1 stream=$2 text=$3
    shift 3
    got=0
    "$load" "$@" > "$tmp/out" 2> "$tmp/err" || got=$?
    other=out
    [ "$stream" = err ] || other=err
    if [ "$got" != "$status" ] || [ -s "$tmp/$other" ] ||
        ! grep -qF -- "$text" "$tmp/$stream"; then
        printf 'todo-load %s: status %s, not %s, or not "%s" on %s:\n' \
            "$*" "$got" "$status" "$text" "$stream"
        head -20 "$tmp/out" "$tmp/err"
        failed=1
    fi
}

expect 0 out 'Usage: todo-load' --help
expect 0 out 'Usage: todo-load' --rate 5 --help
expect 2 err 'a URL is needed'
expect 2 err 'a URL is needed' --rate 5
expect 2 err 'one of --rate and --clients' "$here"
expect 2 err 'one of --rate and --clients is needed, and not both' \
    --rate 5 --clients 5 "$here"
expect 2 err 'one URL is enough' --rate 5 "$here" "$here"
expect 2 err 'no such option, see --help: --rat' --rat 5 "$here"
expect 2 err 'no such option, see --help: --no-rate' --no-rate "$here"
expect 2 err 'this needs a value: --rate' "$here" --rate
expect 2 err 'this needs a value: --rate' --rate --clients 5 "$here"
expect 2 err 'this takes no value: --really=yes' --really=yes "$here"
for value in 0 -1 1.5 5x '' 1000001; do
    expect 2 err "--rate: \"$value\" is not" --rate "$value" "$here"
    expect 2 err "--rate: \"$value\" is not" "--rate=$value" "$here"
done
for value in 0 3601 1e3 inf; do
    expect 2 err "--seconds: \"$value\" is not" --rate 5 --seconds "$value" "$here"
done
expect 2 err '--deadline: "0" is not' --rate 5 --deadline 0 "$here"
expect 2 err '--clients: "10001" is not' --clients 10001 "$here"
expect 2 err '--mix: no mix is nothing=1' --rate 5 --mix nothing=1 "$here"
expect 2 err '--mix: no mix is read=0' --rate 5 --mix read=0 "$here"
expect 2 err 'leave out that of' --rate 5 --mix page=1 "$here/healthz"
expect 2 err 'longer than a token' --rate 5 \
    --token "$(printf '%1025s' '' | tr ' ' x)" "$here"
expect 2 err '/none/raw: No such file' --rate 5 --raw "$tmp/none/raw" "$here"
expect 2 err '/none/plot: No such file' --rate 5 --plot "$tmp/none/plot" "$here"
expect 2 err 'read and change take todos that exist, but' --rate 5 --mix read=1 \
    "$here"
for url in ftp://127.0.0.1 127.0.0.1:1 http:// http://example.org \
    "$here/a?b" http://127.0.0.1:70000; do
    expect 2 err 'a URL is http://ADDRESS' --rate 5 "$url"
done
for url in http://10.0.0.1:1 http://128.0.0.1 http://0.0.0.0:1; do
    expect 2 err 'say --really' --rate 5 "$url"
done
expect 1 out 'refused 3' --clients 1 --requests 3 "$here"
expect 1 out 'refused 3' --clients 1 --requests 3 --no-keep-alive "$here/x"
expect 1 out 'refused 3' --rate 1000 --requests=3 --really http://localhost:1

lines=$("$load" --help | awk 'length > 80' | wc -l)
[ "$lines" -eq 0 ] || { echo "--help is wider than 80 columns"; failed=1; }
exit "$failed"
