#!/bin/sh
# compare_breaks.sh RUNNER ROOT - changes a copy of the sources in every way
# that the page tells of, and fails when compare.sh does not notice, or when the
# page does not say what it must.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
here=$(cd "$(dirname "$0")" && pwd)
runner=$1 root=$2
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

copy() {
    rm -rf "$tmp/copy"
    mkdir -p "$tmp/copy/exercises/runner"
    cp -R "$root/sync_impl" "$root/async_impl" "$root/docs" "$tmp/copy"
    cp -R "$root/exercises/runner/page" "$tmp/copy/exercises/runner"
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

# notices SENTENCE PATTERN: compare.sh must fail, name the command that mends
# the page, and show a new line that fits.
notices() {
    if sh "$here/compare.sh" "$runner" "$tmp/copy" > "$tmp/said" 2>&1; then
        echo "FAIL $1: compare.sh found nothing"
        failed=1
    elif ! grep -q '^Mend it: ./learn compare --html$' "$tmp/said" ||
        ! grep -q "^+.*$2" "$tmp/said"; then
        echo "FAIL $1: no new line with $2, or no way to mend it, in"
        cat "$tmp/said"
        failed=1
    else
        echo "ok   $1"
    fi
}

copy
sh "$here/compare.sh" "$runner" "$tmp/copy" # as it is, it passes

edit docs/compare.html 's/<h1>/<h1>Not /'
notices "the page was changed by hand" '<h1>Side'

copy
edit sync_impl/todos.c 's/WAITS: lock, disk/WAITS: lock, tape/'
notices "a wait has another name" 'WAITS: lock, tape'

copy
edit async_impl/todos.c 's/create_todo_answer/create_todo_end/'
notices "a wait goes on in another function" \
    'ends; <code>create_todo_end</code> goes on'

copy
edit async_impl/todos.c 's/\(void read_todo(.*\) LOOP/\1 STORE THREAD/'
notices "a function has another thread" \
    '<code>read_todo</code> <span class="t">STORE THREAD<'

copy
edit async_impl/keeper.c 's/\(run_store_thread(.*\) STORE THREAD/\1 LOOP/'
notices "the jobs have another thread" '<span class="t">LOOP</span> the writer'

copy
edit async_impl/todos.c 's/rq->frame.read_todo/rq->frame.look/'
notices "a member of the frame has another name" \
    'on the heap: <code>.*frame.look</code></td>'

copy
edit async_impl/events.c 's/job->page/job->leaf/g'
notices "a part of a frame has no such member" \
    '<td>not with the request</td>'

copy
edit async_impl/pages.c '/enum todo_err err = /d'
notices "a local has nothing on the other side" '<td>not with the request</td>'

lines=$(sed -n 's|.*<code>todos.c</code></th><td>\([0-9]*\).*|\1|p' \
    "$root/docs/compare.html" | head -n 1)
answers=$(grep -c '^    /\* answer' "$root/sync_impl/todos.c")
copy
edit sync_impl/todos.c '/^    \/\* answer/a\
\
    /* a comment\
     * of two lines */\
    puts("/* no comment"); /* but a line of code */'
notices "a line of code more in each function" \
    "<code>todos.c</code></th><td>$((lines + answers))</td>"

copy
edit sync_impl/todos.c 's/&rq->reply/a < b \&\& &/'
notices "what HTML would take for markup" 'a &lt; b &amp;&amp; &amp;rq'

# refuses SENTENCE WORDS FILE: the runner must fail to write the page there.
refuses() {
    if (cd "$tmp/copy" && "$runner" compare --html "$3") > "$tmp/said" 2>&1 ||
        ! grep -q "$2" "$tmp/said"; then
        echo "FAIL $1: no failure, or not '$2' in"
        cat "$tmp/said"
        failed=1
    else
        echo "ok   $1"
    fi
}

copy
refuses "the page has no place to go to" 'could not write all of none/' \
    none/compare.html

rm "$tmp/copy/exercises/runner/page/keys.js"
refuses "a part of the page is missing" 'cannot read .*keys.js' docs/page.html

copy
rm "$tmp/copy/async_impl/main.c"
refuses "a file has no twin" 'cannot read async_impl/main.c' docs/page.html

exit "$failed"
