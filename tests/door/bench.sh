#!/bin/sh
# bench.sh BIN [whole] - ./learn bench as far as no speed decides: what it
# refuses, and, for a minute, that its page is whole.
# shellcheck disable=SC2317 # check calls functions
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

# ./learn: it builds nothing for what it refuses; and while it measures, nobody
# else builds or checks. A cmake that does nothing stands for the build.
mkdir "$tmp/bin"
printf '#!/bin/sh\necho builds >> "%s"\n' "$tmp/built" > "$tmp/bin/cmake"
printf '#!/bin/sh\nflock -n build/lock true || echo "kept: $*"\n' \
    > "$tmp/bin/learn-runner"
chmod +x "$tmp/bin/cmake" "$tmp/bin/learn-runner"
learn() { env PATH="$tmp/bin:$PATH" LEARN_BIN="$tmp/bin" ./learn "$@"; }
check "./learn bench refuses no seconds" 2 'from 1 to 10' learn bench --seconds 0
check "./learn claims refuses what it does not take" 2 'no arguments' learn claims 5
check "before anything is built" 2 'No such file' ls "$tmp/built"
for verb in bench claims; do
    check "./learn $verb keeps the lock" 0 "^kept: $verb" learn $verb
done
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
