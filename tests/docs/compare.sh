#!/bin/sh
# compare.sh RUNNER ROOT - fails when docs/compare.html is not what the sources
# give.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$2"
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

"$1" compare --html "$out/compare.html"
if ! diff -u docs/compare.html "$out/compare.html"; then
    echo "docs/compare.html is not what the sources give, as shown above."
    echo "Mend it: ./learn compare --html"
    exit 1
fi
