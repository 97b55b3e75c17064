#!/bin/sh
# breaks.sh ROOT - breaks copies of the servers in every way that mirror.sh,
# layers.sh and headers.sh are there to notice, and fails when they do not.
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
    cp -R "$root/common" "$root/sync_impl" "$root/async_impl" "$tmp/copy"
}

# notices SENTENCE WORD: the script must fail on the copy and mention WORD.
script=mirror.sh
notices() {
    if sh "$here/$script" "$tmp/copy" > "$tmp/said" 2>&1; then
        echo "FAIL $1: $script found nothing"
        failed=1
    elif ! grep -q "$2" "$tmp/said"; then
        echo "FAIL $1: $script does not mention $2:"
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

script=layers.sh
copy
sh "$here/layers.sh" "$tmp/copy"

edit common/store/store.h 's|#include "common/base/buf.h"|#include "common/http/reply.h"|'
notices "the store sees HTTP" 'store may not include http'

copy
edit common/base/buf.h 's|^#include <stddef.h>|#include "common/todo/todo.h"|'
notices "the ground rests on what stands on it" 'base may not include todo'

copy
edit common/http/reply.c 's|#include "common/base/clock.h"|#include "sync_impl/conn.h"|'
notices "what is common sees a room" 'is no file of common/'

copy
mkdir "$tmp/copy/common/extra"
echo '#include "common/base/buf.h"' > "$tmp/copy/common/extra/extra.h"
notices "a folder has no line" 'no line for extra'

script=headers.sh
copy
sh "$here/headers.sh" "$tmp/copy"

edit common/todo/todo.h '/^ \* Threads:/d'
notices "a header does not say on which threads" 'todo.h does not say: Threads'

copy
edit sync_impl/wire.h 's/^ \* Blocks:  wire_body/ * Blocks:  wire_read/'
notices "a function that blocks is gone" 'no wire_read'

copy
edit common/http/reply.c 's|^    buf_release(&reply->out);|&\nsqlite3_step(0);|'
notices "what never blocks waits for the disk" 'reply.h says that it never'

copy
edit common/setup/config.h 's/^ \* Blocks: .*/ * Blocks:  never./'
notices "a file beside the header blocks" 'config_port_file.c'

exit "$failed"
