#!/bin/sh
# predict.sh - which clients does the exercise's todo-async serve to the end?
# Says the letter of the choice in its last line.
set -u

# Says yes or no.
passed() { # CASE
    if grep -Eq "^\[ +OK +\] $1\$" "$TMPDIR/said"; then
        echo yes
    elif grep -Eq "^\[ +(FAILED|ERROR) +\] $1\$" "$TMPDIR/said"; then
        echo no
    else
        cat "$TMPDIR/said" >&2
        exit 1
    fi
}

at_once=five_hundred_connections_one_after_another_are_served
late=an_answer_that_is_read_late_is_whole
"$REAL_BIN/todo-hostile" "$BIN/todo-async" $at_once > "$TMPDIR/said" 2>&1
first=$(passed $at_once) || exit 1
"$REAL_BIN/todo-system" "$BIN/todo-async" "$BIN/todo-sync" $late \
    > "$TMPDIR/said" 2>&1
second=$(passed $late) || exit 1
echo "whoever reads at once is served:  $first"
echo "whoever reads late is served:     $second"
sed -n 's/^SUMMARY: \([A-Za-z]*: [-a-z]*\) .*/todo-async ended:  \1/p' \
    "$TMPDIR/said"
case $first,$second in
yes,yes) echo a ;;
yes,no) echo b ;;
no,no) echo c ;;
*) echo none of these ;;
esac
