#!/bin/sh
# servers.sh PROGRAM URL... - what todo-load says of servers that are well. No
# number in it is a speed.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
load=$1
shift
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
failed=0

# expect TEXT ARGUMENT...: all is well, and it says so.
expect() {
    text=$1
    shift
    if ! "$load" "$@" > "$tmp/out" 2>&1 || ! grep -qF -- "$text" "$tmp/out"; then
        printf 'todo-load %s: no status 0, or not "%s":\n' "$*" "$text"
        cat "$tmp/out"
        failed=1
    fi
}

# The raw file has so many lines that match.
expect_raw() { # COUNT PATTERN
    got=$(grep -cE "$2" "$tmp/raw" || :)
    if [ "$got" != "$1" ]; then
        echo "the raw file has $got of $2, not $1"
        failed=1
    fi
}

for url in "$@"; do
    expect 'answered   60, 2xx 60' --clients 3 --requests 60 --mix create=1 "$url"
    expect 'planned    60' --clients 3 --requests 60 --raw "$tmp/raw" \
        --mix read=3,page=1,change=1,health=1 "$url"
    expect_raw 61 .
    expect_raw 30 '	200	read$'
    expect_raw 10 '	200	page$'
    expect_raw 10 '	200	change$'
    expect_raw 10 '	200	health$'
    expect 'sent       50 on' --rate 500 --requests 50 --plot "$tmp/plot.svg" \
        --seconds 60 "$url/readyz"
    expect 'on 20 connections' --clients 2 --requests 20 --no-keep-alive "$url"
    if ! grep -q '^</svg>$' "$tmp/plot.svg"; then
        echo 'the plot is not whole'
        failed=1
    fi
done
exit "$failed"
