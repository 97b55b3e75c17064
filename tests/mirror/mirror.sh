#!/bin/sh
# mirror.sh ROOT - fails unless sync_impl/ and async_impl/ mirror each other:
# the same files, in each lesson the same operations in the same order, for each
# operation the same list of waits, and in each file the same probes (probe.h) in
# the order in which they are first named.
#
# Three files have no twin: civet.h finds out what civetweb does not tell, tap.h
# sees the bytes that civetweb reads. libuv tells all, and hands bytes over. And
# turns.h measures how long the loop keeps everybody waiting; a thread keeps one.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
here=$(cd "$(dirname "$0")" && pwd)
cd "$1"
out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

# The files with operations in them, but for those that carry all lessons.
lessons() {
    for path in "$1"/*.c; do
        case ${path##*/} in
        main.c | server.c | conn.c | request.c | keeper.c | feed.c | flights.c) ;;
        *) grep -q '^static void [a-z0-9_]*(struct request \*rq)' "$path" &&
            echo "${path##*/}" ;;
        esac
    done
}

operations() {
    room=$1 chains=$2 known=$3
    lessons "$room" | while read -r file; do
        awk -v file="$file" -v chains="$chains" -v known="$known" \
            -f "$here/operations.awk" "$room/$file"
    done
}

# FILE "LABEL": once for each file and label.
probes() {
    awk '/^#include/ { next }
        {
            while (match($0, /"[a-z]+\.[a-z]+"/)) {
                label = substr($0, RSTART, RLENGTH)
                $0 = substr($0, RSTART + RLENGTH)
                if (!seen[FILENAME, label]++)
                    print FILENAME, label
            }
        }' "$@"
}

for room in sync_impl async_impl; do
    (cd "$room" && find . -name '*.[ch]' | sort) > "$out/$room.files"
    (cd "$room" && probes ./*.c) > "$out/$room.probes"
done
for room in sync_impl async_impl; do
    grep -vxE '\./(civet|tap|turns)\.[ch]' "$out/$room.files" > "$out/twins"
    mv "$out/twins" "$out/$room.files"
done
operations sync_impl 0 '' > "$out/sync_impl.operations"
known=$(sed 's/^[^ ]* //; s/:.*//' "$out/sync_impl.operations" | tr '\n' ' ')
operations async_impl 1 "$known" > "$out/async_impl.operations"

status=0
for what in files operations probes; do
    if ! diff -u --label sync_impl --label async_impl \
        "$out/sync_impl.$what" "$out/async_impl.$what"; then
        echo "The rooms differ in their $what, as shown above."
        status=1
    fi
done
count=$(wc -l < "$out/sync_impl.operations")
if [ "$count" -eq 0 ]; then
    echo "Found no operation in sync_impl/: has their shape changed?"
    status=1
fi
[ "$status" -ne 0 ] || echo "$((count)) operations mirror each other."
exit "$status"
