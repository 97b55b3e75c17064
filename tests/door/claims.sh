#!/bin/sh
# claims.sh BIN [whole] - ./learn claims as far as no speed decides: what it
# refuses, and, for a minute or two, that it judges each of ten claims, whichever
# way.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
bin=$1
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

. tests/door/check.sh

check "claims takes no arguments" 2 'usage: learn claims' \
    "$bin/learn-runner" claims 5
check "claims needs servers" 1 'todo-sync' \
    "$bin/learn-runner" claims --bin "$tmp/none"
[ "${2:-}" = whole ] || exit "$failed"
status=0
"$bin/learn-runner" claims > "$tmp/claims" 2> "$tmp/err" || status=$?
check "claims measures to its end" 0 '^0$' echo "$status"
for number in 1 2 3 4 5 6 7 8 9 10; do
    check "claim $number is said" 0 "^ *$number  \"[A-Z].*\.\"$" cat "$tmp/claims"
done
check "each has a verdict" 0 '^10$' grep -cE \
    '^    (On this machine: (yes|no|partly)|It cannot be measured here)\.$' "$tmp/claims"
check "no line is wider than 80 columns" 0 '^0$' \
    awk 'length > 80 { wide++ } END { print wide + 0 }' "$tmp/claims"
[ "$failed" = 0 ] || cat "$tmp/claims" "$tmp/err"
exit "$failed"
