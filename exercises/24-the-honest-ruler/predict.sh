#!/bin/sh
# predict.sh - the plan of todo-load beside a server that stands for a second.
# The last line is the letter of the choice.
set -eu
# Where BIN was built from.
source=$(sed -n "s/^CMAKE_HOME_DIRECTORY:INTERNAL=//p" "$BIN/../CMakeCache.txt")
"${CC:-cc}" -std=c11 -I "$source" -o "$TMPDIR/predict" "$EXERCISE/predict.c" \
    "$source/tests/load/plan.c"
"$TMPDIR/predict" | tee "$TMPDIR/said"
case $(sed -n 's/.* p99 \([0-9]*\) ms.*/\1/p' "$TMPDIR/said") in
? | ??) echo d ;;
1??? | 99?) echo a ;;
[89]??) echo b ;;
*) echo c ;;
esac
