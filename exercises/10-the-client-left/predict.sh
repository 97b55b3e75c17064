#!/bin/sh
# predict.sh - when does the exercise's todo-async die of what it freed? Says
# the letter of the choice in its last line.
set -u

case=what_comes_for_a_client_that_left_harms_nobody
said=$TMPDIR/said
"$REAL_BIN/todo-system" "$BIN/todo-async" "$BIN/todo-sync" $case \
    > "$said" 2>&1
if ! grep -Eq "^\[ +(OK|FAILED|ERROR) +\] $case\$" "$said"; then
    cat "$said" >&2
    exit 1
fi
if grep -Eq "^\[ +OK +\] $case\$" "$said"; then
    echo "the upstream ended, and the server served others and ended well"
    echo a
    exit
fi
# The log of a server that ended by itself is in what the suite said.
answered=$(grep -c ' INFO .* request: ' "$said")
report=$(sed -n 's/^SUMMARY: \([A-Za-z]*: [-a-z]*\) .* in \(.*\)$/\1 in \2/p' \
    "$said")
echo "todo-async ended:  ${report:-without a report}"
echo "after the clients had left it answered:  $answered request(s)"
if grep -q 'finishing what is in flight' "$said"; then
    echo d
elif [ "$answered" -gt 0 ]; then
    echo c
else
    echo b
fi
