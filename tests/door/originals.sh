#!/bin/sh
# originals.sh - tests ./learn originals where it cannot do what it is for: what
# it needs is not here, and does not come.
# shellcheck disable=SC2317 # check calls functions
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd -- "$(dirname -- "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

. tests/door/check.sh

# A package manager that says this, and ends with this status.
apt_that() { # STATUS WORDS
    printf '#!/bin/sh\ntouch "%s"\necho "%s"\nexit %s\n' \
        "$tmp/asked" "$2" "$1" > "$tmp/apt-get"
    chmod +x "$tmp/apt-get"
}
printf '#!/bin/sh\nexec "$@"\n' > "$tmp/sudo"
chmod +x "$tmp/sudo"
without_packages() { env PATH="$tmp:$PATH" LEARN_PYTHON=false "$@"; }
works='all else of the course works without the originals'

check "originals has its own help" \
    0 '--prove only proves them' ./learn originals --help
apt_that 100 'Temporary failure resolving'
check "an option that it does not know is refused" \
    2 'originals does not know --fast' without_packages ./learn originals --fast
check "before anything is installed" 2 'No such file' ls "$tmp/asked"
check "without network it says that the rest works" \
    1 "apt-get update; $works" without_packages ./learn originals
cp "$tmp/said" "$tmp/first"
check "and nothing of what the package manager had to say" \
    1 '^0$' grep -c 'Temporary failure' "$tmp/first"
apt_that 0 'nothing to do'
check "with packages that are not what they should be, too" \
    1 "still not here: fastapi .*; $works" without_packages ./learn originals
check "the rest works" 0 '00' ./learn list

check "run by itself has its own help" 0 '--prove' tests/originals/run --help
check "and refuses what it does not know" \
    1 'no such option' tests/originals/run --fast
check "a server that there is not" \
    1 'there is no server flask' tests/originals/run --servers drf,flask
check "a number that is none" \
    1 'no whole number' tests/originals/run --rounds 0
check "and to begin without the packages" \
    1 'the packages are not here' without_packages tests/originals/run

exit "$failed"
