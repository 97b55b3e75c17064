#!/bin/sh
# predict.sh - when does the exercise's todo-async die of what it freed? Says
# the letter of the choice in its last line.
set -u
. exercises/runner/scenario.sh
case=clients_that_come_and_go_leave_nothing_behind

if passes async $case 50; then
    echo "fifty clients came and went, and the server ended with status 0"
    echo a
    exit
fi
must_be_judged $case
answered=$(answers)
echo "todo-async ended:  $(report)"
echo "before that it answered:  $answered request(s)"
if was_stopping; then
    echo d
elif [ "$answered" -gt 0 ]; then
    echo c
else
    echo b
fi
