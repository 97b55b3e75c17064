#!/bin/sh
# breaks.sh ROOT - breaks copies of the rooms in every way that mirror.sh is
# there to notice, and fails when it does not.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
here=$(cd "$(dirname "$0")" && pwd)
root=$1
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

copy() {
    rm -rf "$tmp/copy"
    mkdir "$tmp/copy"
    cp -R "$root/sync_impl" "$root/async_impl" "$tmp/copy"
}

# notices SENTENCE WORD: mirror.sh must fail on the copy and mention WORD.
notices() {
    if sh "$here/mirror.sh" "$tmp/copy" > "$tmp/said" 2>&1; then
        echo "FAIL $1: mirror.sh found nothing"
        failed=1
    elif ! grep -q "$2" "$tmp/said"; then
        echo "FAIL $1: mirror.sh does not mention $2:"
        cat "$tmp/said"
        failed=1
    else
        echo "ok   $1"
    fi
}

# edit FILE SED-SCRIPT: changes a file of the copy, and makes sure it did.
edit() {
    sed "$2" "$tmp/copy/$1" > "$tmp/edited"
    if cmp -s "$tmp/edited" "$tmp/copy/$1"; then
        echo "FAIL $2 changes nothing in $1"
        failed=1
    fi
    mv "$tmp/edited" "$tmp/copy/$1"
}

first='create_todo'
shape="static void $first(struct request \\*rq)"

copy
sh "$here/mirror.sh" "$tmp/copy"

rm "$tmp/copy/async_impl/pages.c"
notices "a file is missing" pages.c

copy
touch "$tmp/copy/sync_impl/extra.h"
notices "a file is too many" extra.h

copy
edit sync_impl/todos.c "s/^$shape/static void make_todo(struct request *rq)/"
notices "an operation has another name" make_todo

copy
edit sync_impl/todos.c "/^$shape/,/^}/d"
notices "an operation is missing" "$first"

copy # The first becomes the last: hold its lines, put them after the rest.
edit async_impl/todos.c "/^$shape/,/^}/{
H
d
}
\${
G
}"
notices "the order differs" "$first"

copy
edit async_impl/todos.c "/^static void ${first}_/,/^}/s/WAITS: //"
notices "a wait is missing" "$first"

copy
edit sync_impl/todos.c "/^$shape/,/^}/s/WAITS: lock/WAITS: latch/"
notices "a wait has another name" latch

copy
edit sync_impl/todos.c "/^$shape/,/^}/s/^}/    x(); \\/* WAITS: y *\\/\\
}/"
notices "a wait is too many" '; y'

copy
edit async_impl/keeper.c 's/"keeper.write"/"keeper.store"/'
notices "a probe has another name" keeper.store

copy
edit sync_impl/request.c '/"client.body"/d'
notices "a probe is missing" client.body

exit "$failed"
