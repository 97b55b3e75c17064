#!/bin/sh
# bench.sh BIN [whole] - ./learn bench as far as no speed decides: what it
# refuses, and, for a minute, that its page is whole.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
bin=$1
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

. tests/door/check.sh

for seconds in 0 11 1.5 x ''; do
    check "bench refuses \"$seconds\" seconds" 2 'from 1 to 10' \
        "$bin/learn-runner" bench --seconds "$seconds"
done
check "bench refuses an option without a value" 2 'usage: learn bench' \
    "$bin/learn-runner" bench --seconds
check "bench refuses what it does not know" 2 'usage: learn bench' \
    "$bin/learn-runner" bench --rows get
check "bench needs servers" 1 'todo-sync' \
    "$bin/learn-runner" bench --bin "$tmp/none"
check "bench says at once when it cannot write its page" 1 'No such file' \
    "$bin/learn-runner" bench --out "$tmp/none/none"
[ "${2:-}" = whole ] || exit "$failed"
check "bench measures both servers" 0 'The page is there' \
    "$bin/learn-runner" bench --seconds 1 --commit 'a<b' --out "$tmp/page"

# has COUNT TEXT: so many lines of the page have it.
has() {
    check "the page has '$2' in $1 lines" 0 "^$1\$" \
        grep -cF -- "$2" "$tmp/page/index.html"
}
has 1 '</html>'
has 3 '<svg '
has 4 'What this does not show:'
has 5 '<td>todo-sync<td>'
has 5 '<td>todo-async<td>'
has 1 'a&lt;b'
exit "$failed"
