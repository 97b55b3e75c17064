#!/bin/sh
# predict.sh - one server has found what is due, and the other one tells it.
# What does the first one do?
set -eu
. exercises/runner/scenario.sh
case=what_the_other_one_told_meanwhile_is_not_told_again
found='s/.*todos whose time has come: [0-9]*; .* told: \([0-9]*\).*/\1/p'

if passes sync $case; then
    told=150
else
    must_be_judged $case
    told=$(sed -n "$found" "$said" | sed 1q)
fi
echo "todos that are due:        150"
echo "reminders that were told:  ${told:-unknown}"
case $told in
150) echo a ;;
214) echo b ;;
300) echo d ;;
*) exit 1 ;;
esac
