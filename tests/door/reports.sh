#!/bin/sh
# reports.sh - what exercises/runner/check.sh makes of what sanitizers say: the
# fault, and the places in the learner's own folder, by the names it has there.
# shellcheck disable=SC2034,SC2317 # check.sh asks; check calls functions
set -eu
cd -- "$(dirname -- "$0")/../.."
tmp=$(mktemp -d)
trap 'rm -r "$tmp"' EXIT
failed=0

. tests/door/check.sh
say() { printf '%s\n' "$*"; }
shelf=exercises
. exercises/runner/check.sh

folder=$tmp/22-the-bus
mkdir "$folder"
here=$(cd "$folder" && pwd -P)

# As gcc's UBSan writes it, between what the suite says.
cat > "$tmp/log" << END_OF_LOG
[  ERROR   ] --- the server ended:
$here/flights.c:219:8: runtime error: applying non-zero offset 18446744073709546576 to null pointer
    #0 0x55f3a5404218 in land $here/flights.c:219
    #1 0x7f1b44245249 in uv__io_poll (/lib/libuv.so.1+0x1234) (BuildId: 12)
    #2 0x56347e0b80e0 in _start (/build/todo-async+0x10e0)
END_OF_LOG
cat > "$tmp/short" << END_OF_LOG
    the server ended:
    22-the-bus/flights.c:219:8: runtime error: applying non-zero offset
    18446744073709546576 to null pointer
      in land 22-the-bus/flights.c:219
END_OF_LOG
in_short() { # FUNCTION FILE; the folder's own place may be any, and long
    (cd "$tmp" && folder=22-the-bus && "$1" "$2") | sed 's/ *$//' |
        diff "$tmp/short" - && echo the same
}
check "of an UBSan report our places are told" 0 'the same' \
    in_short case_says "$tmp/log"

# As gcc's ThreadSanitizer writes it.
cat > "$tmp/report" << END_OF_REPORT
==================
WARNING: ThreadSanitizer: data race (pid=3)
  Write of size 4 at 0x7b04 by thread T1:
    #0 land $here/flights.c:219 (todo-sync+0x1234)
    #1 start_thread <null> (libc.so.6+0x12) (BuildId: 12)

  Previous read of size 4 at 0x7b04 by main thread:
    #0 main $here/main.c:21 (todo-sync+0x1234) (BuildId: 12)

SUMMARY: ThreadSanitizer: data race $here/flights.c:219 in land
END_OF_REPORT
cat > "$tmp/short" << END_OF_REPORT
    WARNING: ThreadSanitizer: data race (pid=3)
      Write of size 4 by thread T1:
      in land 22-the-bus/flights.c:219
      Previous read of size 4 by main thread:
      in main 22-the-bus/main.c:21
END_OF_REPORT
check "of a race, too" 0 'the same' in_short report_says "$tmp/report"

# And as ASan does.
cat > "$tmp/report" << END_OF_REPORT
==12==ERROR: AddressSanitizer: heap-use-after-free on address 0x60 at pc 0x55 bp
READ of size 8 at 0x60 thread T0
    #0 0x55f3a5404218 in land $here/flights.c:219
    #1 0x7f1b44245249 in uv_run (/lib/libuv.so.1+0x12)
freed by thread T0 here:
    #0 0x7f in __interceptor_free ../asan_malloc_linux.cpp:52
    #1 0x55 in leave $here/flights.c:99
SUMMARY: AddressSanitizer: heap-use-after-free $here/flights.c:219 in land
END_OF_REPORT
cat > "$tmp/short" << END_OF_REPORT
    ERROR: AddressSanitizer: heap-use-after-free
    READ of size 8 thread T0
      in land 22-the-bus/flights.c:219
    freed by thread T0 here:
      in leave 22-the-bus/flights.c:99
END_OF_REPORT
check "of what is used and was freed, too" 0 'the same' \
    in_short report_says "$tmp/report"

shows() { say "$1" | shown | sed 's/ *$//'; }
long=/$(printf '%090d' 5)/flights.c:219:8:
check "a place stays in one line, however long" 0 "^    $long\$" \
    shows "$long runtime error"
too_long() { shows "$1" | awk 'length > 80 { n++ } END { print n + 0 }'; }
check "an answer is no place" 0 '^0$' \
    too_long "{\"title\":\"$(printf '%090d' 5)\",\"at\":\"13:53:59\"}"
exit $failed
