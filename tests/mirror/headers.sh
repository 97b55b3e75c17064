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

out=$(mktemp -d)
trap 'rm -r "$out"' EXIT

say() {
    echo "$*"
    status=1
}

# What the tops of headers say, a line for each label: HEADER LABEL: WORDS.
tops() { # HEADERS
    awk '
        function tell() { if (label) print file, label words; label = words = "" }
        FNR == 1 { tell(); file = FILENAME; top = 1 }
        !top { next }
        / \* [A-Z][a-z]+:/ {
            tell()
            match($0, /[A-Z][a-z]+:/)
            label = substr($0, RSTART, RLENGTH)
            $0 = " *" substr($0, RSTART + RLENGTH)
        }
        /^ \*$/ || /\*\// { tell() }
        /\*\// { top = 0 }
        label { sub(/^ \*/, ""); words = words " " $0 }
        END { tell() }' "$@"
}

# The functions that a header says block, and does not have: HEADER NAME.
missing() { # TOPS HEADERS
    awk '
        NR == FNR {
            if ($2 != "Blocks:")
                next
            words = $0
            sub(/^[^ ]+ Blocks:/, "", words)
            while (match(words, /[a-z0-9]*(_[a-z0-9]+)+/)) {
                names[++count] = $1 " " substr(words, RSTART, RLENGTH)
                words = substr(words, RSTART + RLENGTH)
            }
            next
        }
        { text[FILENAME] = text[FILENAME] $0 "\n" }
        END {
            for (i = 1; i <= count; i++) {
                split(names[i], part, " ")
                if (!index(text[part[1]], part[2] "("))
                    print names[i]
            }
        }' "$@"
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
# shellcheck disable=SC2086 # names without blanks
tops $headers > "$out/tops"
echo "$headers" | awk '
    BEGIN { split("Threads: Blocks: Owns:", labels) }
    NR == FNR { said[$1, $2] = 1; next }
    {
        for (i = 1; i in labels; i++)
            if (!(($1, labels[i]) in said)) print $1, labels[i]
    }' "$out/tops" - > "$out/unsaid"
while read -r header label; do
    say "$header does not say: ${label%:}"
done < "$out/unsaid"
# shellcheck disable=SC2086
missing "$out/tops" $headers > "$out/missing"
while read -r header name; do
    say "$header has no $name, which it says blocks"
done < "$out/missing"

for source in $(find common sync_impl async_impl -name '*.c' | sort); do
    header=$(header_of "$source")
    [ -n "$header" ] || continue
    grep -q "^$header Blocks:.*never[.]" "$out/tops" || continue
    what="(^|[^a-z_0-9])$calls"
    case $source in async_impl/*) ;; *) what="$what|WAITS:" ;; esac
    found=$(grep -nE "$what" "$source" | grep -vE "$at_once|^[0-9]*: \*" || true)
    [ -z "$found" ] || say "$header says that it never blocks, but $source has
$found"
done
[ "$status" -ne 0 ] || echo "$(echo "$headers" | wc -l) headers say what they do."
exit "$status"
