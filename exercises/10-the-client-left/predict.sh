#!/bin/sh
# predict.sh - when does the exercise's todo-async die of what it freed? Says
# the letter of the choice in its last line.
set -u
. exercises/runner/scenario.sh
case=what_comes_for_a_client_that_left_harms_nobody

if passes async $case 50; then
    echo "the upstream ended, and the server served others and ended well"
    echo a
    exit
fi
must_be_judged $case
answered=$(answers)
echo "todo-async ended:  $(report)"
echo "after the clients had left it answered:  $answered request(s)"
if was_stopping; then
    echo d
elif [ "$answered" -gt 0 ]; then
    echo c
else
    echo b
fi
