#!/bin/sh
# headers.sh ROOT - fails unless the top of each header of the servers says on
# which threads it may be called, whether it blocks and what it owns, and unless
# that is true as far as a script can see:
#   - "Blocks: never." stands above no file that calls what blocks;
#   - the functions that are said to block are there.
set -eu
# shellcheck source=exercises/runner/clean.sh
. "$(dirname -- "$0")/../../exercises/runner/clean.sh"
cd "$1"
status=0

# Calls that wait for a lock's holder, a thread, the disk, a network; and our
# own mark. On the loop a mark is where the request waits, and not the thread.
calls='(pthread_cond_wait|pthread_cond_timedwait|pthread_join|uv_cond_wait'
calls="$calls"'|uv_thread_join|sigwait|sem_wait|nanosleep|fopen|fgets|fread|open'
calls="$calls"'|opendir|rename|poll|recv|connect|getaddrinfo|curl_easy_perform'
calls="$calls"'|sqlite3_step|sqlite3_exec|store_run_reads|store_run_writes)[(]'
at_once='/dev/null|poll\(.*, 0\)|MSG_DONTWAIT' # which do not wait

say() {
    echo "$*"
    status=1
}

# What the top of a header says behind a label, in one line.
told() { # HEADER LABEL
    sed '/\*\//q' "$1" | awk -v label=" * $2:" '
        index($0, label) == 1 { on = 1; $0 = substr($0, length(label) + 1) }
        / \* [A-Z][a-z]+:/ || /^ \*$/ || / \*\// { on = 0 }
        on { sub(/^ \*/, ""); printf "%s ", $0 }'
}

# The header of a source file: of its name, or of the beginning of its name.
header_of() { # SOURCE
    stem=${1%.c}
    until [ -f "$stem.h" ]; do
        case ${stem##*/} in
        *_*) stem=${stem%_*} ;;
        *) return 0 ;;
        esac
    done
    echo "$stem.h"
}

headers=$(find common sync_impl async_impl -name '*.h' | sort)
for header in $headers; do
    for label in Threads Blocks Owns; do
        [ -n "$(told "$header" $label)" ] || say "$header does not say: $label"
    done
    for name in $(told "$header" Blocks | grep -oE '[a-z0-9]*(_[a-z0-9]+)+'); do
        grep -qE "${name}[(]" "$header" ||
            say "$header has no $name, which it says blocks"
    done
done

for source in $(find common sync_impl async_impl -name '*.c' | sort); do
    header=$(header_of "$source")
    [ -n "$header" ] || continue
    case $(told "$header" Blocks) in *never.*) ;; *) continue ;; esac
    what="(^|[^a-z_0-9])$calls"
    case $source in async_impl/*) ;; *) what="$what|WAITS:" ;; esac
    found=$(grep -nE "$what" "$source" | grep -vE "$at_once|^[0-9]*: \*" || true)
    [ -z "$found" ] || say "$header says that it never blocks, but $source has
$found"
done
[ "$status" -ne 0 ] || echo "$(echo "$headers" | wc -l) headers say what they do."
exit "$status"
