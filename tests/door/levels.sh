#!/bin/sh
# levels.sh BIN HOLD_PORT HALF - tests the verbs of the exercise in which the
# server is yours: what is said of servers that do not come up, do not answer,
# end, are half built, or are right.
# shellcheck disable=SC2016,SC2317 # other shells expand; check calls functions
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
bin=$1 hold_port=$2 half=$3
tmp=$(cd "$(mktemp -d)" && pwd -P)
trap 'rm -rf "$tmp"' EXIT
failed=0
export LEARN_BIN="$bin" LEARN_WORK="$tmp/work" TMPDIR="$tmp"
start=$LEARN_WORK/25-the-third-server/start

. tests/door/check.sh

# The server of the exercise is this script; $$ tells who it was.
server_is() {
    printf '#!/bin/sh\necho $$ > "%s/server"\n%s\n' "$tmp" "$1" > "$start"
}
has_ended() { kill -0 "$(cat "$tmp/server")" 2> /dev/null || echo gone; }

check 'an open exercise begins with a question' 0 'What do you expect?' \
    ./learn next 25
check 'it asks to edit the script, and what is beside it' 0 \
    'Edit .*/start, and what you put beside it' ./learn next 25
check 'what is there to begin with is no server' 1 'there is no server yet' \
    ./learn check 25
check 'nothing is edited then' 1 'it is meant to fail' ./learn check 25

server_is 'exit 7'
check 'a server that ends at once is told of' 1 \
    'Your server ended with status 7, and nobody listens' ./learn check 25
server_is 'exec sleep 1000'
check 'one that never listens is told of' 1 \
    '1 s later nobody listens at 127.0.0.1' \
    env LEARN_LISTEN_SECONDS=1 ./learn check 25
check 'and does not run on' 0 gone has_ended
server_is "exec '$hold_port' \"\$1\" sleep 1000"
check 'one that takes connections and answers none is told of' 1 \
    'HUNG  level 0 ' env LEARN_LEVELS_SECONDS=5 ./learn check 25
check 'nor does that run on' 0 gone has_ended
server_is "trap '' TERM; '$bin/todo-third' \"\$1\" \"\$2\" & wait; sleep 1000"
check 'one that ignores SIGTERM passes, and is killed' 0 \
    'exercise 25 The third server is solved' ./learn check 25
check 'with what it started' 0 gone has_ended
server_is "exec '$half' \"\$1\" \"\$2\""
check 'of one that is half built the first levels stand' 1 \
    'PASS  level 2     list and page' ./learn check 25
check 'the first that does not is told of' 1 \
    'FAIL  level 3     change and delete' ./learn check 25
check 'and what to do next' 1 'What to do next, level 3: ' ./learn check 25
check 'what comes behind it is not asked' 1 'Not run: 2 more' ./learn check 25
chmod -x "$start"
check 'a script that may not run is told of' 1 'Permission denied' \
    ./learn check 25

check 'ours is shown to those who ask' 0 'todo-third' \
    ./learn solution --show 25
check 'there are three hints' 0 'Two more hints' ./learn hint 25
check 'learn run has no server of ours to run' 1 'has a server of yours' \
    ./learn run 25
echo 'mine' > "${start%start}server.py"
check 'reset keeps what is yours' 0 'kept in' ./learn reset --yes 25
check 'the script is as it was' 1 'it is meant to fail' ./learn check 25
check 'what was beside it is kept' 0 mine cat "${start%/start}.old-1/server.py"
[ -z "$(find "$tmp" -maxdepth 1 -name 'learn-*')" ] || {
    echo "FAIL something is left in TMPDIR"
    failed=1
}
exit $failed
