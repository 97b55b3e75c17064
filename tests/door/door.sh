#!/bin/sh
# door.sh BIN HOLD_PORT - tests learn-runner: with the real servers of BIN, and
# with shell scripts of their names that misbehave.
# shellcheck disable=SC2013,SC2016 # names are words; other shells expand these
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
bin=$1 hold_port=$2
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

. tests/door/check.sh

# fake NAME: a server of that name, beside a runner of its own. It does what
# standard input says, writes its port file and waits for a signal.
fake() {
    mkdir -p "$tmp/bin"
    cp "$bin/learn-runner" "$tmp/bin"
    {
        echo '#!/bin/sh'
        cat
        echo 'while [ "$1" != --port-file ]; do shift; done'
        echo 'sleep 600 &' # before a signal may come, for its trap
        echo 'echo 1 > "$2"'
        echo 'wait'
    } > "$tmp/bin/$1"
    chmod +x "$tmp/bin/$1"
}

check "run shows a todo that crosses over, and ends without a terminal" \
    0 '< HTTP/1.1 200 OK' "$bin/learn-runner" run --db "$tmp/todos.db"

check "run starts again on the same database" \
    0 '/todos/2' "$bin/learn-runner" run --db "$tmp/todos.db"

check "without a terminal it says why it ends" \
    0 'no terminal here' "$bin/learn-runner" run --db "$tmp/todos.db"

mkfifo "$tmp/urls"
check "run says where the servers are, for a shell to read" \
    0 '^ASYNC=http://127.0.0.1:[0-9]' sh -c \
    'cat "$0" & "$1" run --db "$2" --urls "$0" > /dev/null && wait' \
    "$tmp/urls" "$bin/learn-runner" "$tmp/todos.db"
check "until they have ended" 2 'No such file' ls "$tmp/urls"
check "run fails when it cannot say it" \
    1 'No such file' "$bin/learn-runner" run --db "$tmp/todos.db" \
    --urls "$tmp/nowhere/urls"

check "run gives way when a usual port is taken" \
    0 'Port 8002 is taken; todo-async takes another' \
    "$hold_port" 8002 "$bin/learn-runner" run --db "$tmp/todos.db"

check "run does not give way from a port that was asked for" \
    1 'todo-sync ended with status 1' "$hold_port" 8002 \
    "$bin/learn-runner" run --db "$tmp/todos.db" --sync-port 8002

check "run refuses what is not a port" \
    2 'not a port' "$bin/learn-runner" run --sync-port 65536

check "run refuses an option without a value" \
    2 'does not know --db' "$bin/learn-runner" run --db

check "with passes on that the command succeeded" \
    0 '^http://127.0.0.1:[0-9]* http://127.0.0.1:[0-9]*$' \
    "$bin/learn-runner" with both -- echo '{sync}' '{async}'

check "with passes on that the command failed" \
    1 'false ended with status 1' "$bin/learn-runner" with async -- false

for name in $(sed -n 's/^static void \([a-z_]*\)(struct request \*rq).*/\1/p' \
    sync_impl/todos.c); do
    check "compare shows $name side by side" \
        0 "$name(struct request \*rq).* | .*$name(struct request \*rq)" \
        "$bin/learn-runner" compare --width 300 "$name"
    check "compare shows $name in 80 columns" \
        0 'Side by side from' "$bin/learn-runner" compare "$name"
done

check "compare puts what two operations share below the steps, side by side" \
    0 'change_todo(struct request .* | .*change_todo(struct request ' \
    "$bin/learn-runner" compare --width 300 replace_todo

check "compare of an unknown operation names those there are" \
    2 '^  list_todos, create_todo, ' \
    "$bin/learn-runner" compare nonsense

echo 'exit 1' | fake todo-sync
check "a server that does not start is named" \
    1 'todo-sync ended with status 1' "$tmp/bin/learn-runner" with sync -- true

echo 'kill -INT $PPID; exec sleep 600' | fake todo-sync
check "Ctrl-C while a server starts is answered with a sentence" \
    1 'Stopped while todo-sync was starting' \
    "$tmp/bin/learn-runner" with sync -- true

echo 'trap "kill \$!; exit 3" TERM' | fake todo-sync
check "a server that ends with another status than 0 fails the whole" \
    1 'todo-sync ended with status 3' "$tmp/bin/learn-runner" with sync -- true

echo "echo \$\$ > $tmp/pid; trap 'kill \$!; exit 0' TERM" | fake todo-sync
check "a server that ends before the command fails the whole" \
    1 'todo-sync ended before the command' \
    "$tmp/bin/learn-runner" with sync -- \
    sh -c 'kill "$(cat "$0")"; sleep 600' "$tmp/pid"

# The substitution ends when nobody holds its pipe any more: had the runner,
# killed by its own command, left the server behind, this would hang.
said=$("$tmp/bin/learn-runner" with sync -- sh -c 'kill -9 $PPID') || true
echo "ok   a killed runner leaves no server behind $said"

exit "$failed"
