#!/bin/bash
# leave.sh sync|async SIGNAL [SIGNAL] - sends a server of its own a signal while
# one client listens to events, and another one has sent half of a todo; then the
# second signal. Prints what they hear, what a new client hears, and the exit
# status.
set -eu
# shellcheck source=docs/scripts/given.sh
. "$(dirname -- "$0")/given.sh"
CDPATH='' cd -- "$(dirname -- "$0")/../.."
runner=$(command -v learn-runner || echo build/dev/bin/learn-runner)
dir=$(mktemp -d)
server=
# shellcheck disable=SC2317 # by the trap
clean_up() {
    [ -z "$server" ] || kill -KILL "$server" || :
    rm -rf "$dir"
}
trap clean_up EXIT

# In the background a shell ignores SIGINT for what it starts; not so here.
"${runner%/*}/todo-$1" --port 0 --port-file "$dir/port" --db "$dir/todos.db" \
    --log-level error > /dev/null &
server=$!
until [ -s "$dir/port" ]; do kill -0 $server; sleep 0.01; done
read -r port < "$dir/port"
shift

# The first line of the next answer on this connection, without the version.
first_line() { # DESCRIPTOR
    local line=
    read -r line <&"$1" || :
    line=${line%$'\r'}
    echo "${line#HTTP/1.1 }"
}

status=
await_end() {
    [ -z "$status" ] || return 0
    status=0
    { wait $server || status=$?; } 2> /dev/null
    server=
}

exec {listener}<> "/dev/tcp/127.0.0.1/$port"
printf 'GET /todos/events HTTP/1.0\r\n\r\n' >&"$listener"
until [ "${line:-}" = ': still here' ]; do read -r line <&"$listener"; done

exec {writer}<> "/dev/tcp/127.0.0.1/$port"
body='{"title": "tea"}'
printf '%s\r\n' 'POST /todos HTTP/1.1' 'Host: localhost' \
    'Content-Type: application/json' "Content-Length: ${#body}" \
    'Expect: 100-continue' '' >&"$writer"
first_line "$writer" > /dev/null # 100 Continue
first_line "$writer" > /dev/null # and the empty line
printf '%s' "${body:0:8}" >&"$writer"

kill -s "$1" $server
heard=
while read -r line <&"$listener"; do
    [ "$line" = 'event: bye' ] && heard=$line
done 2> /dev/null
if [ $# -eq 2 ] || [ "$1" = KILL ]; then
    [ $# -eq 1 ] || kill -s "$2" $server
    await_end
fi
echo "listener:     ${heard:-nothing}"
if { exec {newcomer}<> "/dev/tcp/127.0.0.1/$port"; } 2> /dev/null; then
    printf 'GET /todos HTTP/1.0\r\n\r\n' >&"$newcomer"
    echo "new client:   $(first_line "$newcomer")"
else
    echo 'new client:   connection refused'
fi
{ printf '%s' "${body:8}" >&"$writer"; } 2> /dev/null || :
answer=$(first_line "$writer" 2> /dev/null || :)
echo "writer:       ${answer:-nothing}"
await_end
echo "exit status:  $status"
