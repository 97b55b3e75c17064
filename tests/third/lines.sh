#!/bin/sh
# lines.sh ROOT - the third server stays small: it is the proof that little is
# left to a server when all that is not about waiting is in common/. The chapter
# says how many lines each file has. And this test would notice.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
most=500
cd "$1"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

lines() { cat "$@" | wc -l | tr -d ' '; }

# FOLDER CHAPTER: says what is wrong, and fails if anything is.
judge() {
    wrong=0
    all=$(lines "$1"/*.[ch] "$1/CMakeLists.txt")
    if [ "$all" -gt $most ]; then
        echo "todo-third has $all lines, and at most $most are meant"
        wrong=1
    fi
    for file in "$1"/*.[ch]; do
        grep -qF "${file##*/}) | $(lines "$file") |" "$2" && continue
        echo "$2 does not say that ${file##*/} has $(lines "$file") lines"
        wrong=1
    done
    if ! grep -qF "**$(lines "$1"/*.[ch]) lines**" "$2"; then
        echo "$2 does not say that all have $(lines "$1"/*.[ch]) lines"
        wrong=1
    fi
    return $wrong
}

third=exercises/25-the-third-server
chapter=docs/12-choose-then-build-the-third.md
judge $third $chapter

cp $third/*.[ch] $third/CMakeLists.txt "$tmp"
expect() { # WORDS: it notices what was done to the copy
    if judge "$tmp" $chapter > "$tmp/said" || ! grep -q "$1" "$tmp/said"; then
        echo "FAIL this test does not notice: $1"
        exit 1
    fi
}
echo >> "$tmp/main.c"
expect 'main.c has'
expect 'all have'
while [ "$(lines "$tmp"/*.[ch] "$tmp/CMakeLists.txt")" -le $most ]; do
    echo >> "$tmp/main.c"
done
expect "at most $most"
judge $third $chapter
echo "todo-third has $all lines."
