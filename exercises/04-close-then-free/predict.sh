#!/bin/sh
# predict.sh - when does the exercise's todo-async die of what it freed? Says
# the letter of the choice in its last line.
set -u

case=clients_that_come_and_go_leave_nothing_behind
said=$TMPDIR/said
"$REAL_BIN/todo-system" "$BIN/todo-async" "$BIN/todo-sync" $case \
    > "$said" 2>&1
if ! grep -Eq "^\[ +(OK|FAILED|ERROR) +\] $case\$" "$said"; then
    cat "$said" >&2
    exit 1
fi
# The log of a server that ended by itself is in what the suite said.
answered=$(grep -c ' INFO .* request: ' "$said")
report=$(sed -n 's/^SUMMARY: \([A-Za-z]*: [-a-z]*\) .* in \(.*\)$/\1 in \2/p' \
    "$said")
stops=$(grep -c 'finishing what is in flight' "$said")
if grep -Eq "^\[ +OK +\] $case\$" "$said"; then
    echo "fifty clients came and went, and the server ended with status 0"
    echo a
    exit
fi
echo "todo-async ended:  ${report:-without a report}"
echo "before that it answered:  $answered request(s)"
if [ "$stops" -gt 0 ]; then
    echo d
elif [ "$answered" -gt 0 ]; then
    echo c
else
    echo b
fi
